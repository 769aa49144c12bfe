"""Processes that start warm: one that has imported all forks for each, which saves most of what starting costs.

`warm_python` gives an interpreter that does so for the modules of `WARM` and starts the real one for anything else. What is forked
has its own process, files and memory as ever; it gets the signals that whoever started it sends, and dies when that is a kill. Where
the environment names a file of Python by `fault_in(module)`, that file is run first: so tests break what works. For Linux.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

_STORE = ("sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite", "store.models", "sqlalchemy.orm:configure_mappers")
# Each with what it imports only when it runs, and with what it does first (module:function).
WARM = {
    "crawler.fetching.run": (
        "crawler.fetching.child",
        "crawler.fetching.downloader",
        "crawler.fetching.robots",
        "crawler.fetching.unpack",
        "scrapy.downloadermiddlewares.cookies",
        "scrapy.downloadermiddlewares.redirect",
        "scrapy.downloadermiddlewares.retry",
        "scrapy.dupefilters",
        "scrapy.logformatter",
        "scrapy.squeues",
        *_STORE,
    ),
    "jobs.cli.app": (
        "jobs.cli.app:build_app",
        "jobs.daemon",
        "jobs.worker",
        "reports.mail",
        *_STORE,
    ),
    "tests.jobs.lives": (
        "time_machine",
        "jobs.daemon",
        "reports.mail",
        *_STORE,
    ),
    "jobs.apprising": ("apprise", "reports.channels"),
    "crawler.reading.process": ("crawler.reading.process", "crawler.readers.feed", "opencc", "tests.warm:judge_once"),
    "tests.locking": _STORE,
}
REAL_PYTHON = sys.executable
_ROOT = Path(__file__).parents[1]
_MOST_FILES = 64

# Stands for the process that it asked for: passes on the signals that come, those too that came early, and ends with its status.
_CLIENT = """#!{python} -IS
import os, signal, socket, sys
words = sys.argv[1:]
place = os.path.join({folder!r}, words[1]) if len(words) > 1 and words[0] == "-m" else ""
if not os.path.exists(place):
    os.execv({python!r}, [{python!r}, *words])
forked, came = [], []
def pass_on(*signals):
    came.extend(signals[:1])
    while forked and came:
        try:
            os.kill(forked[0], came.pop(0))
        except ProcessLookupError:
            pass
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, pass_on)
import json
numbers = sorted(int(name) for name in os.listdir("/proc/self/fd"))
numbers = [number for number in numbers if os.path.exists("/proc/self/fd/" + str(number))]
server = socket.socket(socket.AF_UNIX)
server.connect(place)
order = json.dumps([sys.argv[0], numbers, words[2:], os.getcwd(), dict(os.environ)]).encode()
socket.send_fds(server, [len(order).to_bytes(4, "big")], numbers)
server.sendall(order)
forked.append(int.from_bytes(server.recv(4, socket.MSG_WAITALL), "big"))
pass_on()
answer = server.recv(1)
os._exit(answer[0] if answer else 1)
"""


def fault_in(module: str) -> str:
    """The variable that names a file of Python to run before this module, in every process that it is started in."""
    return f"FAULT_IN_{module.replace('.', '_')}"


@contextmanager
def warm_python(folder: Path) -> Iterator[str]:
    """The path of an interpreter that starts the modules of `WARM` warm while the block runs. `folder` is empty."""
    client = folder / "python"
    with ExitStack() as stack:
        for module in WARM:
            listener = stack.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(str(folder / module))
            listener.listen(64)
            awake = _Awakening(module, listener)
            stack.callback(awake.end)
        client.write_text(_CLIENT.format(python=REAL_PYTHON, folder=str(folder)), encoding="utf-8")
        client.chmod(0o755)
        yield str(client)


class _Awakening(threading.Thread):
    """Starts the process that forks when it is first asked for."""

    def __init__(self, module: str, listener: socket.socket) -> None:
        super().__init__(daemon=True)
        self._module, self._listener = module, listener
        self._over, self._end = os.pipe()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def run(self) -> None:
        """Wait for somebody who knocks, or for the end."""
        from crawler.fetching.run import _FRUGAL

        with selectors.DefaultSelector() as waiting:
            waiting.register(self._listener, selectors.EVENT_READ)
            waiting.register(self._over, selectors.EVENT_READ)
            if self._over in {key.fd for key, _ in waiting.select()}:
                return
        number = self._listener.fileno()
        command = [REAL_PYTHON, "-m", "tests.warm", self._module, str(number)]
        self._process = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL, cwd=_ROOT, env=os.environ | _FRUGAL)

    def end(self) -> None:
        """End the process."""
        os.close(self._end)
        self.join()
        os.close(self._over)
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


class _Forks:
    """Forks a process for each that asks, tells it how that ended, and kills what nobody waits for any more."""

    def __init__(self, module: str, listener: socket.socket) -> None:
        self._module, self._listener = module, listener
        self._running: dict[int, tuple[socket.socket, int]] = {}  # by the descriptor of the process
        self._waiting = selectors.DefaultSelector()

    def serve(self) -> None:
        """Serve until terminated."""
        self._waiting.register(self._listener, selectors.EVENT_READ, "asked")
        while True:
            for key, _ in self._waiting.select():
                if key.data == "asked":
                    self._fork()
                elif key.data in self._running:
                    self._look(key.data, gone=key.fd != key.data)

    def _fork(self) -> None:
        asker, _ = self._listener.accept()
        head, files, _, _ = socket.recv_fds(asker, 4, _MOST_FILES)
        order = asker.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
        pid = os.fork()
        if pid == 0:
            self._become(order, files)
        with suppress(ConnectionError):  # whoever asked may be gone
            asker.sendall(pid.to_bytes(4, "big"))
        for file in files:
            os.close(file)
        process = os.pidfd_open(pid)
        self._running[process] = asker, pid
        self._waiting.register(process, selectors.EVENT_READ, process)
        self._waiting.register(asker, selectors.EVENT_READ, process)

    def _look(self, process: int, *, gone: bool) -> None:
        asker, pid = self._running[process]
        if gone:
            os.kill(pid, signal.SIGKILL)
            self._waiting.unregister(asker)
            return
        del self._running[process]
        self._waiting.unregister(process)
        os.close(process)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if asker in {key.fileobj for key in self._waiting.get_map().values()}:
            self._waiting.unregister(asker)
            asker.sendall(bytes([status & 0xFF]))
        asker.close()

    def _become(self, order: bytes, files: list[int]) -> None:
        """Run the module as the one that asked would have. Never returns."""
        status = 1
        try:
            sys.executable, numbers, words, folder, environ = json.loads(order)
            _take_files(files, numbers)
            os.setsid()
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(environ)
            sys.argv = [self._module, *words]
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w", buffering=1)  # noqa: SIM115 - open as long as the process
            sys.modules.pop(self._module, None)  # it is run as __main__, not imported again
            if fault := environ.get(fault_in(self._module)):
                runpy.run_path(fault)
            runpy.run_module(self._module, run_name="__main__", alter_sys=True)
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except BaseException:  # noqa: BLE001 - an interpreter prints what nobody caught, and this stands for one
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _take_files(files: list[int], numbers: list[int]) -> None:
    """Let the open files have these numbers, and close all others."""
    above = max(*numbers, *files) + 1
    for place, file in enumerate(files):
        os.dup2(file, above + place)
    os.closerange(3, above)
    for place, number in enumerate(numbers):
        os.dup2(above + place, number)
    os.closerange(above, above + len(files))


def judge_once() -> None:
    """Load all that judging loads at its first text; the model among it starts no thread, and so may be forked."""
    from crawler.judge.document import Document
    from crawler.judge.judging import Judge

    judge = Judge()
    assert judge.version
    judge.judge(Document(id="1", title="某医疗公司完成融资", text="某医疗公司完成2亿元B轮融资，将大模型用于影像诊断。", language="zh"))


def _main(module: str, number: int) -> None:
    """Import all that `module` needs, and fork from then on."""
    for name in WARM[module]:
        place, _, make = name.partition(":")
        found = importlib.import_module(place)
        if make:
            getattr(found, make)()
    gc.freeze()
    _Forks(module, socket.socket(fileno=number)).serve()


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))

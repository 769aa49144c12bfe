"""Do workers on several machines share a crawl politely, and what is lost when they are killed?

    .venv/bin/python benchmarks/workers.py [--hosts 200] [--pages 3] [--pause 2] [--workers 1 2 4] [--kills 20] [--seed 7] [--shared DIR]

One process alone (`yixun crawl`), then so many workers, crawl the same hosts into an empty store each, on one PostgreSQL. A worker runs on
a machine of its own: a network namespace and a host name, joined to the others by a bridge. Database and web server stand on the bridge,
in a namespace as well, so that nothing else can be reached; where namespaces are not allowed (they need root on Linux) it says so and does
the same on loopback. The pages are those of the shared web, invented ones where that is not there. At last the largest number of workers
crawl once more while workers are killed at random moments, every other time with all processes of their machine, and started again.

Prints a row a run, and what the server's log and the store say: whether a host was asked twice at once, the least pause, what was stored.
Exits with 1 where a request overlaps, an item is lost or doubled, a source is left undone or a run takes over --limit seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import psycopg
import yaml
from sqlmodel import select

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.machines import Net, a_database_server, adopt_orphans, end_children, kill, machines, tree  # noqa: E402
from benchmarks.shared_web import arguments, get, shared_web  # noqa: E402
from crawler.sources.source import Source, SourceUrl  # noqa: E402
from jobs.config import Settings, load_settings  # noqa: E402
from jobs.queue import SCHEMA, defer  # noqa: E402
from store.database import postgresql_address, session_scope  # noqa: E402
from store.migrate import open_store  # noqa: E402
from store.models import Item, SourceUrlState  # noqa: E402
from store.settings import StoreSettings  # noqa: E402
from store.status import ItemStatus  # noqa: E402
from tests.crawler.site import TEXT  # noqa: E402
from tests.databases import postgresql_database  # noqa: E402

_ANSWER_SECONDS = 0.1
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it, in seconds of `time.monotonic`."""

    host: str
    path: str
    began: float
    ended: float


def bodies_of(shared: Path) -> list[bytes]:
    """Pages of the shared web, or invented ones."""
    if not (shared / "web" / "serve.py").is_file():
        return [_page(f"第{number}人民医院用上影像大模型", TEXT).encode() for number in range(50)]
    with shared_web(shared) as address:
        paths = [part.split('"')[0] for part in get(f"{address}/list/pages.html").decode().split('href="')[1:]]
        return [get(address + path) for path in [*paths, *(f"/domain/{number}.html" for number in range(120))]]


def _page(title: str, text: str) -> str:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div class='content'><p>{text}</p></div></body></html>"


class Web:
    """Many hosts behind one server: each publishes a feed of so many pages, and every request is written down."""

    def __init__(self, addresses: list[str], bodies: list[bytes], pages: int) -> None:
        self.addresses, self.pages = addresses, pages
        self._bodies, self._port = bodies, 0
        self.log: list[Asked] = []
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Web:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        self._servers.append(await asyncio.start_server(self._serve, self.addresses[0], 0))
        self._port = self._servers[0].sockets[0].getsockname()[1]
        if self.addresses[1:]:
            self._servers.append(await asyncio.start_server(self._serve, self.addresses[1:], self._port))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for writer in [*self._open]:
            writer.close()
        await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))

    def links(self, number: int) -> list[str]:
        """What one host publishes."""
        return [f"http://{self.addresses[number]}:{self._port}/news/{page}.html" for page in range(self.pages)]

    def sources(self) -> list[Source]:
        """A source a host."""
        kept = {"language": "zh", "kind": "feed", "category": "media", "scope": "on_topic"}
        return [
            Source(id=f"host{number}", name=f"host{number}", homepage=f"{base}/", urls=(SourceUrl(url=f"{base}/feed.xml"),), **kept)  # type: ignore[arg-type]
            for number, base in enumerate(f"http://{address}:{self._port}" for address in self.addresses)
        ]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = writer.get_extra_info("sockname")[0]
        self._open.add(writer)
        with closing(writer), suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                began, path = time.monotonic(), head.split(b" ", 2)[1].decode()
                await asyncio.sleep(_ANSWER_SECONDS)
                kind, body = self._answer(self.addresses.index(host), path)
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()
                self.log.append(Asked(host, path, began, time.monotonic()))
        self._open.discard(writer)

    def _answer(self, number: int, path: str) -> tuple[str, bytes]:
        if path == "/robots.txt":
            return "text/plain", b"User-agent: *\nDisallow:\n"
        if path == "/feed.xml":
            entries = "".join(
                f"<item><title>某医院用上影像大模型 {number}-{page}</title><link>{link}</link></item>"
                for page, link in enumerate(self.links(number))
            )
            return "application/rss+xml", f"<rss version='2.0'><channel><title>站</title>{entries}</channel></rss>".encode()
        page = int(path.rsplit("/", 1)[-1].removesuffix(".html"))
        return "text/html", self._bodies[(number * self.pages + page) % len(self._bodies)]


# ---------------------------------------------------------------------- a run


@dataclass
class Run:
    """What came of one run."""

    name: str
    wall: float = 0.0
    cpu: float = 0.0
    late: bool = False
    kills: Counter[str] = field(default_factory=Counter)
    statuses: list[int] = field(default_factory=list)
    requests: int = 0
    again: int = 0
    overlaps: int = 0
    least_pause: float = 0.0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    unread: int = 0
    undone: int = 0
    jobs: dict[str, int] = field(default_factory=dict)
    load: float = 0.0

    def holds(self) -> bool:
        """Whether all that is promised holds."""
        return not (self.late or self.overlaps or self.lost or self.doubled or self.unread or self.undone or self.jobs)


class Trial:
    """One crawl of all hosts into an empty store, by the words of a command on so many machines."""

    def __init__(self, folder: Path, settings: Settings, environ: dict[str, str], net: Net, web: Web) -> None:
        self._folder, self._settings, self._net, self._web = folder, settings, net, web
        self._environ = environ

    def run(self, name: str, words: list[str], *, machines: int, kills: int, random_: random.Random, limit: float) -> Run:
        """Run the command on all machines until it has ended on each; kill it as often, whatever it does, and start it again."""
        run, engine = Run(name, load=os.getloadavg()[0]), open_store(self._settings.store)
        self._web.log.clear()
        expected = len(self._web.addresses) * (self._web.pages + 2)
        moments = sorted(random_.sample(range(1, expected), kills))
        began, used = time.monotonic(), _children_cpu()
        running = {machine: self._start(machine, words) for machine in range(machines)}
        try:
            while running and not run.late:
                time.sleep(_LOOK_SECONDS)
                run.late = time.monotonic() - began > limit
                for machine, process in [*running.items()]:
                    if process.poll() is not None:
                        run.statuses.append(process.returncode)
                        del running[machine]
                if moments and running and len(self._web.log) >= moments[0]:
                    moments.pop(0)
                    machine = random_.choice(sorted(running))
                    whole = sum(run.kills.values()) % 2 == 1
                    run.kills["machine" if whole else "worker"] += 1
                    kill(tree(running[machine].pid) if whole else [running[machine].pid])
                    running[machine].wait()
                    running[machine] = self._start(machine, words)
        finally:
            for process in running.values():
                kill(tree(process.pid))
                process.wait()
        run.wall = time.monotonic() - began
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        run.cpu = _children_cpu() - used
        self._read_log(run)
        self._read_store(run, engine)
        engine.dispose()
        return run

    def _start(self, machine: int, words: list[str]) -> subprocess.Popen[bytes]:
        command = [*self._net.machines[machine], sys.executable, "-m", "jobs.cli.app", *words]
        with (self._folder / f"machine{machine}.log").open("ab") as log:
            pipes = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
            return subprocess.Popen(command, env=self._environ, cwd=self._folder, start_new_session=True, **pipes)  # type: ignore[call-overload]

    def _read_log(self, run: Run) -> None:
        by_host: dict[str, list[Asked]] = defaultdict(list)
        for asked in sorted(self._web.log, key=lambda one: one.began):
            by_host[asked.host].append(asked)
        pairs = [pair for asked in by_host.values() for pair in pairwise(asked)]
        run.requests = len(self._web.log)
        run.again = run.requests - len({(one.host, one.path) for one in self._web.log})
        run.overlaps = sum(following.began < before.ended for before, following in pairs)
        run.least_pause = min((following.began - before.began for before, following in pairs), default=0.0)

    def _read_store(self, run: Run, engine: object) -> None:
        published = {link for number in range(len(self._web.addresses)) for link in self._web.links(number)}
        with session_scope(engine) as session:  # type: ignore[arg-type]
            items = session.exec(select(Item)).all()
            asked = {state.source_id for state in session.exec(select(SourceUrlState)) if state.fetched_at is not None}
        links = Counter(item.link for item in items)
        run.stored, run.lost = len(items), len(published - set(links))
        run.doubled = sum(links.values()) - len(links)
        run.unread = sum(item.status == ItemStatus.pending for item in items)
        run.undone = len(self._web.addresses) - len(asked)
        with psycopg.connect(postgresql_address(self._settings.store)) as connection:
            if connection.execute(f"SELECT to_regclass('{SCHEMA}.procrastinate_jobs')").fetchone() != (None,):
                query = f"SELECT status::text, count(*) FROM {SCHEMA}.procrastinate_jobs WHERE task_name = 'crawl_source' GROUP BY 1"
                run.jobs = dict(connection.execute(query).fetchall())


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def trial(
    folder: Path,
    store: StoreSettings,
    net: Net,
    web: Web,
    *,
    workers: int,
    kills: int,
    pause: float,
    seed: int,
    limit: float,
    **environ: str,
) -> Run:
    """Crawl all hosts into an empty database with so many workers, or by one `yixun crawl` for 0. `folder` is empty, too."""
    open_store(store).dispose()
    sources = web.sources()
    (folder / "sources.yaml").write_text(yaml.safe_dump([one.model_dump(mode="json", exclude_defaults=True) for one in sources]))
    ours = {
        "YIXUN_STORE__URL": store.url.get_secret_value(),
        "YIXUN_CRAWL__SOURCES": f'["{folder}/sources.yaml"]',
        "YIXUN_CRAWL__CATALOGUE": "[]",
        "YIXUN_CRAWL__MIN_DELAY": str(pause),
        "YIXUN_CRAWL__ALLOW_NETWORKS": f'["{net.prefix}.0.0/16"]',
        "YIXUN_MAIL__OUT": str(folder / "out"),
    }
    settings = load_settings(None, environ=ours)
    if workers:
        defer(settings, sources, since=None)
    words = ["worker", "--once"] if workers else ["crawl", "--all"]
    name = (f"{workers} workers" if workers > 1 else "1 worker" if workers else "yixun crawl") + (", killed" if kills else "")
    kept = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    one = Trial(folder, settings, kept | ours | environ, net, web)
    return one.run(name, words, machines=workers or 1, kills=kills, random_=random.Random(seed), limit=limit)


# ---------------------------------------------------------------------- the table

_HEAD = "run                    wall  hosts/s  speed    CPU   CPU  items  asked  again  overlaps  pause  load"


def row(run: Run, first: Run, hosts: int) -> str:
    """A run as a line of the table; speed and CPU once more as how many times those of the one process."""
    return (
        f"{run.name:20} {run.wall:6.0f} {hosts / run.wall:8.2f} {first.wall / run.wall:5.2f}x {run.cpu:6.0f} {run.cpu / first.cpu:4.1f}x "
        f"{run.stored:6} {run.requests:6} {run.again:6} {run.overlaps:9} {run.least_pause:6.2f} {run.load:5.1f}"
    )


def limits(run: Run, *, waits: int, pause: float) -> str:
    """What a run cannot take less than: a host's requests with their pauses, all hosts at once; and its CPU on these cores."""
    cores = len(os.sched_getaffinity(0))
    polite, busy = waits * pause, run.cpu / cores
    what = "politeness" if polite > busy else "CPU"
    return f"{run.name}: pauses alone {polite:.0f} s, CPU alone {busy:.0f} s on {cores} cores, took {run.wall:.0f} s: {what} is the floor"


def _end(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Run all and print the table."""
    parser = arguments(__doc__ or "")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--pages", type=int, default=3, help="what each host publishes")
    parser.add_argument("--pause", type=float, default=2.0, help="crawl.min_delay")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--limit", type=float, default=900, help="seconds after which a run is given up")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    adopt_orphans()
    most, runs = max(chosen.workers), []
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            bodies = bodies_of(chosen.shared)
            net = stack.enter_context(machines(most, chosen.hosts))
            stack.callback(end_children)
            server = stack.enter_context(a_database_server(net))
            web = stack.enter_context(Web(net.hosts(chosen.hosts), bodies, chosen.pages))
            print(f"{chosen.hosts} hosts, {chosen.pages} pages each, a pause of {chosen.pause:g} s\n{_HEAD}", flush=True)
            for workers, kills in [(0, 0), *((number, 0) for number in chosen.workers), (most, chosen.kills)]:
                given = {"pause": chosen.pause, "seed": chosen.seed, "limit": chosen.limit}
                place = folder / str(len(runs))
                place.mkdir()
                with postgresql_database(server) as store:
                    runs.append(trial(place, store, net, web, workers=workers, kills=kills, **given))
                print(row(runs[-1], runs[0], chosen.hosts), flush=True)
    except KeyboardInterrupt:
        print("ended before it was done")
        return 1
    for run in runs:
        print(limits(run, waits=chosen.pages + 1, pause=chosen.pause))
    for run in runs:
        killed = ", ".join(f"{count} times a {what}" for what, count in run.kills.items())
        print(
            f"{'holds' if run.holds() else 'FAILS':6} {run.name}: {run.lost} items lost, {run.doubled} doubled, {run.unread} not read, "
            f"{run.undone} sources not done, {run.overlaps} requests overlap, "
            f"{sum(run.jobs.values())} jobs left {run.jobs or ''}"
            + (f", given up after {run.wall:.0f} s" if run.late else "")
            + (f"; killed: {killed}" if killed else "")
        )
    return 0 if all(run.holds() for run in runs) else 1


if __name__ == "__main__":
    raise SystemExit(main())

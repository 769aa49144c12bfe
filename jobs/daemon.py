"""The daemon: does what the plan says every few minutes, and when the hour of a digest has come; watches over itself."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from crawler.memory import MemoryTrimmer
from store.clock import SHANGHAI
from store.database import Engine, session_scope, utc_now
from store.errors import YixunError
from store.ledger import close_left_open

from .alerts import tell
from .config import Settings, load_settings
from .endpoints import answering
from .holding import holding
from .hours import next_slots
from .logs import log_to
from .notify import Systemd
from .plan import carry_out
from .stopping import Stopping
from .troubles import CRAWL_JOB
from .watch import EVERY, Watch

log = structlog.get_logger()
LOCK = "run"
_PLAN, _WATCH = "plan", "watch"
_MAIL_SECONDS = 300.0
_TICK_SECONDS = 1.0


class Daemon:
    """One scheduler on one store. The schedule is built from the settings; what ran is in the ledger."""

    def __init__(self, engine: Engine, settings: Settings, config: Path | None = None) -> None:
        """`config` is the file that the settings are read from anew on SIGHUP, by default the usual one."""
        self._engine, self._settings, self._config = engine, settings, config
        self._reread = threading.Event()
        self._scheduler: BackgroundScheduler | None = None
        self._systemd = Systemd()
        self._trimmer: MemoryTrimmer | None = None
        self.watch = Watch(engine, lambda: self._settings, self.next_runs)
        self.stopping = Stopping()

    def scheduler(self) -> BackgroundScheduler:
        """The scheduler, not started yet: one look at the plan at once, every few minutes, and at the hour of each digest."""
        scheduler = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={"default": ThreadPoolExecutor(1), _WATCH: ThreadPoolExecutor(1)},
            # Its own default drops a job that is one second late, and runs every one it missed.
            job_defaults={"misfire_grace_time": 3600, "coalesce": True, "max_instances": 1},
        )
        scheduler.add_job(self.look, self._hours(), id=_PLAN, next_run_time=utc_now())
        watching = IntervalTrigger(seconds=int(EVERY.total_seconds()))
        scheduler.add_job(self.watch.look, watching, id=_WATCH, executor=_WATCH, next_run_time=utc_now())
        return scheduler

    def _hours(self) -> BaseTrigger:
        """When to look at the plan, by the settings."""
        hours = {(None if digest.period == "day" else digest.day, digest.time, digest.zone) for digest in self._settings.digest.values()}
        sending = [CronTrigger(day_of_week=day, hour=at.hour, minute=at.minute, second=at.second, timezone=zone) for day, at, zone in hours]
        return OrTrigger([IntervalTrigger(minutes=self._settings.schedule.crawl_minutes), *sending])

    def next_runs(self) -> Mapping[str, datetime]:
        """When each job begins next, by its name in the ledger."""
        job = self._scheduler.get_job(_PLAN) if self._scheduler else None
        looks = {CRAWL_JOB: job.next_run_time} if job and job.next_run_time else {}
        return looks | next_slots(self._settings, now=utc_now())

    def look(self) -> None:
        """Do what is due, in its order."""
        # Building an issue leaves memory behind that the days until the next one would be paid for.
        self._trimmer = self._trimmer or MemoryTrimmer()
        for _ in carry_out(self._engine, self._settings, self.stopping, config=self._config):
            pass
        self._trimmer.trim()

    def run(self) -> None:
        """Work until told to stop (SIGTERM, SIGINT); read the configuration anew when told to (SIGHUP).

        Raises StoreBusyError when another scheduler has the store, StoreError when the hold on it was lost.
        """
        self.stopping.on_signal(interrupt=False)
        signal.signal(signal.SIGHUP, lambda *_: self._reread.set())
        with holding(self._engine, LOCK, "yixun run", on_loss=self.stopping.asked.set) as loss:
            with session_scope(self._engine) as session:
                close_left_open(session)
            with answering(self._settings.health.place, self.watch.routes()) as address:
                self.watch.start(address)
                self._work(address)
            self.watch.stop(loss.reason)
        log.info("stopped")
        if loss.reason:
            # The store cannot be relied on now: this is told past it.
            todo = "Another `yixun run` may be at work; where none is, start it again."
            tell(self._settings, "Yixun: the daemon stopped", f"Its hold on the store is lost: {loss.reason}\n{todo}")
        loss.check()

    def _work(self, address: str) -> None:
        self._scheduler = self.scheduler()
        self._scheduler.start()
        digests = list(self._settings.digest)
        log.info("started", digests=digests, health=address, crawl_minutes=self._settings.schedule.crawl_minutes)
        self._systemd.ready(f"at work, {address or 'answers nowhere'}")
        while not self.stopping.asked.wait(_TICK_SECONDS):
            if self._reread.is_set():
                self._reread.clear()
                self.read_anew()
                self._systemd.ready(f"at work, {address or 'answers nowhere'}")
            if not self.watch.hangs:
                self._systemd.alive()
        self._systemd.stopping()
        self._scheduler.pause()
        # A mail must not be cut off between the server's answers; a crawl ends by itself when we are gone.
        self.stopping.wait_until_whole(_MAIL_SECONDS)
        self._scheduler.shutdown(wait=False)

    def read_anew(self) -> None:
        """Take up what the configuration says now. A wrong one is refused: the old settings stay at work, and people are told."""
        self._systemd.reloading()
        try:
            fresh = load_settings(self._config)
            log_to(fresh)
        except YixunError as error:
            self.watch.refused = str(error)
            log.error("the configuration is refused, the old one stays", error=self.watch.refused)
        else:
            later = [name for name in ("store", "health") if getattr(fresh, name) != getattr(self._settings, name)]
            # The store stays the one that is held; its address means nothing to work that is under way.
            kept = {name: getattr(self._settings, name) for name in later}
            self._settings, self.watch.refused = fresh.model_copy(update=kept), ""
            if self._scheduler:
                self._scheduler.reschedule_job(_PLAN, trigger=self._hours())
            log.info("the configuration was read anew", only_after_a_restart=later)
        # What was wrong, or is well again, is told at once.
        if self._scheduler:
            self._scheduler.modify_job(_WATCH, next_run_time=utc_now())


def serve(engine: Engine, settings: Settings, config: Path | None) -> None:
    """Run the daemon and end the process with it, a crawl under way included: status 0, or 1 after one line that says why."""
    status = 0
    try:
        Daemon(engine, settings, config).run()
    except YixunError as error:
        sys.stderr.write(f"yixun: {error}\n")
        status = 1
    sys.stderr.flush()
    # Leaving in the usual way would wait for the thread that waits for the crawl.
    os._exit(status)

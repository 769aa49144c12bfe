"""The daemon: looks for due sources every few minutes, and sends each digest when its hour has come."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from store.clock import SHANGHAI
from store.database import Engine, session_scope, utc_now
from store.errors import YixunError
from store.ledger import close_left_open

from .alerts import tell
from .config import Settings, load_settings
from .endpoints import answering
from .holding import holding
from .logs import log_to
from .notify import Systemd
from .slots import next_slots
from .tasks import crawl_due, weekly_tasks
from .troubles import CRAWL_JOB
from .watch import EVERY, Watch

log = structlog.get_logger()
LOCK = "run"
_LOOK_EVERY = timedelta(hours=1)
_MAIL_SECONDS = 300.0
_TICK_SECONDS = 1.0


class Daemon:
    """One scheduler on one store. The schedule is built from the settings; what ran is in the ledger."""

    def __init__(self, engine: Engine, settings: Settings, config: Path | None = None) -> None:
        """`config` is the file that the settings are read from anew on SIGHUP, by default the usual one."""
        self._engine, self._settings, self._config = engine, settings, config
        self._sending = threading.Lock()
        self._reread = threading.Event()
        self._scheduler: BackgroundScheduler | None = None
        self._systemd = Systemd()
        self.watch = Watch(engine, lambda: self._settings, self.next_runs)
        self.stopped = threading.Event()

    def scheduler(self) -> BackgroundScheduler:
        """The scheduler with its jobs, not started yet."""
        scheduler = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={name: ThreadPoolExecutor(1) for name in ("default", "crawl", "watch")},
            # Its own default drops a job that is one second late, and runs every one it missed.
            job_defaults={"misfire_grace_time": 3600, "coalesce": True, "max_instances": 1},
        )
        crawling, sending = self._triggers()
        scheduler.add_job(self.crawl, crawling, id="crawl", executor="crawl", next_run_time=utc_now())
        scheduler.add_job(self.weekly, sending, id="weekly", next_run_time=utc_now())
        scheduler.add_job(self.watch.look, IntervalTrigger(seconds=EVERY.seconds), id="watch", executor="watch", next_run_time=utc_now())
        return scheduler

    def _triggers(self) -> tuple[BaseTrigger, BaseTrigger]:
        """When to crawl, and when to do the weekly work, by the settings."""
        schedule = self._settings.schedule
        at = schedule.digest_time
        sending = CronTrigger(day_of_week=schedule.digest_day, hour=at.hour, minute=at.minute, second=at.second, timezone=SHANGHAI)
        looking = IntervalTrigger(seconds=int(_LOOK_EVERY.total_seconds()))
        return IntervalTrigger(minutes=schedule.crawl_minutes), OrTrigger([sending, looking])

    def next_runs(self) -> Mapping[str, datetime]:
        """When each job begins next, by its name in the ledger."""
        job = self._scheduler.get_job("crawl") if self._scheduler else None
        looks = {CRAWL_JOB: job.next_run_time} if job and job.next_run_time else {}
        return looks | next_slots(self._settings, utc_now())

    def crawl(self) -> None:
        """Crawl what is due."""
        crawl_due(self._engine, self._settings, now=utc_now())

    def weekly(self) -> None:
        """Send what is to be sent, prune what is to be pruned."""
        with self._sending:
            for _ in weekly_tasks(self._engine, self._settings, now=utc_now()):
                if self.stopped.is_set():
                    return

    def run(self) -> None:
        """Work until told to stop (SIGTERM, SIGINT); read the configuration anew when told to (SIGHUP).

        Raises StoreBusyError when another scheduler has the store, StoreError when the hold on it was lost.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopped.set())
        signal.signal(signal.SIGHUP, lambda *_: self._reread.set())
        with holding(self._engine, LOCK, "yixun run", on_loss=self.stopped.set) as loss:
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
        log.info("started", health=address, crawl_minutes=self._settings.schedule.crawl_minutes)
        self._systemd.ready(f"at work, {address or 'answers nowhere'}")
        while not self.stopped.wait(_TICK_SECONDS):
            if self._reread.is_set():
                self._reread.clear()
                self.read_anew()
                self._systemd.ready(f"at work, {address or 'answers nowhere'}")
            if not self.watch.hangs:
                self._systemd.alive()
        self._systemd.stopping()
        self._scheduler.pause()
        # A mail must not be cut off between the server's answers; a crawl ends by itself when we are gone.
        self._sending.acquire(timeout=_MAIL_SECONDS)
        self._scheduler.shutdown(wait=False)

    def read_anew(self) -> None:
        """Take up what the configuration says now. A wrong one is refused: the old settings stay at work, and people are told."""
        self._systemd.reloading()
        try:
            fresh = load_settings(self._config)
        except YixunError as error:
            self.watch.refused = str(error)
            log.error("the configuration is refused, the old one stays", error=self.watch.refused)
        else:
            fixed = [name for name in ("store", "health") if getattr(fresh, name) != getattr(self._settings, name)]
            self._settings, self.watch.refused = fresh, ""
            log_to(fresh)
            log.info("the configuration was read anew", only_after_a_restart=fixed)
        if self._scheduler is None:
            return
        for name, trigger in zip(("crawl", "weekly"), self._triggers(), strict=True):
            self._scheduler.reschedule_job(name, trigger=trigger)
        # What was wrong, or is well again, is told at once.
        self._scheduler.modify_job("watch", next_run_time=utc_now())


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

"""The daemon: looks for due sources every few minutes, and sends each digest when its hour has come."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from store.clock import SHANGHAI
from store.database import Engine, session_scope, utc_now
from store.errors import YixunError
from store.ledger import close_left_open

from .config import Settings
from .holding import holding
from .tasks import crawl_due, weekly_tasks

LOCK = "run"
_LOOK_EVERY = timedelta(hours=1)
_MAIL_SECONDS = 300.0


class Daemon:
    """One scheduler on one store. The schedule is built from the settings; what ran is in the ledger."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self._sending = threading.Lock()
        self.stopped = threading.Event()

    def scheduler(self) -> BackgroundScheduler:
        """The scheduler with its two jobs, not started yet."""
        schedule = self._settings.schedule
        scheduler = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={"default": ThreadPoolExecutor(1), "crawl": ThreadPoolExecutor(1)},
            # Its own default drops a job that is one second late, and runs every one it missed.
            job_defaults={"misfire_grace_time": 3600, "coalesce": True, "max_instances": 1},
        )
        every = IntervalTrigger(minutes=schedule.crawl_minutes)
        scheduler.add_job(self.crawl, every, id="crawl", executor="crawl", next_run_time=utc_now())
        at = schedule.digest_time
        sending = CronTrigger(day_of_week=schedule.digest_day, hour=at.hour, minute=at.minute, second=at.second, timezone=SHANGHAI)
        looking = IntervalTrigger(seconds=int(_LOOK_EVERY.total_seconds()))
        scheduler.add_job(self.weekly, OrTrigger([sending, looking]), id="weekly", next_run_time=utc_now())
        return scheduler

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
        """Work until told to stop (SIGTERM, SIGINT).

        Raises StoreBusyError when another scheduler has the store, StoreError when the hold on it was lost.
        """
        log = structlog.get_logger()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopped.set())
        with holding(self._engine, LOCK, "yixun run", on_loss=self.stopped.set) as loss:
            with session_scope(self._engine) as session:
                close_left_open(session)
            scheduler = self.scheduler()
            scheduler.start()
            log.info("started", jobs=[job.id for job in scheduler.get_jobs()], crawl_minutes=self._settings.schedule.crawl_minutes)
            self.stopped.wait()
            scheduler.pause()
            # A mail must not be cut off between the server's answers; a crawl ends by itself when we are gone.
            self._sending.acquire(timeout=_MAIL_SECONDS)
            scheduler.shutdown(wait=False)
        log.info("stopped")
        loss.check()


def serve(engine: Engine, settings: Settings) -> None:
    """Run the daemon and end the process with it, a crawl under way included: status 0, or 1 after one line that says why."""
    status = 0
    try:
        Daemon(engine, settings).run()
    except YixunError as error:
        sys.stderr.write(f"yixun: {error}\n")
        status = 1
    sys.stderr.flush()
    # Leaving in the usual way would wait for the thread that waits for the crawl.
    os._exit(status)

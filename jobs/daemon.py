"""The daemon: does what the plan says every few minutes, and when the hour of a digest has come."""

from __future__ import annotations

import os
import sys

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
from .plan import carry_out
from .stopping import Stopping

LOCK = "run"
_MAIL_SECONDS = 300.0


class Daemon:
    """One scheduler on one store. The schedule is built from the settings; what ran is in the ledger."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine, self._settings = engine, settings
        self.stopping = Stopping()

    def scheduler(self) -> BackgroundScheduler:
        """The scheduler, not started yet: one look at the plan at once, every few minutes, and at the hour of each digest."""
        scheduler = BackgroundScheduler(
            timezone=SHANGHAI,
            executors={"default": ThreadPoolExecutor(1)},
            # Its own default drops a job that is one second late, and runs every one it missed.
            job_defaults={"misfire_grace_time": 3600, "coalesce": True, "max_instances": 1},
        )
        hours = {(digest.day, digest.time) for digest in self._settings.digest.values()}
        sending = [CronTrigger(day_of_week=day, hour=at.hour, minute=at.minute, second=at.second, timezone=SHANGHAI) for day, at in hours]
        looking = IntervalTrigger(minutes=self._settings.schedule.crawl_minutes)
        scheduler.add_job(self.look, OrTrigger([looking, *sending]), id="plan", next_run_time=utc_now())
        return scheduler

    def look(self) -> None:
        """Do what is due, in its order."""
        for _ in carry_out(self._engine, self._settings, self.stopping):
            pass

    def run(self) -> None:
        """Work until told to stop (SIGTERM, SIGINT).

        Raises StoreBusyError when another scheduler has the store, StoreError when the hold on it was lost.
        """
        log = structlog.get_logger()
        self.stopping.on_signal(interrupt=False)
        with holding(self._engine, LOCK, "yixun run", on_loss=self.stopping.asked.set) as loss:
            with session_scope(self._engine) as session:
                close_left_open(session)
            scheduler = self.scheduler()
            scheduler.start()
            log.info("started", digests=list(self._settings.digest), crawl_minutes=self._settings.schedule.crawl_minutes)
            self.stopping.asked.wait()
            scheduler.pause()
            # A mail must not be cut off between the server's answers; a crawl ends by itself when we are gone.
            self.stopping.wait_until_whole(_MAIL_SECONDS)
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

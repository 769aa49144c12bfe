"""A worker: crawls what the scheduler left in the queue, beside as many others as there are."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial

import structlog

from store.database import Engine
from store.errors import FetchError

from .config import Settings
from .queue import GONE, HEARTBEAT, QUEUE, make_queue, open_jobs, take_over_jobs, worker_app
from .tasks import crawl_part

log = structlog.get_logger()
_LOOK_SECONDS = 1.0


def serve(engine: Engine, settings: Settings, *, concurrency: int, once: bool) -> None:
    """Work until told to stop (SIGTERM, SIGINT: what is under way is finished first), or with `once` until the queue is empty.

    Raises ConfigError for a store that is not on PostgreSQL, StoreError when the queue cannot be used.
    """
    make_queue(settings)
    asyncio.run(_work(engine, settings, concurrency=concurrency, once=once))


async def _work(engine: Engine, settings: Settings, *, concurrency: int, once: bool) -> None:
    app = worker_app(settings, partial(_crawl, engine, settings))
    async with app.open_async():
        # Of workers that all died nobody else would take the jobs over before the first minute is full.
        taken_over = await take_over_jobs(app)
        log.info("worker started", concurrency=concurrency, taken_over=taken_over)
        while True:
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=concurrency,
                wait=not once,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=GONE,
            )
            if not once or not await open_jobs(app):
                break
            # A job waits for another one of its site, or for its next try.
            await asyncio.sleep(_LOOK_SECONDS)
            await take_over_jobs(app)
    log.info("worker stopped")


def _crawl(engine: Engine, settings: Settings, source_id: str, since: datetime | None) -> None:
    report = crawl_part(engine, settings, source_id, since=since)
    if report is None:
        log.info("nothing left to do", source=source_id)
        return
    totals = report.totals()
    log.info("crawled", source=source_id, run=report.run_id, status=report.status, new=totals["new"], articles=totals["articles"])
    if report.network_down:
        # The source is not to blame and stays due; another machine's network may be up.
        raise FetchError(report.note, subject=source_id)

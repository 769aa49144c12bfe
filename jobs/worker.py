"""A worker: crawls what the scheduler left in the queue, beside as many others as there are."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from math import ceil

import structlog

from store.database import Engine
from store.errors import FetchError, YixunError

from .config import Settings
from .gathering import TOGETHER, Gathering
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
    gathering = Gathering(partial(_crawl, engine, settings), calls=ceil(concurrency / TOGETHER))
    app = worker_app(settings, gathering.crawled)
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


def _crawl(engine: Engine, settings: Settings, wanted: Mapping[str, datetime | None]) -> dict[str, YixunError]:
    report, failed = crawl_part(engine, settings, wanted)
    names = ", ".join(name for name in wanted if name not in failed)
    if report is None:
        log.info("nothing left to do", sources=names)
        return failed
    totals = report.totals()
    log.info("crawled", sources=names, run=report.run_id, status=report.status, new=totals["new"], articles=totals["articles"])
    if report.network_down:
        # The sources are not to blame and stay due; another machine's network may be up.
        raise FetchError(report.note, subject=names)
    return failed

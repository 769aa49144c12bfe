"""The queue of sources that workers crawl: procrastinate, in a schema of its own beside the store's tables.

A job is one source. Nobody else takes a job of the same site meanwhile (its lock), and a source that waits is not put in twice (its
queueing lock). That no host is asked twice at once, whatever sites link to, is kept by `store.turns`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import psycopg
import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from crawler.sources.source import Source
from store.database import postgresql_address
from store.errors import FetchError, StoreError
from store.hosts import host_of

from .config import Settings

log = structlog.get_logger()

QUEUE, CRAWL = "crawl", "crawl_source"
SCHEMA = "yixun_queue"
# A worker tells every HEARTBEAT seconds that it lives; the jobs of one that was silent for GONE are given to others.
HEARTBEAT, GONE = 5.0, 30.0
_ATTEMPTS, _WAIT_SECONDS = 6, 20
_ADVISORY_LOCK = 7_194_266

# Crawls a source; gets its id, since when it must have been asked, and how often that was tried in vain.
Work = Callable[[str, datetime | None, int], Awaitable[None]]


def _options() -> dict[str, Any]:
    return {"options": f"-c search_path={SCHEMA}"}


def make_queue(settings: Settings) -> None:
    """Make the queue's tables where there are none. Raises StoreError when the database cannot be used."""
    try:
        with psycopg.connect(postgresql_address(settings.store), autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_ADVISORY_LOCK])
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            if connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.procrastinate_jobs"]).fetchone() == (None,):
                with _opened(settings) as app:
                    app.schema_manager.apply_schema()
    except psycopg.Error as error:
        raise StoreError(f"the queue cannot be used: {' '.join(str(error).split())}", subject="store.url") from error


@contextmanager
def _opened(settings: Settings) -> Iterator[App]:
    app = App(connector=SyncPsycopgConnector(conninfo=postgresql_address(settings.store), kwargs=_options()))
    with app.open():
        yield app


def defer(settings: Settings, sources: Sequence[Source], *, since: datetime | None) -> int:
    """Put sources into the queue, but for those that wait there; returns how many. `since` as in `jobs.tasks.choose_due`.

    Raises StoreError when the queue cannot be used.
    """
    make_queue(settings)
    put = 0
    try:
        with _opened(settings) as app:
            for source in sources:
                job = app.configure_task(
                    CRAWL, queue=QUEUE, lock=f"site {host_of(source.urls[0].url)}", queueing_lock=f"source {source.id}"
                )
                with suppress(AlreadyEnqueued):
                    job.defer(source_id=source.id, since=since.isoformat() if since else None)
                    put += 1
    except ConnectorException as error:
        raise StoreError(f"the queue cannot be used: {error}", subject="store.url") from error
    return put


def worker_app(settings: Settings, work: Work) -> App:
    """The queue as a worker sees it: `work` is awaited for each source.

    A job that fails for what may pass is tried again; each minute the jobs of workers that are gone are given to others.
    """
    app = App(connector=PsycopgConnector(conninfo=postgresql_address(settings.store), kwargs=_options()))
    passing = RetryStrategy(max_attempts=_ATTEMPTS, linear_wait=_WAIT_SECONDS, retry_exceptions={FetchError, StoreError})

    @app.task(name=CRAWL, queue=QUEUE, retry=passing, pass_context=True)
    async def crawl_source(context: JobContext, source_id: str, since: str | None = None) -> None:
        await work(source_id, datetime.fromisoformat(since) if since else None, context.job.attempts)

    @app.periodic(cron="* * * * *")
    @app.task(name="take_over", queue=QUEUE, queueing_lock="take over", pass_context=True)
    async def take_over(context: JobContext, timestamp: int) -> None:
        await take_over_jobs(context.app)

    return app


async def take_over_jobs(app: App) -> int:
    """Put the jobs of workers that are gone back into the queue; returns how many."""
    put_back = 0
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=GONE):
        try:
            await app.job_manager.retry_job(job)
        except ConnectorException as error:
            # Another worker that looks at the same moment may have put it back already; what is still lost is found a minute later.
            log.info("a job was not put back", job=job.id, reason=str(error))
        else:
            put_back += 1
    return put_back


async def open_jobs(app: App) -> int:
    """How many sources wait or are under way."""
    found = [await app.job_manager.list_jobs_async(task=CRAWL, status=status) for status in ("todo", "doing")]
    return sum(len(list(jobs)) for jobs in found)

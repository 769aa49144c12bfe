"""The process that crawls. It reads its order from standard input, logs JSON lines to standard error, and reports on standard output.

It ends when the other end of its standard input is closed: a crawl never outlives whoever started it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from typing import Any

import structlog
from pydantic import ValidationError
from scrapy.crawler import AsyncCrawlerProcess

from crawler.settings import scrapy_settings
from store.database import session_scope, utc_now
from store.errors import StoreError, YixunError
from store.locks import Hold, parts_held, release_lock, take_crawl_locks
from store.migrate import open_store

from .clock import Clock
from .crawl_run import CrawlRun
from .hosts import Hosts
from .politeness import Politeness
from .reading_client import ReadingClient
from .report import CrawlOrder, RunReport
from .spider import NewsSpider
from .store_thread import StoreThread
from .turns import Turns

_LAST_SECONDS = 10.0


def main() -> None:
    """Run one crawl. Standard output gets one JSON object: {"report": …} or {"error": {type, message, subject, hint}}."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _log_to_stderr()
    try:
        order = CrawlOrder.model_validate_json(sys.stdin.buffer.readline())
        _answer({"report": _crawl(order).model_dump(mode="json")})
    except ValidationError as error:
        _answer({"error": {"type": "ConfigError", "message": " ".join(str(error).split())[:500]}})
    except YixunError as error:
        _answer({"error": {"type": type(error).__name__, "message": error.message, "subject": error.subject, "hint": error.hint}})


def _crawl(order: CrawlOrder) -> RunReport:
    engine = open_store(order.store)
    try:
        asked = [source.id for source in (*order.sources, *order.resume)]
        with session_scope(engine) as session:
            hold = take_crawl_locks(session, asked if order.is_part else [], now=utc_now())
        try:
            ours = parts_held(hold) if order.is_part else set(asked)
            report = _fetch(order.only(ours), StoreThread(engine), hold, shared=engine.dialect.name == "postgresql")
            return report.model_copy(update={"left": [source_id for source_id in asked if source_id not in ours]})
        finally:
            # A store that fails now must not hide what went before; the lock lapses with this process.
            with suppress(StoreError), session_scope(engine) as session:
                release_lock(session, hold)
    finally:
        engine.dispose()


def _fetch(order: CrawlOrder, store: StoreThread, hold: Hold, *, shared: bool) -> RunReport:
    """Do what was ordered; what was fetched is saved when this returns. `shared` says whether other crawls may work on the store."""
    run = store.now(lambda session: CrawlRun(order, session))
    structlog.contextvars.bind_contextvars(run=run.id)
    hosts = Hosts(order.crawl.min_delay, store, now=utc_now())
    clock = Clock(order.crawl, store, hold, hosts)
    politeness = Politeness(hosts, clock, Turns(store, hosts, shared=shared, timeout=order.crawl.timeout))
    reader = ReadingClient(list(run.sources.values()), order.knowledge, order.crawl)
    _run_scrapy(order, clock, {"run": run, "store": store, "reader": reader, "politeness": politeness})
    clock.cancel()
    reader.close()
    store.close()
    with suppress(StoreError):
        # Only counts are lost; whether the run can be recorded decides what is reported.
        clock.save()
    return store.now(run.finish, stopped_because=clock.stopped_because)


def _run_scrapy(order: CrawlOrder, clock: Clock, parts: dict[str, Any]) -> None:
    """Run Scrapy until all is done, the time is up or the starter is gone. `parts` are what the spider is made of."""
    process = AsyncCrawlerProcess(scrapy_settings(order.crawl))
    for name in ("scrapy", "twisted"):
        logging.getLogger(name).setLevel(logging.WARNING)
    process.crawl(process.create_crawler(NewsSpider), **parts)
    loop = asyncio.get_event_loop()

    def watch() -> None:
        sys.stdin.buffer.read()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(clock.stop, "whoever started the crawl is gone")
        # Whatever still hangs then is not worth waiting for: all that matters is committed.
        timer = threading.Timer(_LAST_SECONDS, lambda: os._exit(1))
        timer.daemon = True
        timer.start()

    threading.Thread(target=watch, name="starter", daemon=True).start()
    process.start(install_signal_handlers=False)


def _answer(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _log_to_stderr() -> None:
    """Log JSON lines, those of Scrapy and Twisted from warnings on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
        ],
    )
    sink = logging.StreamHandler(sys.stderr)
    sink.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[sink], force=True)

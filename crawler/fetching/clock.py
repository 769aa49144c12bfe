"""The time of a crawl: its deadline, the share of each source, and the lock that says whose the store is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import structlog
from scrapy.core.engine import ExecutionEngine
from sqlmodel import Session

from crawler.memory import MemoryTrimmer
from crawler.settings import CrawlSettings
from store.database import utc_now
from store.errors import StoreError
from store.hosts import add_host_counts, save_host_state
from store.locks import RENEW, Hold, Lease, renew_lock

from .ending import Ending
from .hosts import Hosts
from .store_thread import StoreThread

log = structlog.get_logger()

_SAVE_SECONDS = 5.0
_LOOK_SECONDS = 0.5


class Clock:
    """Ends the crawl when its time is up, its lock is lost or its starter is gone; `stopped_because` says which it was."""

    def __init__(self, crawl: CrawlSettings, store: StoreThread, hold: Hold, hosts: Hosts) -> None:
        self._crawl, self._store, self._hold, self._hosts = crawl, store, hold, hosts
        self._engine: ExecutionEngine | None = None
        self._began_source: dict[str, float] = {}
        self.ending = Ending()
        self.stopped_because = ""

    def start(self, engine: ExecutionEngine, tell: Callable[[], None]) -> None:
        """Begin to keep time; `tell` is called every few seconds to say how far the crawl is."""
        self._engine = engine
        self._lease = Lease()
        self._saving: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._saving.set_result(None)
        self._keeping = asyncio.get_running_loop().create_task(self._keep_time(tell))
        self._keeping.add_done_callback(self._ended)

    def is_late(self, source_id: str | None) -> bool:
        """Whether a source has used up its time in this crawl. Its time starts with its first request."""
        if source_id is None:
            return False
        began = self._began_source.setdefault(source_id, time.monotonic())
        return time.monotonic() - began > self._crawl.source_seconds

    def stop(self, because: str) -> None:
        """End the crawl: requests under way are given up, what was fetched is still read and saved."""
        if not self.stopped_because and self._engine is not None:
            self.stopped_because = because
            self._stopping = asyncio.get_running_loop().create_task(self._engine.close_spider_async(reason="shutdown"))
            self.ending.give_up(self._engine.downloader, because)

    def store_failed(self, because: str) -> None:
        """End the crawl because nothing can be saved any more: what was fetched and not saved is left to the next crawl."""
        self._store.give_up(because)
        self.stop(because)

    async def _keep_time(self, tell: Callable[[], None]) -> None:
        deadline = time.monotonic() + self._crawl.max_seconds
        last = 0.0
        trimmer = MemoryTrimmer()
        while True:
            trimmer.trim()
            # The store's thread may be held up by others: its answer is not waited for, or no time would be kept.
            if self._saving.done() and time.monotonic() - last > min(_SAVE_SECONDS, RENEW.total_seconds()):
                last = time.monotonic()
                self._saving = asyncio.ensure_future(self._save_hosts(last))
                tell()
            if self._lease.is_over:
                self.store_failed("the store could not be written for so long that another crawl may begin")
            if time.monotonic() > deadline:
                self.stop(f"the crawl was ended after {self._crawl.max_seconds:g} s (crawl.max_seconds)")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _save_hosts(self, began: float) -> None:
        """Write what is new about hosts and renew the lock; what cannot be written now is written later."""
        changes = self._hosts.take_changes()
        try:
            held = await self._store.do(save_hosts, self._hold, *changes, now=utc_now())
        except StoreError as error:
            self._hosts.put_back(*changes)
            log.warning("the lock could not be renewed", error=str(error))
            return
        if held:
            self._lease.renewed(began)
        else:
            self.stop("another process took the store over")

    def _ended(self, keeping: asyncio.Future[None]) -> None:
        """Without a clock nobody renews the lock: the crawl ends with it."""
        if not keeping.cancelled() and (error := keeping.exception()) is not None:
            log.error("the clock broke", exc_info=error)
            self.stop(f"its clock broke: {type(error).__name__}")

    def cancel(self) -> None:
        """Stop keeping time."""
        self._keeping.cancel()

    def save(self) -> None:
        """Write what is new about hosts. Called when the store's thread is idle. Raises StoreError when that is impossible."""
        self._store.now(save_hosts, self._hold, *self._hosts.take_changes(), now=utc_now())


def save_hosts(
    session: Session, hold: Hold, states: dict[str, dict[str, Any]], counts: dict[tuple[str, date], dict[str, int]], *, now: datetime
) -> bool:
    """Write what is new about hosts and renew the lock; False when the lock is lost."""
    for host, values in states.items():
        save_host_state(session, host, values)
    add_host_counts(session, counts)
    return renew_lock(session, hold, now=now)

"""All that one crawl holds in its hands, and how it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

import structlog
from sqlmodel import Session

from crawler.memory import MemoryTrimmer
from crawler.readers import first_asks
from crawler.readers.base import Ask
from crawler.sources.source import Source
from store.catalogue import sync_catalogue
from store.database import utc_now
from store.hosts import host_of, host_states, waiting_hosts
from store.items import pending_items, postpone
from store.locks import RENEW, Hold
from store.models import Fetch, SourceUrlState
from store.runs import finish_run, start_run, url_states
from store.sources import sync_sources

from .ending import Ending
from .network import GuardedResolver
from .politeness import HostRecords
from .reading_client import ReadingProcess
from .report import FAILED, CrawlOrder, RunReport, SourceReport
from .store_thread import AnswerContext, StoreThread, save_answer, save_hosts_and_renew

if TYPE_CHECKING:
    from .spider import NewsSpider

log = structlog.get_logger()

_TICK_SECONDS = 5.0
# So many hosts must fail, and none answer, before our own network is blamed.
_HOSTS_DOWN = 3


class Work:
    """One crawl: its order, the store, the reading process, what is known of hosts and addresses, and the report in the making."""

    def __init__(self, order: CrawlOrder, store: StoreThread, hold: Hold) -> None:
        self.order, self.store, self._hold = order, store, hold
        self.started_at = utc_now()
        self.sources: dict[str, Source] = {source.id: source for source in [*order.resume, *order.sources]}
        self.reports = {source_id: SourceReport(id=source_id) for source_id in self.sources}
        self.asks: dict[str, list[Ask]] = {source.id: first_asks(source) for source in order.sources}
        self.book = HostRecords(order.crawl.min_delay)
        self.ending = Ending()
        self.reader = ReadingProcess(list(self.sources.values()), order.knowledge, order.crawl)
        self.network_failures: list[tuple[Fetch, Ask, Source]] = []
        self.network_postponed: list[tuple[int, str]] = []
        self.stopped_because = ""
        store.now(self._open)

    def _open(self, session: Session) -> None:
        now = utc_now()
        definitions = [source.model_dump(mode="json") for source in self.sources.values()]
        sync_sources(session, definitions, now=now)
        session.flush()
        self.run_id = start_run(session, [source.id for source in self.order.sources], now=now)
        self.host_states = host_states(session)
        for host, until in waiting_hosts(session, now).items():
            self.book.remember_rest(host, until)
        self._url_states = url_states(session, list(self.sources))
        self.pending = pending_items(session, list(self.sources))
        session.expunge_all()

    def url_state(self, source_id: str, root: str) -> SourceUrlState | None:
        """What earlier crawls remembered of an address of a source."""
        return self._url_states.get((source_id, root))

    def is_first_answer(self, source_id: str, root: str) -> bool:
        """Whether no earlier crawl has read this address: what it lists now is history."""
        known = self.url_state(source_id, root)
        return known is None or known.fetched_at is None

    def interval(self, source: Source) -> timedelta:
        """The pause between two polls that the source's definition asks for."""
        return timedelta(hours=source.poll_hours or self.order.crawl.poll_hours)

    def refused(self) -> dict[str, str]:
        """Which host names led to addresses that may not be connected to."""
        from twisted.internet import reactor

        resolver = getattr(reactor, "nameResolver", None)
        return resolver.refused if isinstance(resolver, GuardedResolver) else {}

    # ------------------------------------------------------------------ the report

    def record(self, fetch: Fetch, *, passed_over: int = 0) -> None:
        """Add one fetch to the report of its source."""
        report = self.reports[fetch.source_id]
        report.requests += 1
        for name in ("found", "new", "changed", "turned_away"):
            setattr(report, name, getattr(report, name) + getattr(fetch, name))
        report.passed_over += passed_over
        report.seconds = round(report.seconds + fetch.seconds, 3)
        report.status = _joined(report.status, fetch.status, first=report.requests == 1)
        if fetch.error_kind and not report.error_kind:
            report.error_kind, report.note = fetch.error_kind, fetch.note
        elif fetch.note and not report.note:
            report.note = fetch.note
        self.tell("source", id=report.id, status=report.status, found=report.found, new=report.new)

    def cut_off(self, source_id: str) -> None:
        """A request for a source was given up because the crawl ended: nothing was learned of it, and it stays due."""
        self.reports[source_id].remark("not asked to the end: the crawl was ended; it is due again with the next")

    def postponed(self, source_id: str) -> None:
        """One article waits for the next crawl."""
        self.reports[source_id].remark("some articles wait for the next crawl")

    def tell(self, event: str, **values: Any) -> None:
        """Tell whoever started the crawl how far it is."""
        log.info("progress", step=event, **values)

    # ------------------------------------------------------------------ the clock

    def on_start(self, spider: NewsSpider) -> None:
        """Begin to keep time: renew the lock, write the ledger, end the crawl when its time is up."""
        loop = asyncio.get_running_loop()
        self._clock = loop.create_task(self._keep_time(spider))
        self._catalogue = loop.create_task(self._mirror_catalogue())

    async def _mirror_catalogue(self) -> None:
        """Start the reading process, and write the catalogue it judges with into the store."""
        rows = await self.reader.catalogue()
        await self.store.do(sync_catalogue, **rows)

    async def _keep_time(self, spider: NewsSpider) -> None:
        deadline = time.monotonic() + self.order.crawl.max_seconds
        last = 0.0
        trimmer = MemoryTrimmer()
        while True:
            trimmer.trim()
            if time.monotonic() - last > min(_TICK_SECONDS, RENEW.total_seconds()):
                last = time.monotonic()
                held = await self.store.do(save_hosts_and_renew, self._hold, *self.book.take_changes(), now=utc_now())
                if not held:
                    self.stop(spider, "another process took the store over")
                sums = {name: sum(getattr(r, name) for r in self.reports.values()) for name in ("articles", "articles_failed", "new")}
                self.tell("so far", **sums)
            if time.monotonic() > deadline and not self.stopped_because:
                self.stop(spider, f"the crawl was ended after {self.order.crawl.max_seconds:g} s (crawl.max_seconds)")
            await asyncio.sleep(0.5)

    def stop(self, spider: NewsSpider, because: str) -> None:
        """End the crawl: requests under way are given up, what was fetched is still read and saved."""
        if not self.stopped_because:
            self.stopped_because = because
            engine = spider.crawler.engine
            self._stopping = asyncio.get_running_loop().create_task(engine.close_spider_async(reason="shutdown"))
            self.ending.give_up(engine.downloader, because)

    # ------------------------------------------------------------------ the end

    def finish(self) -> RunReport:
        """Close the run and report. Called when the reactor has stopped."""
        self._clock.cancel()
        self.reader.close()
        self.store.close()
        for source_report in self.reports.values():
            if source_report.status == "ok" and not source_report.found:
                source_report.status = "empty"
            if source_report.status == "unfinished" and self.stopped_because:
                self.cut_off(source_report.id)
        answered = any(report.status not in ("failed", "unfinished") for report in self.reports.values() if report.requests)
        down = own_network_is_down([ask.url for _, ask, _ in self.network_failures], answered=answered)
        self.store.now(self._settle, down)
        report = RunReport(
            run_id=self.run_id,
            status=self._status(down),
            started_at=self.started_at,
            finished_at=utc_now(),
            network_down=down,
            note=self._note(down),
            sources=[self.reports[source.id] for source in self.order.sources],
        )
        self.store.now(self._close, report)
        return report

    def _settle(self, session: Session, down: bool) -> None:
        """Write the failures whose cause is known only now."""
        for fetch, ask, source in self.network_failures:
            if down:
                fetch.error_kind, fetch.note = "own_network", f"our own network seems to be down ({fetch.note})"
            save_answer(session, fetch, None, AnswerContext(ask.root, self.interval(source)))
        if not down:
            for item_id, reason in self.network_postponed:
                postpone(session, item_id, reason)

    def _close(self, session: Session, report: RunReport) -> None:
        save_hosts_and_renew(session, self._hold, *self.book.take_changes(), now=utc_now())
        finish_run(
            session,
            self.run_id,
            status=report.status,
            now=report.finished_at,
            totals=report.totals(),
            note=report.note,
            network_down=report.network_down,
        )

    def _status(self, down: bool) -> Literal["done", "partly", "failed"]:
        polled = [self.reports[source.id] for source in self.order.sources]
        failed = [report for report in polled if report.status in FAILED]
        if down or (polled and all(report.status in FAILED - {"unfinished"} for report in polled)):
            return "failed"
        return "partly" if failed or self.stopped_because else "done"

    def _note(self, down: bool) -> str:
        if down:
            return "our own network seems to be down: no source is blamed"
        return self.stopped_because


def own_network_is_down(failed: Iterable[str], *, answered: bool) -> bool:
    """Whether it was our own network: `failed` are the addresses that could not be reached, `answered` whether any source answered."""
    return len({host_of(url) for url in failed}) >= _HOSTS_DOWN and not answered


def _joined(before: str, fetch: str, *, first: bool) -> Any:
    """The status of a source of several addresses: one failure among answers makes it `partly`."""
    if first or before == fetch:
        return fetch
    good = {"ok", "unchanged", "empty"}
    if before in good and fetch in good:
        return "ok" if "ok" in (before, fetch) else "unchanged"
    return "partly"

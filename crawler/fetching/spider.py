"""The one Scrapy spider: it polls all sources of a crawl and fetches the articles their entries promise.

One spider for all sources means one downloader, so that a host that serves several sources is still asked one thing at a time.
What an answer means is left to `crawler.readers`, which the reading process runs.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import scrapy
import structlog
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.readers.base import Ask, Page
from crawler.reading.messages import PageBytes, ReadListing
from crawler.schedule.due import ask_in_full
from crawler.sources.source import Source
from store.catalogue import sync_catalogue
from store.database import utc_now
from store.entries import ToRead
from store.errors import StoreFullError, YixunError
from store.items import MAX_TRIES, postpone
from store.models import Fetch
from store.status import FetchStatus

from .answers import AnswerContext, save_answer
from .crawl_run import CrawlRun
from .faults import NETWORK_KINDS, WAITING_KINDS, Fault, of_exception, of_page, of_status
from .going_back import GoingBack, is_the_end
from .kept import keep
from .network import refused_names
from .politeness import Politeness
from .reading_client import ReadingClient, ReadingStartError, UnreadableError
from .steps import Fetched
from .store_thread import StoreThread

log = structlog.get_logger()

# What an article page may be; anything else is stored without a body.
_PAGES = ("text/html", "application/xhtml", "text/plain", "text/xml", "application/xml")
_ARTICLE, _LISTING = 0, 100
# Kinds of fault that are our own decision.
_REFUSED = frozenset({"robots", "private_address", "host_waits", "time_up", "scheme"})


class NewsSpider(scrapy.Spider):
    """Polls sources, follows their entries."""

    name = "news"

    def __init__(self, run: CrawlRun, store: StoreThread, reader: ReadingClient, politeness: Politeness, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.run, self.store, self.reader, self.politeness = run, store, reader, politeness
        self._keep_in = Path(run.order.keep_answers) if run.order.keep_answers else None
        self._back = GoingBack(run.order.since, politeness.hosts) if run.order.since else None
        self._under_way: set[int] = set()
        self._articles_asked = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsSpider:
        """As Scrapy makes it; hears of whatever its callbacks and the pipelines raise."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.answer_lost, signal=signals.spider_error)
        crawler.signals.connect(spider.item_lost, signal=signals.item_error)
        return spider

    def answer_lost(self, failure: Failure, response: Any) -> None:
        """An answer was lost to an error that nobody foresaw, which Scrapy has logged with its trace, or to the store."""
        request = response if isinstance(response, Request) else response.request
        self._lost(request.meta.get("source_id"), failure.value)

    def item_lost(self, item: Any, failure: Failure) -> None:
        """An item was lost likewise; it stays pending."""
        self._lost(item.item.source_id, failure.value)

    def _lost(self, source_id: str | None, error: BaseException | None) -> None:
        why = str(error) if isinstance(error, YixunError) else f"an error of ours: {type(error).__name__}"
        self.run.broke(source_id, why)
        if isinstance(error, StoreFullError):
            self.run.fail(why)
            self.politeness.clock.store_failed(why)
        elif isinstance(error, ReadingStartError):
            self.run.fail(why)
            self.politeness.clock.stop(why)

    async def start(self) -> AsyncIterator[Request]:
        """The first request of every address of every source, then the articles an earlier crawl left unread."""
        self.politeness.clock.start(self.crawler.engine, self.run.tell)
        self._mirroring = asyncio.get_running_loop().create_task(self._mirror_catalogue())
        self._mirroring.add_done_callback(self._mirrored)
        for source in self.run.order.sources:
            for ask in self.run.asks[source.id]:
                yield self._listing_request(ask, source, None)
        for item in self.run.pending:
            for output in self._article(item):
                yield output

    async def _mirror_catalogue(self) -> None:
        """Start the reading process, and write the catalogue it judges with into the store."""
        await self.store.do(sync_catalogue, **await self.reader.catalogue())

    def _mirrored(self, mirroring: asyncio.Future[None]) -> None:
        error = None if mirroring.cancelled() else mirroring.exception()
        if error is not None:
            log.error("the catalogue could not be written into the store", error=str(error))
            self._lost(None, error)

    # ------------------------------------------------------------------ listings

    def _listing_request(self, ask: Ask, source: Source, state: dict[str, Any] | None) -> Request:
        """A request for a feed, list, API answer or sitemap. `state` holds validators of page one while older pages are read."""
        headers: dict[str, str] = {}
        known = self.run.url_state(source.id, ask.root)
        full = self._back or ask_in_full(known, full_every=self.run.order.crawl.full_every, now=utc_now())
        if ask.page == 1 and ask.method == "GET" and known and not full:
            if known.etag:
                headers["If-None-Match"] = known.etag
            if known.last_modified:
                headers["If-Modified-Since"] = known.last_modified
        body: str | None = None
        if ask.json is not None:
            body, headers["Content-Type"] = ask.json, "application/json; charset=utf-8"
        elif ask.form is not None:
            body, headers["Content-Type"] = urlencode(ask.form), "application/x-www-form-urlencoded; charset=utf-8"
        return Request(
            ask.url,
            method=ask.method,
            headers=headers,
            body=body,
            callback=self.parse_listing,
            errback=self.fail_listing,
            cb_kwargs={"ask": ask, "source": source, "state": state, "began": utc_now()},
            meta={"source_id": source.id},
            priority=_LISTING,
            dont_filter=True,
        )

    async def parse_listing(
        self, response: Response, ask: Ask, source: Source, state: dict[str, Any] | None, began: datetime
    ) -> AsyncIterator[Any]:
        """Read an answer of a source, save all its entries, follow those whose article is wanted."""
        fetch = self._fetch(ask, source, began, response)
        fault = of_status(response.status)
        if fault is None and response.status != 304:
            fault = of_page(response.body, status=response.status, url=response.url, asked=ask.url)
        if fault is not None:
            await self._save_failed(fetch, fault, ask, source)
            return
        known = self.run.url_state(source.id, ask.root)
        fresh = _validators(response, ask)
        same = ask.page == 1 and known is not None and known.body_hash == fresh["body_hash"]
        if response.status == 304 or (same and not self._back):
            await self._save_unchanged(fetch, ask, source, fresh)
            return
        kind = _header(response, "Content-Type")
        order = self.run.order
        page = Page(ask, response.url, response.body, kind, utc_now(), max_entries=order.crawl.max_entries, since=order.since)
        if self._keep_in:
            keep(page, self._keep_in)
        try:
            found = await self.reader.listing(page, source.id)
        except UnreadableError as error:
            await self._save_failed(fetch, error.fault, ask, source)
            return
        async for output in self._save_found(fetch, found, ask, source, state or (fresh if ask.page == 1 and not ask.archive else None)):
            yield output

    async def _save_found(
        self, fetch: Fetch, found: ReadListing, ask: Ask, source: Source, state: dict[str, Any] | None
    ) -> AsyncIterator[Any]:
        fetch.found = len(found.entries) + sum(found.passed_over.values())
        fetch.status = FetchStatus.ok if found.entries or found.next else FetchStatus.empty
        fetch.note = "; ".join(f"{number} entries passed over: {reason}" for reason, number in found.passed_over.items())
        if state is not None:
            state["ttl_seconds"] = max(filter(None, (found.ttl_seconds, state["ttl_seconds"])), default=None)
        context = AnswerContext(
            found_at=ask.root,
            interval=self.run.interval(source.id),
            backlog=self.run.is_first_answer(source.id, ask.root) or (self._back is not None and (ask.page > 1 or ask.archive)),
            url_state=state,
            further=bool(found.next) and (self._back is None or self._back.goes_on(ask, source, found)),
            follow_always=found.follow_always or self._back is not None,
        )
        saved, follow = await self.store.do(save_answer, fetch, found.entries, context)
        self.run.record(fetch, passed_over=sum(found.passed_over.values()) + saved.repeated)
        self.run.reached(source.id, found.entries)
        if follow:
            for following in found.next:
                yield self._listing_request(following, source, None if found.follow_always else state)
        for sitemap in await self._archives(ask, source, found):
            yield self._listing_request(sitemap, source, None)
        for item in saved.to_read:
            for output in self._article(item):
                yield output

    async def _archives(self, ask: Ask, source: Source, found: ReadListing) -> list[Ask]:
        """Where to look further when a crawl goes back in time and the source itself has no older pages."""
        if self._back is None or ask.page > 1 or ask.archive or found.next or ask.root != source.urls[0].url:
            return []
        return await self._back.sitemaps(source)

    async def fail_listing(self, failure: Failure) -> None:
        """Record why a source could not be asked."""
        request: Request = failure.request  # type: ignore[attr-defined]
        ask, source, began = (request.cb_kwargs[name] for name in ("ask", "source", "began"))
        assert failure.value is not None
        fault = of_exception(failure.value, request.url, refused=refused_names())
        if fault.kind == "time_up" and self.politeness.clock.stopped_because:
            self.run.cut_off(source.id)
            return
        await self._save_failed(self._fetch(ask, source, began, None), fault, ask, source)

    def _fetch(self, ask: Ask, source: Source, began: datetime, response: Response | None) -> Fetch:
        seconds = (utc_now() - began).total_seconds()
        fetch = Fetch(
            run_id=self.run.id,
            source_id=source.id,
            url=ask.url,
            started_at=began,
            seconds=round(seconds, 3),
            status=FetchStatus.failed,
        )
        if response is not None:
            fetch.http_status, fetch.bytes = response.status, len(response.body)
        return fetch

    async def _save_unchanged(self, fetch: Fetch, ask: Ask, source: Source, fresh: dict[str, Any]) -> None:
        known = self.run.url_state(source.id, ask.root)
        fetch.status = FetchStatus.unchanged
        state = fresh
        if fetch.http_status == 304:
            # A 304 may bring new validators (RFC 9111, section 4.3.4), but knows nothing of the feed's own ttl.
            state = {name: fresh[name] for name in ("etag", "last_modified") if fresh[name]}
            state |= {"fetched_at": utc_now(), "polls_since_full": (known.polls_since_full if known else 0) + 1}
        elif known:
            state["ttl_seconds"] = max(filter(None, (known.ttl_seconds, fresh["ttl_seconds"])), default=None)
        await self.store.do(save_answer, fetch, None, AnswerContext(ask.root, self.run.interval(source.id), url_state=state))
        self.run.record(fetch)

    async def _save_failed(self, fetch: Fetch, fault: Fault, ask: Ask, source: Source) -> None:
        if self._back and is_the_end(ask, fault):
            fetch.status, fetch.note = FetchStatus.empty, f"goes back no further: {fault.note}"
            await self.store.do(save_answer, fetch, None, AnswerContext(ask.root, self.run.interval(source.id)))
            self.run.record(fetch)
            return
        fetch.status = FetchStatus.refused if fault.kind in _REFUSED else FetchStatus.failed
        fetch.error_kind, fetch.note = fault.kind, fault.note
        log.warning("source failed", source=source.id, url=ask.url, kind=fault.kind, note=fault.note)
        self.run.record(fetch)
        if fault.kind in NETWORK_KINDS:
            self.run.unreachable(fetch, ask)
            return
        await self.store.do(save_answer, fetch, None, AnswerContext(ask.root, self.run.interval(source.id)))

    # ------------------------------------------------------------------ articles

    def _article(self, item: ToRead) -> list[Any]:
        """What to do for an item: fetch its article, or judge it by its entry where there is none to fetch."""
        if item.item_id in self._under_way:
            return []
        self._under_way.add(item.item_id)
        source = self.run.sources[item.source_id]
        if item.link is None or not source.fetch_articles or not item.media_type.startswith("text/html") or self._enough():
            return [Fetched(item)]
        self._articles_asked += 1
        return [
            Request(
                item.link,
                callback=self.parse_article,
                errback=self.fail_article,
                cb_kwargs={"item": item},
                meta={"source_id": item.source_id, "download_maxsize": self.run.order.crawl.max_page_bytes, "is_article": True},
                priority=_ARTICLE,
                dont_filter=True,
            )
        ]

    def _enough(self) -> bool:
        """Whether as many articles were asked for as this crawl may fetch."""
        most = self.run.order.max_articles
        return most is not None and self._articles_asked >= most

    async def parse_article(self, response: Response, item: ToRead) -> AsyncIterator[Any]:
        """Hand the page of an article to the pipelines."""
        kind = _header(response, "Content-Type")
        fault = of_status(response.status) or of_page(response.body, status=response.status, url=response.url, asked=str(item.link))
        if fault is None and urlsplit(response.url).path in ("", "/") and urlsplit(str(item.link)).path not in ("", "/"):
            fault = Fault("http_404", "leads to the front page instead of an article")
        if fault is not None:
            async for output in self._failed(item, fault):
                yield output
        elif is_page(kind):
            if self._keep_in:
                ask = Ask(str(item.link), root=str(item.link))
                keep(Page(ask, response.url, response.body, kind, utc_now()), self._keep_in, article=True)
            yield Fetched(item, PageBytes(response.url, response.body, kind, utc_now()))
        else:
            yield Fetched(item, media_type=(kind or "").split(";")[0].strip().lower()[:100])

    async def fail_article(self, failure: Failure) -> AsyncIterator[Any]:
        """An article that could not be fetched is judged by its entry, or left for the next crawl."""
        request: Request = failure.request  # type: ignore[attr-defined]
        assert failure.value is not None
        fault = of_exception(failure.value, request.url, refused=refused_names())
        async for output in self._failed(request.cb_kwargs["item"], fault):
            yield output

    async def _failed(self, item: ToRead, fault: Fault) -> AsyncIterator[Any]:
        if fault.kind in WAITING_KINDS:
            self.run.article_waits(item)
        elif fault.passes and item.tries + 1 < MAX_TRIES:
            self.run.article_failed(item, fault.kind, fault.note)
            if fault.kind in NETWORK_KINDS:
                self.run.article_unreachable(item.item_id, fault.note)
            else:
                await self.store.do(postpone, item.item_id, fault.note)
        else:
            yield Fetched(item, fault=fault)


def is_page(content_type: str | None) -> bool:
    """Whether an article of this content type can be read as a page; one without a type is tried."""
    return not content_type or content_type.strip().lower().startswith(_PAGES)


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def _validators(response: Response, ask: Ask) -> dict[str, Any]:
    """What is remembered of an answer to ask for it conditionally next time."""
    ages = [int(part[8:]) for part in (_header(response, "Cache-Control") or "").replace(" ", "").split(",") if _is_age(part)]
    return {
        "etag": (_header(response, "ETag") or "")[:500] or None,
        "last_modified": (_header(response, "Last-Modified") or "")[:100] or None,
        "body_hash": hashlib.sha256(response.body).hexdigest(),
        "fetched_at": utc_now(),
        "polls_since_full": 0,
        "ttl_seconds": min(ages, default=None),
    }


def _is_age(part: str) -> bool:
    return part.startswith("max-age=") and part[8:].isdigit() and len(part) < 18

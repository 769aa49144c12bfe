"""The one Scrapy spider: it polls all sources of a crawl and fetches the articles their entries promise.

One spider for all sources means one downloader, so that a host that serves several sources is still asked one thing at a time.
What an answer means is left to `crawler.readers`, which the reading process runs.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import scrapy
import structlog
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.readers.base import Ask, Page
from crawler.reading.messages import PageBytes, ReadListing
from crawler.schedule.due import ask_in_full
from crawler.sources.record import keep
from crawler.sources.source import Source
from store.database import utc_now
from store.entries import ToRead
from store.items import MAX_TRIES, postpone
from store.models import Fetch, HostState

from .faults import NETWORK_KINDS, WAITING_KINDS, Fault, of_exception, of_page, of_status
from .reading_client import UnreadableError
from .steps import Fetched
from .store_thread import AnswerContext, save_answer
from .work import Work

log = structlog.get_logger()

# What an article page may be; anything else is stored without a body.
_PAGES = ("text/html", "application/xhtml", "text/plain", "text/xml", "application/xml")
_ARTICLE, _LISTING = 0, 100


class NewsSpider(scrapy.Spider):
    """Polls sources, follows their entries."""

    name = "news"

    def __init__(self, work: Work, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.work = work
        self.book = work.book
        self.host_states: dict[str, HostState] = work.host_states
        self._under_way: set[int] = set()
        self._articles_asked = 0
        self._started: dict[str, float] = {}

    async def start(self) -> AsyncIterator[Request]:
        """The first request of every address of every source, then the articles an earlier crawl left unread."""
        self.work.on_start(self)
        for source in self.work.order.sources:
            for ask in self.work.asks[source.id]:
                yield self._listing_request(ask, source, None)
        for item in self.work.pending:
            for output in self._article(item):
                yield output

    def is_late(self, source_id: str | None) -> bool:
        """Whether a source has used up its time in this crawl. Its clock starts with its first request."""
        if source_id is None:
            return False
        began = self._started.setdefault(source_id, time.monotonic())
        return time.monotonic() - began > self.work.order.crawl.source_seconds

    # ------------------------------------------------------------------ listings

    def _listing_request(self, ask: Ask, source: Source, state: dict[str, Any] | None) -> Request:
        """A request for a feed, list, API answer or sitemap. `state` holds validators of page one while older pages are read."""
        headers: dict[str, str] = {}
        known = self.work.url_state(source.id, ask.root)
        full = ask_in_full(known, full_every=self.work.order.crawl.full_every, now=utc_now())
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
        known = self.work.url_state(source.id, ask.root)
        fresh = _validators(response, ask)
        if response.status == 304 or (ask.page == 1 and known and known.body_hash == fresh["body_hash"]):
            await self._save_unchanged(fetch, ask, source, fresh)
            return
        kind = _header(response, "Content-Type")
        page = Page(ask, response.url, response.body, kind, utc_now(), max_entries=self.work.order.crawl.max_entries)
        if self.work.order.keep_answers:
            keep(page, Path(self.work.order.keep_answers))
        try:
            found = await self.work.reader.listing(page, source.id)
        except UnreadableError as error:
            await self._save_failed(fetch, error.fault, ask, source)
            return
        async for output in self._save_found(fetch, found, ask, source, state or (fresh if ask.page == 1 else None)):
            yield output

    async def _save_found(
        self, fetch: Fetch, found: ReadListing, ask: Ask, source: Source, state: dict[str, Any] | None
    ) -> AsyncIterator[Any]:
        fetch.found = len(found.entries) + sum(found.passed_over.values())
        fetch.status = "ok" if found.entries or found.next else "empty"
        fetch.note = "; ".join(f"{number} entries passed over: {reason}" for reason, number in found.passed_over.items())
        if state is not None:
            state["ttl_seconds"] = max(filter(None, (found.ttl_seconds, state["ttl_seconds"])), default=None)
        context = AnswerContext(
            found_at=ask.root,
            interval=self.work.interval(source),
            backlog=self.work.is_first_answer(source.id, ask.root),
            url_state=state,
            further=bool(found.next),
            follow_always=found.follow_always,
        )
        saved, follow = await self.work.store.do(save_answer, fetch, found.entries, context)
        self.work.record(fetch, passed_over=sum(found.passed_over.values()) + saved.repeated)
        if follow:
            for following in found.next:
                yield self._listing_request(following, source, None if found.follow_always else state)
        for item in saved.to_read:
            for output in self._article(item):
                yield output

    async def fail_listing(self, failure: Failure) -> None:
        """Record why a source could not be asked."""
        request: Request = failure.request  # type: ignore[attr-defined]
        ask, source, began = (request.cb_kwargs[name] for name in ("ask", "source", "began"))
        assert failure.value is not None
        fault = of_exception(failure.value, request.url, refused=self.work.refused())
        if fault.kind == "time_up" and self.work.stopped_because:
            self.work.cut_off(source.id)
            return
        await self._save_failed(self._fetch(ask, source, began, None), fault, ask, source)

    def _fetch(self, ask: Ask, source: Source, began: datetime, response: Response | None) -> Fetch:
        seconds = (utc_now() - began).total_seconds()
        fetch = Fetch(
            run_id=self.work.run_id, source_id=source.id, url=ask.url, started_at=began, seconds=round(seconds, 3), status="failed"
        )
        if response is not None:
            fetch.http_status, fetch.bytes = response.status, len(response.body)
        return fetch

    async def _save_unchanged(self, fetch: Fetch, ask: Ask, source: Source, fresh: dict[str, Any]) -> None:
        known = self.work.url_state(source.id, ask.root)
        fetch.status = "unchanged"
        state = fresh
        if fetch.http_status == 304:
            # A 304 may bring new validators (RFC 9111, section 4.3.4), but knows nothing of the feed's own ttl.
            state = {name: fresh[name] for name in ("etag", "last_modified") if fresh[name]}
            state |= {"fetched_at": utc_now(), "polls_since_full": (known.polls_since_full if known else 0) + 1}
        elif known:
            state["ttl_seconds"] = max(filter(None, (known.ttl_seconds, fresh["ttl_seconds"])), default=None)
        await self.work.store.do(save_answer, fetch, None, AnswerContext(ask.root, self.work.interval(source), url_state=state))
        self.work.record(fetch)

    async def _save_failed(self, fetch: Fetch, fault: Fault, ask: Ask, source: Source) -> None:
        fetch.status = "refused" if fault.kind in ("robots", "private_address", "host_waits", "time_up", "scheme") else "failed"
        fetch.error_kind, fetch.note = fault.kind, fault.note
        log.warning("source failed", source=source.id, url=ask.url, kind=fault.kind, note=fault.note)
        self.work.record(fetch)
        if fault.kind in NETWORK_KINDS:
            # Whose network is down, theirs or ours, is known at the end of the run.
            self.work.network_failures.append((fetch, ask, source))
            return
        await self.work.store.do(save_answer, fetch, None, AnswerContext(ask.root, self.work.interval(source)))

    # ------------------------------------------------------------------ articles

    def _article(self, item: ToRead) -> list[Any]:
        """What to do for an item: fetch its article, or judge it by its entry where there is none to fetch."""
        if item.item_id in self._under_way:
            return []
        self._under_way.add(item.item_id)
        source = self.work.sources[item.source_id]
        if item.link is None or not source.fetch_articles or not item.media_type.startswith("text/html") or self._enough():
            return [Fetched(item)]
        self._articles_asked += 1
        return [
            Request(
                item.link,
                callback=self.parse_article,
                errback=self.fail_article,
                cb_kwargs={"item": item},
                meta={"source_id": item.source_id, "download_maxsize": self.work.order.crawl.max_page_bytes, "is_article": True},
                priority=_ARTICLE,
                dont_filter=True,
            )
        ]

    def _enough(self) -> bool:
        """Whether as many articles were asked for as this crawl may fetch."""
        most = self.work.order.max_articles
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
            if self.work.order.keep_answers:
                link = str(item.link)
                keep(
                    Page(Ask(link, root=link), response.url, response.body, kind, utc_now()),
                    Path(self.work.order.keep_answers),
                    article=True,
                )
            yield Fetched(item, PageBytes(response.url, response.body, kind, utc_now()))
        else:
            yield Fetched(item, media_type=(kind or "").split(";")[0].strip().lower()[:100])

    async def fail_article(self, failure: Failure) -> AsyncIterator[Any]:
        """An article that could not be fetched is judged by its entry, or left for the next crawl."""
        request: Request = failure.request  # type: ignore[attr-defined]
        assert failure.value is not None
        fault = of_exception(failure.value, request.url, refused=self.work.refused())
        async for output in self._failed(request.cb_kwargs["item"], fault):
            yield output

    async def _failed(self, item: ToRead, fault: Fault) -> AsyncIterator[Any]:
        if fault.kind in WAITING_KINDS:
            self.work.postponed(item.source_id)
        elif fault.passes and item.tries + 1 < MAX_TRIES:
            self.count_failed_article(item, fault)
            if fault.kind in NETWORK_KINDS:
                self.work.network_postponed.append((item.item_id, fault.note))
            else:
                await self.work.store.do(postpone, item.item_id, fault.note)
        else:
            yield Fetched(item, fault=fault)

    def count_article(self, source_id: str) -> None:
        """One more article was read."""
        self.work.reports[source_id].articles += 1

    def count_failed_article(self, item: ToRead, fault: Fault) -> None:
        """One more article could not be read."""
        report = self.work.reports[item.source_id]
        report.articles_failed += 1
        if fault.kind in ("paywall", "login", "challenge"):
            report.remark(f"articles end at a {fault.kind}")
        log.info("article failed", source=item.source_id, url=item.link, kind=fault.kind, note=fault.note)


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

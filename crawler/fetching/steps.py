"""The two passes of a crawl over one store.

    1  source ── answer ── read, clean ── save entries ──┬── turned away
                                                         └── pending
    2  pending ── page ── read ── further pages ── read ── judge ── save ── group

The first is the spider's (`spider`, `answers`): a listing's entries are saved before any of their pages is asked for. `pending` is
the hand-over that outlives a crash: what this crawl does not read of it, the next one does. The second is here. Reading and judging
happen in the reading process, which opens neither sockets nor sessions; every page of an article is read once, then all of it is
judged once. Saving happens in the store's thread, many items in one transaction.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol, runtime_checkable

import structlog
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http.request import NO_CALLBACK
from sqlmodel import Session

from crawler.group.attach import Fresh, attach
from crawler.reading.article import Article
from crawler.reading.messages import PageBytes, ReadArticle
from crawler.settings import CODE_VERSION
from store.database import utc_now
from store.entries import ToRead
from store.errors import StoreError
from store.items import MAX_TRIES, ReadItem, note_broken, save_read
from store.status import ItemStatus

from .crawl_run import CrawlRun
from .faults import DOWNLOAD_ERRORS, OUR_ERROR, WAITING_KINDS, Fault, Refused, of_page, of_status
from .reading_client import ReadingClient, UnreadableError
from .rows import fact_rows, mention_rows, topic_rows
from .store_thread import StoreThread

log = structlog.get_logger()

_BATCH = 25
_WAIT_SECONDS = 0.25


@runtime_checkable
class _Crawling(Protocol):
    run: CrawlRun
    store: StoreThread
    reader: ReadingClient


def _of(crawler: Crawler) -> _Crawling:
    spider = crawler.spider
    if not isinstance(spider, _Crawling):
        raise TypeError("the spider of this crawl has no run, store and reader")
    return spider


@dataclass(frozen=True, slots=True)
class Fetched:
    """An item whose article was fetched, or for which there is none to fetch (`fault` says why where that is a failure)."""

    item: ToRead
    page: PageBytes | None = None
    fault: Fault | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """An item whose article was read, one Article a page; without any its entry has to do."""

    item: ToRead
    pages: tuple[Article, ...] = ()
    fetched_at: datetime | None = None
    fault: Fault | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """An item that was read and judged."""

    item: ToRead
    read: ReadArticle
    media_type: str | None = None
    has_article: bool = False


class ReadPipeline:
    """Has the reading process read the page of an article, then fetches and reads its further pages."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler, self._crawling = crawler, _of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReadPipeline:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_item(self, fetched: Fetched) -> Read:
        """Read all pages. Raises DropItem when one of them must wait: a part of an article is no article."""
        item, page = fetched.item, fetched.page
        if page is None or fetched.fault is not None:
            return Read(item, fault=fetched.fault, media_type=fetched.media_type)
        try:
            first = await self._crawling.reader.page(page, item.source_id)
            further = [await self._crawling.reader.page(one, item.source_id) for one in await self._further(item, page.url, first)]
            return Read(item, (first, *further), fetched_at=page.fetched_at)
        except UnreadableError as error:
            return Read(item, fault=error.fault)
        except Refused as error:
            self._crawling.run.article_waits(item)
            raise DropItem(error.fault.note, log_level="DEBUG") from None

    async def _further(self, item: ToRead, url: str, first: Article) -> list[PageBytes]:
        """The other pages of an article, up to the first that cannot be had. Raises Refused when they must wait."""
        pages: list[PageBytes] = []
        crawl = self._crawling.run.order.crawl
        for further in [one for one in first.next_pages if one != url][: crawl.max_pages - 1]:
            meta = {"source_id": item.source_id, "download_maxsize": crawl.max_page_bytes}
            request = Request(further, meta=meta, callback=NO_CALLBACK, dont_filter=True)
            try:
                answer = await self._crawler.engine.download_async(request)
            except DOWNLOAD_ERRORS as error:
                if isinstance(error, Refused) and error.fault.kind in WAITING_KINDS:
                    raise
                break
            if of_status(answer.status) or of_page(answer.body, status=answer.status, url=answer.url, asked=further):
                break
            kind = answer.headers.get("Content-Type")
            pages.append(PageBytes(further, answer.body, kind.decode("latin-1") if kind else None, utc_now()))
        return pages


class JudgePipeline:
    """Has the reading process judge the item; one whose article cannot be read is judged by its entry."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawling = _of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> JudgePipeline:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_item(self, read: Read) -> Judged:
        """Judge. Raises DropItem where our own code broke on the item: it is tried again, up to three times in all."""
        fault = read.fault
        if read.pages and read.fetched_at:
            try:
                judged = await self._crawling.reader.article(read.item, read.pages, fetched_at=read.fetched_at)
                return Judged(read.item, judged, has_article=True)
            except UnreadableError as error:
                fault = error.fault
        if fault is None:
            return Judged(read.item, await self._by_entry(read.item, ItemStatus.kept, ""), read.media_type)
        self._crawling.run.article_failed(read.item, fault.kind, fault.note)
        if fault.kind == OUR_ERROR and read.item.tries + 1 < MAX_TRIES:
            await self._broken(read.item, fault)
        judged = await self._by_entry(read.item, ItemStatus.unread, fault.note)
        if fault.kind == OUR_ERROR:
            judged.values["broke"] = CODE_VERSION
        return Judged(read.item, judged, read.media_type)

    async def _by_entry(self, item: ToRead, status: ItemStatus, reason: str) -> ReadArticle:
        try:
            return await self._crawling.reader.entry(item, status=status, reason=reason)
        except UnreadableError as error:
            self._crawling.run.article_failed(item, error.fault.kind, error.fault.note)
            return await self._broken(item, error.fault)

    async def _broken(self, item: ToRead, fault: Fault) -> NoReturn:
        await self._crawling.store.do(note_broken, item.item_id, fault.note, version=CODE_VERSION)
        raise DropItem(fault.note, log_level="DEBUG")


class SavePipeline:
    """Writes items in batches, one by one where a batch fails; an item is done when it is committed."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawling = _of(crawler)
        self._batch: list[tuple[Judged, asyncio.Future[BaseException | None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._saving: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SavePipeline:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_item(self, item: Judged) -> Judged:
        """Put the item into the batch and wait until it is saved.

        What the store suffers from is raised. Raises DropItem for an item that cannot be saved while others can: it is tried again,
        up to three times in all.
        """
        loop = asyncio.get_running_loop()
        saved: asyncio.Future[BaseException | None] = loop.create_future()
        self._batch.append((item, saved))
        if len(self._batch) >= _BATCH:
            self._flush()
        elif self._timer is None:
            self._timer = loop.call_later(_WAIT_SECONDS, self._flush)
        error = await saved
        if isinstance(error, StoreError):
            raise error
        if error is not None:
            await self._not_saved(item, error)
        if item.has_article:
            self._crawling.run.article_read(item.item.source_id)
        return item

    async def _not_saved(self, item: Judged, error: BaseException) -> NoReturn:
        """Tell of an item that an error of ours keeps from being saved; its cause is logged with its trace."""
        log.error("an item could not be saved", item=item.item.item_id, url=item.item.link, exc_info=error)
        why = f"{type(error).__name__}: {' '.join(str(error.__cause__ or error).split())}"[:200]
        self._crawling.run.not_saved(item.item.source_id, 1, why)
        await self._crawling.store.do(note_broken, item.item.item_id, f"could not be saved: {why}", version=CODE_VERSION)
        raise DropItem(why, log_level="DEBUG")

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._batch = self._batch, []
        if batch:
            task = asyncio.get_running_loop().create_task(self._save(batch))
            self._saving.add(task)
            task.add_done_callback(self._saving.discard)

    async def _save(self, batch: list[tuple[Judged, asyncio.Future[BaseException | None]]]) -> None:
        error = await self._crawling.store.attempt(save_judged, [item for item, _ in batch])
        if error is not None and not isinstance(error, StoreError) and len(batch) > 1:
            # One of them is to blame, and the others must not go with it.
            for one in batch:
                await self._save([one])
            return
        for _, saved in batch:
            saved.set_result(error)


def save_judged(session: Session, batch: list[Judged]) -> None:
    """Save judged items and put them to their stories, in one transaction."""
    now = utc_now()
    rows = []
    for judged in batch:
        item_id, values = judged.item.item_id, dict(judged.read.values)
        if judged.media_type:
            values["media_type"] = judged.media_type
        published = values.get("published_at") or judged.item.published_at
        facts = fact_rows(item_id, judged.read.judgement, published=published, now=now)
        rows.append(
            ReadItem(item_id, values, topic_rows(item_id, judged.read.judgement), mention_rows(item_id, judged.read.judgement), facts)
        )
    save_read(session, rows, now=now)
    attach(session, [Fresh(judged.item.item_id, judged.read.judgement) for judged in batch], now=now)

"""The way of an article from its page to the store.

    spider | clean | judge | save | group

`clean` makes the page's text, date and title fit for the store, `judge` says what it is about and which facts it states, `save`
writes the item with its topics, mentions and facts, `group` finds the story that it tells. Clean and judge run in the reading
process, which opens neither sockets nor sessions; save and group run in the store's thread, many items in one transaction.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http.request import NO_CALLBACK
from sqlmodel import Session

from crawler.group.attach import Fresh, attach
from crawler.reading.messages import PageBytes, ReadArticle
from store.database import utc_now
from store.entries import ToRead
from store.items import ReadItem, save_read

from .faults import DOWNLOAD_ERRORS, WAITING_KINDS, Fault, Refused, of_page, of_status
from .reading_client import UnreadableError
from .rows import fact_rows, mention_rows, topic_rows

if TYPE_CHECKING:
    from .spider import NewsSpider

_BATCH = 25
_WAIT_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Fetched:
    """An item whose article was fetched, or for which there is none to fetch (`fault` says why where that is a failure)."""

    item: ToRead
    page: PageBytes | None = None
    fault: Fault | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """An item that was read and judged."""

    item: ToRead
    read: ReadArticle
    media_type: str | None = None


class JudgePipeline:
    """clean | judge: has the reading process read the article, with all its pages, and judge it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._spider: NewsSpider = crawler.spider  # type: ignore[assignment]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> JudgePipeline:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_item(self, item: Fetched) -> Judged:
        """Read and judge; an article that cannot be read is judged by its entry. Raises DropItem for one that must wait."""
        reader = self._spider.work.reader
        fault = item.fault
        if item.page is not None and fault is None:
            try:
                read = await reader.article(item.item, [item.page])
                if read.next_pages:
                    read = await reader.article(item.item, [item.page, *await self._further(item.item, read.next_pages)])
                self._spider.count_article(item.item.source_id)
                return Judged(item.item, read)
            except UnreadableError as error:
                fault = error.fault
            except Refused as error:
                # A part of an article is no article: all of it waits for the next crawl.
                self._spider.work.postponed(item.item.source_id)
                raise DropItem(error.fault.note, log_level="DEBUG") from None
        if fault is not None:
            self._spider.count_failed_article(item.item, fault)
        status = "unread" if fault else "kept"
        read = await reader.entry(item.item, status=status, reason=fault.note if fault else "")
        return Judged(item.item, read, item.media_type)

    async def _further(self, item: ToRead, urls: tuple[str, ...]) -> list[PageBytes]:
        """The other pages of an article, up to the first that cannot be had. Raises Refused when they must wait."""
        pages: list[PageBytes] = []
        limit = self._spider.work.order.crawl.max_pages - 1
        for url in urls[:limit]:
            meta = {"source_id": item.source_id, "download_maxsize": self._spider.work.order.crawl.max_page_bytes}
            request = Request(url, meta=meta, callback=NO_CALLBACK, dont_filter=True)
            try:
                answer = await self._crawler.engine.download_async(request)
            except DOWNLOAD_ERRORS as error:
                if isinstance(error, Refused) and error.fault.kind in WAITING_KINDS:
                    raise
                break
            if of_status(answer.status) or of_page(answer.body, status=answer.status, url=answer.url, asked=url):
                break
            kind = answer.headers.get("Content-Type")
            pages.append(PageBytes(url, answer.body, kind.decode("latin-1") if kind else None, utc_now()))
        return pages


class SavePipeline:
    """save: writes items in batches; an item is done when its batch is committed."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider: NewsSpider = crawler.spider  # type: ignore[assignment]
        self._batch: list[tuple[Judged, asyncio.Future[None]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._saving: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SavePipeline:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_item(self, item: Judged) -> Judged:
        """Put the item into the batch and wait until it is saved."""
        loop = asyncio.get_running_loop()
        saved: asyncio.Future[None] = loop.create_future()
        self._batch.append((item, saved))
        if len(self._batch) >= _BATCH:
            self._flush()
        elif self._timer is None:
            self._timer = loop.call_later(_WAIT_SECONDS, self._flush)
        await saved
        return item

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        batch, self._batch = self._batch, []
        if batch:
            task = asyncio.get_running_loop().create_task(self._save(batch))
            self._saving.add(task)
            task.add_done_callback(self._saving.discard)

    async def _save(self, batch: list[tuple[Judged, asyncio.Future[None]]]) -> None:
        try:
            await self._spider.work.store.do(save_judged, [item for item, _ in batch])
        finally:
            # A batch that could not be saved leaves its items pending: the next crawl reads them again.
            for _, saved in batch:
                saved.set_result(None)


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

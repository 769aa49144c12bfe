"""The reading process as the crawl sees it: ask it, and replace it when it hangs, grows or dies."""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import structlog

from crawler.judge.knowledge import KnowledgeExtra
from crawler.memory import LARGE
from crawler.readers.base import Page
from crawler.reading.article import Article
from crawler.reading.messages import PageBytes, ReadArticle, ReadListing, Trouble
from crawler.settings import CrawlSettings
from crawler.sources.source import Source
from store.entries import ToRead
from store.errors import YixunError
from store.status import ItemStatus

from .faults import OUR_ERROR, Fault

Answer = TypeVar("Answer", ReadListing, Article, ReadArticle)
_START_SECONDS = 60
# A reading process beyond this many megabytes has loaded the model that reads facts.
_WITH_MODEL = 130
log = structlog.get_logger()


class UnreadableError(Exception):
    """The input could not be read; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.note)
        self.fault = fault


class ReadingStartError(YixunError):
    """The reading process does not start: nothing can be read in this crawl."""


class ReadingClient:
    """Asks one reading process, one question at a time, without holding up the event loop.

    Every question raises ReadingStartError when there is no process to ask.
    """

    def __init__(self, sources: Sequence[Source], knowledge: KnowledgeExtra, crawl: CrawlSettings) -> None:
        self._start_with = (list(sources), knowledge, crawl.read_seconds, crawl.read_megabytes)
        self._seconds = crawl.read_seconds
        self._most = crawl.read_megabytes * 9 // 10
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._catalogue: dict[str, list[dict[str, Any]]] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading")
        self._megabytes = 0
        self.replaced = 0

    async def catalogue(self) -> dict[str, list[dict[str, Any]]]:
        """The catalogue it judges with, as rows of organisations, models and topics."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._running)
        return self._catalogue

    async def listing(self, page: Page, source_id: str) -> ReadListing:
        """Read an answer of a source. Raises UnreadableError."""
        return await self._ask("listing", (page, source_id), ReadListing)

    async def page(self, page: PageBytes, source_id: str) -> Article:
        """Read one page of an article. Raises UnreadableError."""
        return await self._ask("page", (page, source_id), Article)

    async def article(self, item: ToRead, pages: Sequence[Article], *, fetched_at: datetime) -> ReadArticle:
        """Judge an item by its article, given page by page. Raises UnreadableError."""
        return await self._ask("article", (item, list(pages), fetched_at), ReadArticle)

    async def entry(self, item: ToRead, *, status: ItemStatus, reason: str) -> ReadArticle:
        """Judge an item by its entry. Raises UnreadableError."""
        return await self._ask("entry", (item, status, reason), ReadArticle)

    async def _ask(self, method: str, arguments: tuple[Any, ...], kind: type[Answer]) -> Answer:
        answer = await asyncio.get_running_loop().run_in_executor(self._thread, self._exchange, method, arguments)
        if isinstance(answer, Trouble):
            if answer.trace:
                log.error("our reading broke", method=method, about=_about(arguments), trace=answer.trace)
            raise UnreadableError(Fault(answer.kind, answer.message))
        assert isinstance(answer, kind)
        return answer

    def _exchange(self, method: str, arguments: tuple[Any, ...]) -> Any:
        question = pickle.dumps((method, arguments), pickle.HIGHEST_PROTOCOL)
        if method == "listing" and len(question) > LARGE and self._megabytes > _WITH_MODEL:
            # Rare: a large list and the model do not fit in one small process, and a list needs no model.
            self._end()
        pipe = self._running()
        try:
            pipe.send_bytes(question)
            if not pipe.poll(self._seconds):
                self._end()
                return Trouble(OUR_ERROR, f"reading it took longer than {self._seconds:g} s (crawl.read_seconds)")
            answer, self._megabytes = pipe.recv()
        except (EOFError, OSError):
            self._end()
            return Trouble(OUR_ERROR, "reading it ended the reading process: broken input or too little memory (crawl.read_megabytes)")
        if self._megabytes > self._most:
            self._end()
        return answer

    def _running(self) -> Connection:
        if self._pipe is None:
            ours, theirs = Pipe()
            number = theirs.fileno()
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no outside input
                [sys.executable, "-m", "crawler.reading.process", str(number)],
                pass_fds=[number],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
            theirs.close()
            self._pipe = ours
            try:
                ours.send(self._start_with)
                if not ours.poll(_START_SECONDS):
                    raise TimeoutError(f"nothing was heard of it in {_START_SECONDS} s")
                self._catalogue = ours.recv()
            except (OSError, EOFError) as error:
                status = self._process.poll()
                self._end()
                why = str(error) or f"it ended with status {status}"
                raise ReadingStartError(f"does not start: {why}", subject="the reading process") from error
        return self._pipe

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self.replaced += 1
            log.info("reading process replaced", times=self.replaced)
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None
        self._megabytes = 0

    def close(self) -> None:
        """End the process; a question under way is given up."""
        if self._process is not None and self._process.pid != os.getpid():
            self._process.kill()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._end()


def _about(arguments: tuple[Any, ...]) -> str:
    """What a question is about: an address, or an item."""
    subject = arguments[0]
    return f"item {subject.item_id}" if isinstance(subject, ToRead) else str(subject.url)

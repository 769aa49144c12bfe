"""Reading in a process of its own: feeds, lists and pages are parsed and judged here, never in the process that fetches.

A page that hangs a parser, fills the memory or crashes a library ends this process and costs one item;
`fetching.reading_client` starts the next.
Requests and answers are pickles on one pipe, in turn.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from crawler.judge.document import Document
from crawler.judge.facts import Judgement
from crawler.judge.judging import Judge
from crawler.judge.knowledge import KnowledgeExtra, load_knowledge
from crawler.memory import MEGABYTE, MemoryTrimmer
from crawler.readers import read_listing
from crawler.readers.base import Page
from crawler.reading.catalogue import catalogue_rows
from crawler.sources.source import Source
from crawler.text.decode import decode
from store.entries import ToRead
from store.errors import ParseError, SelectorMissingError, YixunError
from store.status import ItemStatus

from .article import Article
from .clean import clean_article, clean_entry, clean_unread, verdict_values
from .extract import join_pages, read_page
from .messages import PageBytes, ReadArticle, ReadListing, Trouble
from .paywalls import find_paywall

# Kinds of fault that stand at the beginning of a ParseError's message.
_NAMED = frozenset({"parse", "not_a_feed", "paywall", "login"})


class Reader:
    """Reads what was fetched, with the rules of its source, and judges it."""

    def __init__(self, sources: Sequence[Source], knowledge: KnowledgeExtra | None = None) -> None:
        self._sources = {source.id: source for source in sources}
        self.knowledge = load_knowledge(knowledge)
        self._judge = Judge(self.knowledge)
        self._rules = self._judge.version

    def listing(self, page: Page, source_id: str) -> ReadListing:
        """Read an answer of a source. Raises ParseError, whose message begins with the kind of fault."""
        source = self._sources[source_id]
        try:
            found = read_listing(page, source)
        except ParseError:
            _end_at_wall(page.body, page.content_type, source, text="")
            raise
        return ReadListing(
            entries=[clean_entry(entry, source, check=self._judge.cheap_check) for entry in found.entries],
            passed_over=found.passed_over,
            next=found.next,
            follow_always=found.follow_always,
            ttl_seconds=found.ttl_seconds,
        )

    def page(self, page: PageBytes, source_id: str) -> Article:
        """Read one page of an article. Raises ParseError when it ends at a paywall or login."""
        source = self._sources[source_id]
        article = read_page(
            page.body,
            url=page.url,
            content_type=page.content_type,
            fetched_at=page.fetched_at,
            rules=source.article,
            encoding=source.encoding,
            timezone=source.zone,
            language=None,
        )
        _end_at_wall(page.body, page.content_type, source, text=article.text)
        return article

    def article(self, item: ToRead, pages: Sequence[Article], fetched_at: datetime) -> ReadArticle:
        """Judge an item by its article, whose `pages` were read in their order."""
        whole = join_pages(pages[0], pages[1:])
        values = clean_article(item, whole, fetched_at=fetched_at)
        return ReadArticle(values | verdict_values(judgement := self._verdict(item, values), self._rules), judgement)

    def entry(self, item: ToRead, status: ItemStatus, reason: str) -> ReadArticle:
        """Judge an item by its entry alone, for there is no article to read."""
        values = clean_unread(item, status=status, reason=reason)
        return ReadArticle(values | verdict_values(judgement := self._verdict(item, values), self._rules), judgement)

    def _verdict(self, item: ToRead, values: dict[str, Any]) -> Judgement:
        text = values["text"] or item.summary
        published = values.get("published_at") or item.published_at
        return self._judge.judge(
            Document(
                id=str(item.item_id), title=values["title"], text=text, url=item.link, published=published, language=values["language"]
            )
        )


def _end_at_wall(body: bytes, content_type: str | None, source: Source, *, text: str) -> None:
    """Raise ParseError when a page, of which `text` could be read, ends at a paywall or login."""
    markup, _ = decode(body, content_type=content_type, declared=source.encoding)
    wall = find_paywall(markup, text)
    if wall is not None:
        raise ParseError(f"{wall.kind}: {wall.note}", subject=source.id)


def _bound_memory(megabytes: int) -> None:
    """Let allocations fail beyond `megabytes` of private memory, where the system can."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (megabytes * MEGABYTE,) * 2)


def _answer(reader: Reader, method: str, arguments: tuple[Any, ...]) -> Any:
    try:
        return getattr(reader, method)(*arguments)
    except SelectorMissingError as error:
        return Trouble("changed", error.message)
    except ParseError as error:
        kind, _, rest = error.message.partition(": ")
        return Trouble(kind, rest) if kind in _NAMED else Trouble("parse", error.message)
    except YixunError as error:
        return Trouble("parse", str(error))
    except MemoryError:
        return Trouble("our_error", "reading it needs more memory than allowed (crawl.read_megabytes)")
    except Exception as error:  # noqa: BLE001 - whatever our own code may raise costs one item, is told whole, and ends no crawl
        where = error.__traceback__
        while where and where.tb_next:
            where = where.tb_next
        place = f"{Path(where.tb_frame.f_code.co_filename).name}:{where.tb_lineno}" if where else "unknown place"
        message = f"our reading broke: {type(error).__name__} in {place}: {' '.join(str(error).split())[:100]}"
        return Trouble("our_error", message, traceback.format_exc())


def main() -> None:
    """Serve one pipe until its other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = Connection(int(sys.argv[1]))
    sources, knowledge, seconds, megabytes = pipe.recv()
    reader = Reader(sources, knowledge)
    _bound_memory(megabytes)
    pipe.send(catalogue_rows(reader.knowledge))
    trimmer = MemoryTrimmer()
    while True:
        try:
            method, arguments = pipe.recv()
        except EOFError:
            return
        # The process that asks kills us when we hang; the alarm does when that process is gone.
        signal.alarm(int(seconds) + 10)
        answer = _answer(reader, method, arguments)
        signal.alarm(0)
        del arguments
        pipe.send((answer, trimmer.trim()))
        del answer


if __name__ == "__main__":
    main()
    os._exit(0)

"""Trying a source out: one polite crawl into a store that is thrown away, and what came of it.

The crawl is the real one, with its robots rules, pauses, guards and readers; only the store is not the operator's.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlmodel import col, select

from crawler.fetching.kept import kept
from crawler.fetching.report import SourceReport
from crawler.fetching.run import crawl
from crawler.readers import read_listing
from crawler.readers.base import Page
from crawler.settings import CrawlSettings
from crawler.sources.source import Source, SourceUrl
from store.database import session_scope
from store.errors import YixunError
from store.hosts import host_of
from store.migrate import open_store
from store.models import HostDay
from store.settings import StoreSettings

from .record import Recording, article_of, rows_of


@dataclass(frozen=True, slots=True)
class Probe:
    """What trying a source out showed: its rows and one article as plain values (`crawler.scouting.record`), and how it went."""

    source: Source
    pages: tuple[Page, ...]
    article: Page | None
    rows: tuple[dict[str, Any], ...]
    read: dict[str, Any] | None  # the article as it was read
    report: SourceReport
    robots: str
    seconds: float

    @property
    def succeeded(self) -> bool:
        """Whether it gave at least one row with a title, a link and, in the row or the article, a date."""
        dated = any(row["published"] for row in self.rows) or bool(self.read and self.read["published"])
        return any(row["link"] for row in self.rows) and dated

    def missing(self) -> list[str]:
        """What the rows lack, a sentence each."""
        count = len(self.rows)
        lacks = ((name, sum(not row[name] for row in self.rows)) for name in ("link", "published", "summary"))
        return [f"{number} of {count} rows have no {name.replace('published', 'date')}" for name, number in lacks if number]

    def recording(self) -> Recording:
        """The probe as a recording. Raises YixunError when there is nothing to record."""
        if not self.pages:
            raise YixunError(f"gave no answer to record: {self.report.note or self.report.status}", subject=self.source.id)
        return Recording(self.source, self.pages, self.pages[0].fetched_at, replica=False, article=self.article)


def probe(source: Source, settings: CrawlSettings, *, articles: int = 1) -> Probe:
    """Fetch a source once, with at most `articles` of its articles, and read it.

    Raises the errors of `crawl`; what the source itself does wrong stands in the report.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="yixun-probe-") as name:
        folder = Path(name)
        (folder / "answers").mkdir()
        store = StoreSettings(url=f"sqlite:///{folder / 'probe.db'}")
        tried = source.model_copy(update={"enabled": True, "access": "ok"})
        found = crawl([tried], settings, store, keep_answers=folder / "answers", max_articles=articles)
        pages, article = kept(folder / "answers")
        robots = _robots(store, source.urls)
    listings = []
    for page in pages:
        try:
            listings.append(read_listing(page, source))
        except YixunError:
            continue  # the report has it already, in the words of the crawl
    read = article_of(Recording(source, tuple(pages), article.fetched_at, replica=False, article=article)) if article else None
    rows = tuple(rows_of(listings))
    return Probe(source, tuple(pages), article, rows, read, found.sources[0], robots, round(time.monotonic() - started, 1))


class Answers(NamedTuple):
    """The addresses that answered, by the address asked for, and what is to be said of the others."""

    pages: dict[str, Page]
    note: str


def ask_once(urls: Sequence[str], settings: CrawlSettings) -> Answers:
    """Fetch a few addresses once each, politely."""
    parts = urlsplit(urls[0])
    source = Source(
        id="raw",
        name=parts.netloc,
        homepage=f"{parts.scheme}://{parts.netloc}/",
        category="media",
        kind="list_page",
        reader="raw",
        urls=tuple(SourceUrl(url=url) for url in urls),
    )
    found = probe(source, settings, articles=0)
    return Answers({page.ask.url: page for page in found.pages}, found.report.note)


def _robots(store: StoreSettings, urls: Sequence[SourceUrl]) -> str:
    """What robots.txt said to us, in one sentence."""
    engine = open_store(store)
    try:
        with session_scope(engine) as session:
            hosts = {host_of(url.url) for url in urls}
            rows = session.exec(select(HostDay).where(col(HostDay.host).in_(hosts))).all()
            allowed, refused = sum(row.robots_allowed for row in rows), sum(row.robots_refused for row in rows)
    finally:
        engine.dispose()
    if refused:
        return f"robots.txt refuses {refused} of {allowed + refused} requests"
    return f"robots.txt allows all {allowed} requests" if allowed else "robots.txt was not asked"

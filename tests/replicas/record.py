"""Record every replica anew: `python -m tests.replicas.record` writes tests/crawler/sources/recorded/ID/. Look the difference over before keeping it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.readers.base import Ask, Listing, Page
from crawler.scouting.record import Recording, collect, write_recording
from crawler.sources.source import load_sources

from . import SITES
from .base import Site

RECORDED = Path(__file__).parents[1] / "crawler" / "sources" / "recorded"
NOW = datetime(2026, 9, 19, 4, 0, tzinfo=UTC)


def answer_of(site: Site, ask: Ask, *, exact: bool = False) -> Page | None:
    """What a replica answers: the longest of its addresses that the ask begins with, by method; only that address when `exact`."""
    parts = urlsplit(ask.url)
    wanted = f"{ask.method} {parts.path}" + (f"?{parts.query}" if parts.query else "")
    found = max(
        (key for key in site if wanted == key or (not exact and key != f"{ask.method} /" and wanted.startswith(key))), key=len, default=None
    )
    if found is None:
        return None
    answer = site[found]
    known = answer.needs is None or answer.needs in (ask.form or ())
    return Page(ask, url=ask.url, body=answer.body if known else answer.otherwise, content_type=answer.content_type, fetched_at=NOW)


def _article(site: Site, listings: list[Listing]) -> Page | None:
    """The article behind the first row that leads to a web page of the replica."""
    links = [entry.link for listing in listings for entry in listing.entries if entry.link]
    found = (answer_of(site, Ask(link, root=link), exact=True) for link in links)
    return next((page for page in found if page and "html" in (page.content_type or "")), None)


def main() -> None:
    """Record all replicas of the catalogue's sources."""
    for source in load_sources()[0]:
        if source.id in SITES:
            site = SITES[source.id]()
            pages, listings = collect(source, lambda ask, site=site: answer_of(site, ask), now=NOW)  # type: ignore[misc]
            article = _article(site, listings)
            count = write_recording(RECORDED / source.id, Recording(source, tuple(pages), NOW, replica=True, article=article))
            sys.stdout.write(f"{source.id}: {len(pages)} answers, {count} rows\n")


if __name__ == "__main__":
    main()

"""Recordings of sources: what a source answered once, kept beside what reading it must give.

A recording is a folder: `meta.json` (source definition, when it was fetched, whether it came from a replica, the answers in
order), the answers as bytes, and `expected.json` (the rows and the article that reading them gives, looked over by a person). Reading a
recording again with the present code and comparing tells "the site changed" from "we broke it".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.fetching.kept import load_page, write_page
from crawler.readers import first_asks, read_listing
from crawler.readers.base import Ask, Listing, Page
from crawler.reading.extract import read_page
from crawler.sources.source import Source
from store.errors import ParseError

MAX_ANSWERS = 12


@dataclass(frozen=True, slots=True)
class Recording:
    """What a source answered: its definition, the answers in order, one article page, when, and whether a replica answered."""

    source: Source
    pages: tuple[Page, ...]
    fetched_at: datetime
    replica: bool
    article: Page | None = None


def collect(source: Source, answer: Callable[[Ask], Page | None], *, now: datetime) -> tuple[list[Page], list[Listing]]:
    """Ask a source for its first answers and those that belong to them, by `answer`; at most MAX_ANSWERS.

    Raises ParseError or SelectorMissingError when an answer cannot be read; an ask without answer (None) is passed over.
    """
    pages: list[Page] = []
    listings: list[Listing] = []
    waiting = first_asks(source, now)
    while waiting and len(pages) < MAX_ANSWERS:
        page = answer(waiting.pop(0))
        if page is None:
            continue
        listing = read_listing(page, source)
        pages.append(page)
        listings.append(listing)
        waiting += listing.next
    return pages, listings


def rows_of(listings: Sequence[Listing]) -> list[dict[str, Any]]:
    """The rows of listings as plain values, in order, none twice: title, link, published, precision, summary."""
    rows: dict[tuple[str | None, str], dict[str, Any]] = {}
    for listing in listings:
        for entry in listing.entries:
            row = {
                "title": entry.title,
                "link": entry.link,
                "published": entry.published_at.isoformat() if entry.published_at else None,
                "precision": entry.published_precision,
                "summary": entry.summary,
            }
            rows.setdefault((entry.link, entry.title), row)
    return list(rows.values())


def article_of(recording: Recording) -> dict[str, Any] | None:
    """What reading the recorded article gives as plain values, None where no article was recorded."""
    page, source = recording.article, recording.source
    if page is None:
        return None
    article = read_page(
        page.body,
        url=page.url,
        content_type=page.content_type,
        fetched_at=page.fetched_at,
        rules=source.article,
        encoding=source.encoding,
        timezone=source.zone,
    )
    return {
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "precision": article.precision,
        "authors": list(article.authors),
        "editors": list(article.editors),
        "source": article.source,
        "text": article.text,
    }


def expected_of(recording: Recording) -> dict[str, Any]:
    """All that reading a recording gives now: its rows, and its article."""
    rows = rows_of([read_listing(page, recording.source) for page in recording.pages])
    return {"rows": rows, "article": article_of(recording)}


def write_recording(folder: Path, recording: Recording) -> int:
    """Write a recording and the rows it gives now; returns how many rows. An earlier recording in the folder is replaced."""
    inputs = folder / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    for old in inputs.iterdir():
        old.unlink()
    meta = {
        "source": recording.source.model_dump(mode="json", exclude_defaults=True),
        "fetched_at": recording.fetched_at.isoformat(),
        "replica": recording.replica,
        "answers": [write_page(inputs, f"{number:02d}", page) for number, page in enumerate(recording.pages, 1)],
        "article": write_page(inputs, "article", recording.article) if recording.article else None,
    }
    _write_json(folder / "meta.json", meta)
    expected = expected_of(recording)
    _write_json(folder / "expected.json", expected)
    return len(expected["rows"])


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_recording(folder: Path) -> tuple[Recording, dict[str, Any]]:
    """Read a recording and what it must give. Raises ParseError naming the folder when it is broken."""
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        fetched_at = datetime.fromisoformat(meta["fetched_at"])
        pages = tuple(load_page(folder / "inputs", answer, fetched_at) for answer in meta["answers"])
        article = load_page(folder / "inputs", meta["article"], fetched_at) if meta["article"] else None
        source = Source.model_validate(meta["source"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ParseError(f"is no recording: {' '.join(str(error).split())}", subject=str(folder)) from error
    return Recording(source, pages, fetched_at, bool(meta["replica"]), article), expected

"""What a crawl passes between reading and the store. Apart from `items`, so that the process that reads loads no database library."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a source on its way into the store: as a reader finds it, then as cleaning leaves it.

    Times are aware UTC; `text` is the entry's own full text.
    """

    title: str
    link: str | None = None  # as the source gives it, absolute; canonical when cleaned
    fetch_link: str | None = None  # when cleaned: the address as given, where it differs from `link`
    guid: str | None = None
    summary: str = ""
    text: str = ""
    published_at: datetime | None = None
    published_precision: str | None = None
    date_trust: str = "none"  # where `published_at` came from, or why there is none
    language: str = "other"
    authors: tuple[str, ...] = ()
    outlet: str | None = None
    media_type: str = "text/html"
    turned_away: str | None = None  # when cleaned: why its article is not fetched


@dataclass(frozen=True, slots=True)
class ToRead:
    """An item whose article is still to be fetched, read and judged."""

    item_id: int
    source_id: str
    link: str | None  # where to fetch it
    title: str
    summary: str
    text: str
    published_at: datetime | None
    published_precision: str | None
    date_trust: str
    language: str
    authors: tuple[str, ...]
    outlet: str | None
    media_type: str
    tries: int

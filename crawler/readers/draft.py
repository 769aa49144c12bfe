"""One entry of a source as a reader finds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Draft:
    """One entry of a source on its way to the store. Filled step by step; identity decides which item it is."""

    source_id: str
    link: str | None  # absolute link as the source gives it, None when the entry has none
    title: str
    guid: str | None = None
    summary: str = ""
    published: datetime | None = None  # aware UTC
    precision: str | None = None  # of `published`: "second", "minute" or "day"
    date_trust: str = "none"  # where `published` came from, or why there is none
    language: str | None = None
    authors: tuple[str, ...] = ()
    outlet: str | None = None
    media_type: str = "text/html"
    text: str = ""  # the entry's own full text, for sources whose articles are not fetched
    turned_away: str | None = None  # why the article was not fetched, None when it is kept

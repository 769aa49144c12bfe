"""The three roles of a piece of news before it is a row: entry as found, article as read, draft as carried along."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Article:
    """What extraction makes of one page. Times are aware UTC; `trust` says for each value where it came from."""

    title: str | None = None
    published: datetime | None = None
    precision: str | None = None  # "second", "minute" or "day"
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    source: str | None = None  # the outlet the page credits
    language: str = "other"  # zh, zh-Hant, en, other
    text: str = ""
    canonical_url: str | None = None
    method: str = ""  # which reader produced the body
    quality: float = 0.0  # 0..1, the self-check of the body
    next_pages: tuple[str, ...] = ()  # further pages of the same article, absolute URLs
    trust: dict[str, str] = field(default_factory=dict)  # field → origin


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

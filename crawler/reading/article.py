"""An article as extraction reads it from a page."""

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

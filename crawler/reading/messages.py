"""What the crawl and its reading process tell each other."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crawler.judge.facts import Judgement
from crawler.readers.base import Ask
from store.entries import Entry


@dataclass(frozen=True, slots=True)
class PageBytes:
    """One fetched page of an article."""

    url: str
    body: bytes
    content_type: str | None
    fetched_at: datetime


@dataclass(slots=True)
class ReadListing:
    """One answer of a source, cleaned."""

    entries: list[Entry] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    next: list[Ask] = field(default_factory=list)
    follow_always: bool = False
    ttl_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """One item, read and judged: the columns of Item to set, and what judging says."""

    values: dict[str, Any]
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stands in the place of an answer when the input could not be read; `trace` where our own code broke on it."""

    kind: str
    message: str
    trace: str = ""

"""What the readers share: a page as it came, what is asked for next, and what was found on it.

A reader is a module with `read(page, source) -> Listing` and, where the first request is no plain GET of the source's URLs,
`first(source) -> list[Ask]`. Readers are pure: they turn bytes into drafts and open nothing.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from resiliparse.extract.html2text import extract_plain_text

from crawler.sources.source import Source
from crawler.text.dates import parse_date

from .draft import Draft

MAX_TITLE = 500
MAX_SUMMARY = 2000
MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a feed, list, API answer or sitemap. `root` is the address of the source it belongs to."""

    url: str
    root: str
    page: int = 1
    method: str = "GET"
    form: tuple[tuple[str, str], ...] | None = None
    json: str | None = None
    tokens: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: bytes as they came (unpacked), the address they came from, and when."""

    ask: Ask
    url: str
    body: bytes
    content_type: str | None
    fetched_at: datetime
    max_entries: int = 1000


@dataclass(slots=True)
class Listing:
    """What one answer of a source holds. `passed_over` counts entries that are none, by reason."""

    drafts: list[Draft] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    next: list[Ask] = field(default_factory=list)
    follow_always: bool = False  # `next` belongs to this answer (sitemap index), it is not an older page
    ttl_seconds: int | None = None


_SPACE = re.compile(r"[^\S\n]+")
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff\u200b]")


def clean_text(text: str) -> str:
    """One line of clean text: white space folded, control characters, lone surrogates and zero-width marks removed."""
    return " ".join(_BAD.sub("", text).split())


def plain(markup: str, limit: int = MAX_SUMMARY) -> str:
    """HTML or text → plain text with one line a paragraph, at most `limit` characters."""
    markup = _BAD.sub("", markup[: 20 * limit])
    if "<" in markup:
        text = extract_plain_text(markup, preserve_formatting=True, main_content=False, links=False, alt_texts=False, form_fields=False)
    else:
        text = html.unescape(markup)
    lines = (_SPACE.sub(" ", line).strip(" \u2022") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:limit].rstrip()


def absolute(link: str | None, base: str) -> tuple[str | None, str | None]:
    """Resolve a link against its base.

    Returns (absolute web address, None), or (None, what is wrong with it): no link, another scheme, not a URL.
    """
    link = re.sub(r"[\t\r\n]", "", link or "").strip()
    if not link or link.startswith("#"):
        return None, "no link"
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):(?!\d)", link)
    if scheme and scheme.group(1).lower() not in ("http", "https"):
        return None, f"{scheme.group(1).lower()}: link"
    try:
        url = urljoin(base, link)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None, "link is no web address"
        _ = parts.port
    except ValueError:
        return None, "link is no web address"
    return url.partition("#")[0].replace(" ", "%20"), None


def media_type_of(link: str | None) -> str:
    """The media type a link's ending promises; text/html where it says nothing."""
    path = urlsplit(link or "").path.lower()
    for ending, kind in _ENDINGS.items():
        if path.endswith(ending):
            return kind
    return "text/html"


_ENDINGS = {
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".rar": "application/vnd.rar",
    ".mp4": "video/mp4",
    ".mp3": "audio/mpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
}


def dated(text: str | None, source: Source, now: datetime, date_format: str | None = None) -> dict[str, Any]:
    """The date fields of a draft from a date as written: `published`, `precision`, `date_trust`."""
    text = (text or "").strip()
    if not text:
        return {"date_trust": "none"}
    found = parse_date(text, now=now, timezone=source.timezone, date_format=date_format)
    if found is None:
        return {"date_trust": f"unreadable: {clean_text(text)[:60]}"}
    return {"published": found.moment, "precision": found.precision, "date_trust": "entry"}


def titled(title: str, summary: str) -> str:
    """The title of an entry, or the first sentence of its summary where it has none; "" when there is neither."""
    title = clean_text(plain(title, MAX_TITLE))
    if title:
        return title
    first = re.split(r"(?<=[。！？!?])|\n|(?<=\.)\s", summary.strip(), maxsplit=1)[0]
    return clean_text(first)[:80]

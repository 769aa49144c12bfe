"""What the readers share: a page as it came, what is asked for next, and what was found on it.

A reader is a module with `read(page, source) -> Listing` and, where the first request is no plain GET of the source's URLs,
`first(source) -> list[Ask]`. Readers are pure: they turn bytes into entries and open nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from resiliparse.extract.html2text import extract_plain_text

from crawler.sources.source import Source
from crawler.text.dates import NO_ZONE, parse_date
from store.clock import SHANGHAI
from store.entries import Entry

MAX_TITLE = 500
MAX_SUMMARY = 2000
MAX_TEXT = 200_000
# Pages of one address, or sitemaps of one site, that are read when a crawl goes back in time.
MAX_BACK = 200


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
    archive: bool = False  # a sitemap of the whole site, whatever kind of source it is asked for


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: bytes as they came (unpacked), the address they came from, and when.

    `since` is the aware moment back to which older pages are wanted, beyond what the source's rules ask for; None in an ordinary crawl.
    """

    ask: Ask
    url: str
    body: bytes
    content_type: str | None
    fetched_at: datetime
    max_entries: int = 1000
    since: datetime | None = None

    def may_lead_on(self, most: int) -> bool:
        """Whether a further page is wanted of a source whose rules ask for `most`."""
        return self.ask.page < (max(most, MAX_BACK) if self.since else most)


@dataclass(slots=True)
class Listing:
    """What one answer of a source holds. `passed_over` counts entries that are none, by reason."""

    entries: list[Entry] = field(default_factory=list)
    passed_over: Counter[str] = field(default_factory=Counter)
    next: list[Ask] = field(default_factory=list)
    follow_always: bool = False  # `next` belongs to this answer (sitemap index), it is not an older page
    ttl_seconds: int | None = None


_SPACE = re.compile(r"[^\S\n]+")
_BAD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\ufffe\uffff\u200b]")


# What begins no tag of HTML, of an office suite or of a site's own making is a sign: p<.05, <MedGPT>.
_ELEMENTS = (
    "a abbr acronym address applet area article aside audio b base bdi bdo big blockquote body br button canvas caption center "
    "cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer "
    "form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map "
    "mark menu meta meter nav noframes noscript object ol optgroup option output p param path picture pre progress q rp rt ruby s "
    "samp script section select small source span strike strong style sub summary sup svg table tbody td template textarea tfoot "
    "th thead time title tr track tt u ul use var video wbr"
)
_ATTRIBUTES = r"""[\s/](?:(?:[^<>"']++|"[^"]{0,2000}+"|'[^']{0,2000}+')*+|[^<>]*+)"""
_LONE_SIGN = re.compile(rf"<(?!(?:/?(?:{'|'.join(_ELEMENTS.split())}|[a-z]\w*[:-][\w:-]+)(?:{_ATTRIBUTES})?>|!|\?))", re.I)
_CUT_TAG = re.compile(r"<[^<>]*$")


def clean_text(text: str) -> str:
    """One line of clean text: white space folded, control characters, lone surrogates and zero-width marks removed."""
    return " ".join(_BAD.sub("", text).split())


def plain(markup: str, limit: int = MAX_SUMMARY) -> str:
    """HTML or text → plain text with one line a paragraph, at most `limit` characters. Angle brackets that mark no tag are kept."""
    if len(markup) > 20 * limit:
        markup = _CUT_TAG.sub("", markup[: 20 * limit])
    markup = _LONE_SIGN.sub("&lt;", _BAD.sub("", markup))
    if "<" in markup:
        text = extract_plain_text(markup, preserve_formatting=True, main_content=False, links=False, alt_texts=False, form_fields=False)
    else:
        text = html.unescape(markup)
    lines = (_SPACE.sub(" ", line).strip(" \u2022") for line in text.split("\n"))
    return "\n".join(line for line in lines if line)[:limit].rstrip()


def is_placeholder(text: str) -> bool:
    """Whether a link or guid only says that there is none: N/A, null, "-"."""
    return (
        re.sub(r"\s*([/.])\s*", r"\1", unicodedata.normalize("NFKC", text).strip().lower()) in _NOTHING
        or re.fullmatch(r"[^\w/?#]+", text.strip()) is not None
    )


def is_words(link: str) -> bool:
    """Whether what stands for a link is said in words: 暂无链接, not available."""
    return (" " in link or not link.isascii()) and re.search(r"[/.?=#%&:]", link) is None


_NOTHING = frozenset([
    "n/a", "na", "n.a.", "n.a", "none", "null", "(null)", "nil", "undefined", "nan", "unknown", "void", "false", "true", "tbd", "tba",
    "about:blank", "[object]", "[object object]", "0",
])  # fmt: skip
# The last segment of an address that a template filled in without a value.
_UNFILLED = re.compile(r"/(?:null|\(null\)|undefined|nan|n/a|\[object(?:%20| )object\])/?$", re.I)
# Fragments that say how a reader came or where on the page to look, never which article.
_PASSING = re.compile(
    r"^(?:$|:~:|utm_|at_|xtor=|ref=|from=|source=|ftag=|rss\b|feed\b|comments?\b|respond$|reply|disqus|more-\d|top$|main$|content$|_)", re.I
)


def absolute(link: str | None, base: str, *, fragment: bool = False) -> tuple[str | None, str | None]:
    """Resolve a link against its base. `fragment` keeps the fragment where it may tell two articles of one page apart.

    Returns (absolute web address, None), or (None, what is wrong with it): no link, another scheme, not a URL.
    """
    link = re.sub(r"[\t\r\n]", "", link or "").strip()
    if not link or link.startswith("#") or is_placeholder(link) or is_words(link):
        return None, "no link"
    scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):(?!\d)", link)
    if scheme and scheme.group(1).lower() not in ("http", "https"):
        return None, f"{scheme.group(1).lower()}: link"
    try:
        url = urljoin(base, link)
        parts = urlsplit(url)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.hostname in ("n", *_NOTHING)
            or _UNFILLED.search(parts.path)
        ):
            return None, "link is no web address"
        _ = parts.port
    except ValueError:
        return None, "link is no web address"
    address, _, part = url.replace(" ", "%20").partition("#")
    return f"{address}#{part}" if fragment and not _PASSING.match(part) else address, None


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
    """The date fields of an entry from a date as written: `published_at`, `published_precision`, `date_trust`.

    A time that names no zone is told in the source's, +08:00 for sources in Chinese; where neither is known only its day is believed.
    """
    text = (text or "").strip()
    if not text:
        return {"date_trust": "none"}
    found = parse_date(text, now=now, timezone=source.timezone, date_format=date_format)
    if found is None:
        return {"date_trust": f"unreadable: {clean_text(text)[:60]}"}
    if found.precision == "day" or found.zoned or source.timezone or source.language.startswith("zh"):
        return {"published_at": found.moment, "published_precision": found.precision, "date_trust": "entry"}
    midnight = found.moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0)
    return {"published_at": midnight.astimezone(UTC), "published_precision": "day", "date_trust": f"entry, {NO_ZONE}"}


def newest(written: Sequence[str | None], most: int, source: Source, now: datetime, date_format: str | None = None) -> list[int]:
    """Which `most` of the entries with these dates to read, as positions in their order: the newest.

    An entry without a date that can be read counts as old as the one before it; where no date can be read the first are taken.
    """
    if len(written) <= most:
        return list(range(len(written)))
    age, ages = now, []
    for text in written:
        found = parse_date(text, now=now, timezone=source.timezone, date_format=date_format) if text else None
        age = found.moment if found else age
        ages.append(age)
    return sorted(sorted(range(len(ages)), key=lambda i: ages[i], reverse=True)[:most])


def beyond(most: int) -> str:
    """Why an entry was passed over that is older than the newest `most` of its answer."""
    return f"beyond the newest {most} entries"


def titled(title: str, summary: str, *, literal: bool = False) -> str:
    """The title of an entry, or the first sentence of its summary where it has none; "" when there is neither.

    A `literal` title is text as it stands, not markup.
    """
    title = clean_text(title[:MAX_TITLE] if literal else plain(title, MAX_TITLE))
    if title:
        return title
    first = re.split(r"(?<=[。！？!?])|\n|(?<=\.)\s", summary.strip(), maxsplit=1)[0]
    return clean_text(first)[:80]

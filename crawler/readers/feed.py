"""Feeds: RSS 0.9x, 1.0 (RDF) and 2.0, Atom, read by feedparser from the bytes of the answer."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

from crawler.sources.source import Source
from crawler.text.decode import decode
from store.entries import Entry
from store.errors import ParseError

from .base import (
    MAX_TEXT,
    Ask,
    Listing,
    Page,
    absolute,
    beyond,
    clean_text,
    dated,
    is_placeholder,
    is_words,
    media_type_of,
    newest,
    plain,
    titled,
)

_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)
# Entities a document defines itself may expand without end or read files; no feed needs them.
_ENTITY = re.compile(r"<!ENTITY[^>]*+(?:>|\Z)", re.I)
_START_OF_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]", re.I)
_END_OF_ENTRY = re.compile(r"</(?:\w+:)?(?:item|entry)\s*>", re.I)
_DATE = re.compile(
    r"<(?:\w+:)?(pubDate|published|created|date|issued|updated|modified)\b[^<>]{0,200}>\s*(?:<!\[CDATA\[)?([^<\]]{4,80})", re.I
)
_DATES = ("published", "pubdate", "created", "date", "issued", "updated", "modified")
_RELATIVE = "relative.invalid"
# An attribute whose name got lost; parsers stop at it.
_NAMELESS = re.compile(r"""(?<=\s)=[\w:-]{1,40}=(?:"[^"<>]*"|'[^'<>]*')""")
_MAX_ENTRY = 1_000_000
_MAX_LOOKED_AT = 20_000
_BAD_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# A tag up to its end or to what cannot be in one. Quoted values are skipped whole, for they may hold anything; every quantifier
# keeps what it took, so that each character is looked at once or twice whatever the document is.
_TAG = re.compile(r"""<[A-Za-z_](?:[^"'<>]++|"[^"]*+"|'[^']*+')*+""")
_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'<>]*+)""")
# feedparser compares every attribute of a tag with every other: 50,000 keep it busy for minutes. No feed needs a tenth of these.
_MAX_ATTRIBUTES = 200
# feedparser's names of faults that say nothing about why a feed has no entries.
_SURVIVABLE = frozenset({"CharacterEncodingOverride", "NonXMLContentType"})
# What WordPress puts below every entry.
_TAIL = re.compile(r"\n?The post [^\n]{1,600} (?:first appeared|appeared first) on [^\n]{1,200}$")
_PERIODS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}


def read(page: Page, source: Source) -> Listing:
    """Read a feed. Relative links are resolved against xml:base, else the feed's own address; dates without zone get the source's.

    Raises ParseError when the answer is no feed and holds no entry, or is made to keep a parser busy.
    """
    import feedparser  # here, for the process that fetches knows this module but never reads a feed

    text, _ = decode(page.body, content_type=page.content_type, declared=source.encoding)
    text, cut = _newest(_safe(text), page, source)
    _refuse_overloaded_tags(text, source)
    try:
        parsed = feedparser.parse(
            text.encode("utf-8", "replace"),
            response_headers={"content-type": "application/xml; charset=utf-8", "content-location": _base(page)},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ValueError, OverflowError) as error:
        # Its lenient parser ends at numbers of characters that do not exist.
        raise ParseError(f"parse: breaks the parser of feeds: {error}", subject=source.id) from error
    if not parsed.entries:
        _explain_nothing(parsed, text, source)
    listing = Listing(ttl_seconds=_ttl(parsed.feed))
    if cut:
        listing.passed_over[beyond(page.max_entries)] = cut
    literal = str(parsed.get("version", "")).startswith("atom")
    for raw in parsed.entries:
        entry, reason = _entry(raw, page, source, literal=literal)
        if entry:
            listing.entries.append(entry)
        if reason:
            listing.passed_over[reason] += 1
    listing.next = _older(parsed.feed, page) if page.since and listing.entries else []
    return listing


def _older(feed: Any, page: Page) -> list[Ask]:
    """The page of the feed before this one: the one it names (RFC 5005), else WordPress's way of asking for it."""
    if not page.may_lead_on(1):
        return []
    named = (link.get("href") for name in ("next", "prev-archive") for link in feed.get("links", []) if link.get("rel") == name)
    link, _ = absolute(_as_written(next(named, None), page), page.url)
    if link is None and "wordpress.org" in str(feed.get("generator", "")):
        joint = "&" if urlsplit(page.ask.root).query else "?"
        link = f"{page.ask.root}{joint}paged={page.ask.page + 1}"
    return [Ask(link, root=page.ask.root, page=page.ask.page + 1)] if link and link != page.url else []


def _safe(text: str) -> str:
    """Drop what could blow up in a parser."""
    return _NAMELESS.sub("", _ENTITY.sub("", _BAD_XML.sub("", _PROLOG.sub("", text, count=1)))).lstrip()


def _newest(text: str, page: Page, source: Source) -> tuple[str, int]:
    """The document with its newest entries only, as many as may be read, and how many were left out."""
    ends = [match.end() for match in _END_OF_ENTRY.finditer(text)]
    first = _START_OF_ENTRY.search(text)
    if first is None or len(ends) <= page.max_entries:
        return text, 0
    starts = [first.start(), *ends[:-1]]
    looked_at = [*range(len(ends))]
    if len(ends) > _MAX_LOOKED_AT:
        # Newest first or last: of a document without end both ends are looked at.
        looked_at = [*looked_at[: _MAX_LOOKED_AT // 2], *looked_at[-_MAX_LOOKED_AT // 2 :]]
    dates = [_written_date(text[starts[i] : ends[i]]) for i in looked_at]
    kept = [looked_at[i] for i in newest(dates, page.max_entries, source, page.fetched_at)]
    entries = "".join(text[starts[i] : ends[i]] for i in kept)
    return f"{text[: first.start()]}{entries}{text[ends[-1] :]}", len(ends) - len(kept)


def _written_date(entry: str) -> str | None:
    """The date of an entry as it stands in its markup; the day of publication before that of a change."""
    found = {name.lower(): written for name, written in reversed(_DATE.findall(entry[:_MAX_ENTRY]))}
    return next(
        (found[name] for name in ("published", "pubdate", "created", "date", "issued", "updated", "modified") if name in found), None
    )


def _refuse_overloaded_tags(text: str, source: Source) -> None:
    """Raise ParseError for a document with a tag of more attributes than any feed has."""
    for match in _TAG.finditer(text):
        if match.end() - match.start() > 2 * _MAX_ATTRIBUTES:
            count = sum(name != "=" for name in _VALUE.sub("= ", match.group()).split()) - 1
            if count > _MAX_ATTRIBUTES:
                name = clean_text(match.group()[1:40].split()[0])
                raise ParseError(
                    f"parse: a <{name}> with {count} attributes: more than any feed has ({_MAX_ATTRIBUTES})", subject=source.id
                )


def _explain_nothing(parsed: Any, text: str, source: Source) -> None:
    """Say why a document without entries is none; an empty but valid feed is fine."""
    head = text[:2000].lstrip().lower()
    if parsed.get("version") and not (head.startswith("<!doctype html") or "<html" in head):
        return
    if "<html" in head or head.startswith("<!doctype html"):
        raise ParseError("not_a_feed: a web page stands where a feed is expected", subject=source.id)
    if not head:
        raise ParseError("parse: the answer is empty, expected a feed", subject=source.id)
    error = parsed.get("bozo_exception")
    detail = "" if error is None or type(error).__name__ in _SURVIVABLE else f" ({' '.join(str(error).split())[:80]})"
    raise ParseError(f"parse: no feed that could be read{detail}", subject=source.id)


def _entry(raw: Any, page: Page, source: Source, *, literal: bool) -> tuple[Entry | None, str | None]:
    """An entry of feedparser as ours, and what is wrong with it or its link. `literal`: what is marked as text is no markup (Atom)."""

    def is_text(name: str) -> bool:
        return literal and (raw.get(f"{name}_detail") or {}).get("type") == "text/plain"

    raw_summary = html.escape(raw.get("summary") or "") if is_text("summary") else raw.get("summary") or ""
    content = max((part.get("value") or "" for part in raw.get("content", [])), key=len, default="")
    summary = _TAIL.sub("", plain(raw_summary or content))
    title = titled(raw.get("title") or "", summary, literal=is_text("title"))
    if not title:
        return None, "neither title nor text"
    link, problem = absolute(_as_written(raw.get("feedburner_origlink") or raw.get("link"), page), page.url, fragment=True)
    if link == urldefrag(page.url)[0]:
        link, problem = None, "no link"  # "#", "?" and the like lead back to the feed
    guid = clean_text(_as_written(str(raw.get("id") or ""), page) or "")[:2000]
    written = raw.get("published") or raw.get("created") or raw.get("updated")
    authors = tuple(name for name in (clean_text(plain(a.get("name") or "", 100)) for a in raw.get("authors", [])) if name)
    entry = Entry(
        link=link,
        title=title,
        guid=None if is_placeholder(guid) else guid or None,
        summary=summary,
        text=_TAIL.sub("", plain(max(content, raw_summary, key=len), MAX_TEXT)),
        authors=authors[:20],
        outlet=clean_text(plain((raw.get("source") or {}).get("title") or "", 200)) or None,
        media_type=media_type_of(link),
        **dated(written, source, page.fetched_at),
    )
    return entry, problem


def _base(page: Page) -> str:
    """What the parser resolves relative links against: the feed's own address at a host that tells them from absolute ones."""
    return urlsplit(page.url)._replace(netloc=_RELATIVE).geturl()


def _as_written(link: str | None, page: Page) -> str | None:
    """A link as the feed has it, its xml:base applied: relative ones begin at the root, and words in the place of one are those words."""
    parts = urlsplit(link or "")
    if not link or parts.netloc != _RELATIVE:
        return link
    folder = urlsplit(page.url).path.rpartition("/")[0] + "/"
    written = unquote(parts.path.removeprefix(folder))
    return written if is_placeholder(written) or is_words(written) else parts._replace(scheme="", netloc="").geturl()


def _ttl(feed: Any) -> int | None:
    """How often the feed asks to be polled, in seconds: RSS ttl (minutes), else sy:updatePeriod and sy:updateFrequency."""
    try:
        if feed.get("ttl"):
            return max(0, int(feed["ttl"])) * 60
        period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
        return period // max(1, int(feed.get("sy_updatefrequency", 1) or 1)) if period else None
    except (ValueError, TypeError):
        return None

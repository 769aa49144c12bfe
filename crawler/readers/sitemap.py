"""News sitemaps and sitemap indexes (sitemaps.org 0.9 with Google's news extension), plain or gzipped."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest

from lxml import etree

from crawler.sources.source import Source
from crawler.text.dates import parse_date
from crawler.text.decode import decode
from store.clock import SHANGHAI
from store.entries import Entry
from store.errors import ParseError

from .base import MAX_BACK, Ask, Listing, Page, absolute, beyond, clean_text, dated, media_type_of, newest, plain, titled

# Of an index only the newest sitemaps are read; older ones hold what was news once.
_MAX_CHILDREN = 5
_MAX_UNPACKED = 50 * 1024 * 1024
_PROLOG = re.compile(r"^.{0,2000}?<\?xml[^>]*\?>", re.S)
# Outside CDATA an ampersand begins an entity of XML; any other is what an address holds.
_AMPERSAND = re.compile(r"(<!\[CDATA\[.*?\]\]>)|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});)", re.S | re.I)
_DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:(?:[-_/.]|&\w+=)?(0[1-9]|1[0-2])(?:(?:[-_/.]|&\w+=)?(0[1-9]|[12]\d|3[01]))?)?(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_ENDS = "uary|ruary|ch|il|e|y|ust|t|tember|ober|ember"
_MONTH_IN_NAME = re.compile(rf"(?<![a-z])(?:(?P<month>{'|'.join(_MONTHS)})(?:{_MONTH_ENDS})?|q(?P<quarter>[1-4]))(?![a-z\d])", re.I)
_YEAR_IN_NAME = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"[-_]?\d+")
# Children that list no articles.
_ASIDE = re.compile(r"image|video|categor|tag|author|user|taxonom|attachment|product|page", re.I)
_NEWS = re.compile(r"news", re.I)
# Pages that only list others.
_RUBRIC = re.compile(r"/(?:tags?|categor(?:y|ies)|authors?|users?|pages?|search|topics?)(?:/|$)", re.I)


def read(page: Page, source: Source) -> Listing:
    """Read a sitemap, or follow the newest sitemaps of an index; all that may hold what is wanted where the crawl goes back in time.

    An entry without a news title gets its title when its page is read. Raises ParseError when the answer is no sitemap.
    """
    text, _ = decode(_unpacked(page.body), content_type=page.content_type, declared=source.encoding)
    root = _parse(text, source)
    listing = Listing(follow_always=True)
    if _name(root) == "sitemapindex":
        listing.next = _children(root, page)
        return listing
    if _name(root) != "urlset":
        raise ParseError(f"parse: expected a sitemap, got <{_name(root)[:40]}>", subject=source.id)
    rows = [_fields(element) for element in root if _name(element) == "url"]
    if page.since is not None:
        rows = _since(rows, page.since, page, source, listing)
    dates = [row.get("publication_date") or row.get("lastmod") for row in rows]
    if len(rows) > page.max_entries:
        listing.passed_over[beyond(page.max_entries)] = len(rows) - page.max_entries
    for i in newest(dates, page.max_entries, source, page.fetched_at):
        link, problem = absolute(rows[i].get("loc"), page.url, fragment=True)
        if link is None:
            listing.passed_over[problem or "no link"] += 1
            continue
        listing.entries.append(
            Entry(
                link=link,
                title=titled(rows[i].get("title", ""), ""),
                summary=plain(rows[i].get("keywords", "")),
                media_type=media_type_of(link),
                # Of any page of a site the day of its last change says little of when it was published.
                **dated(rows[i].get("publication_date") if page.ask.archive else dates[i], source, page.fetched_at),
            )
        )
    listing.entries.sort(key=lambda entry: entry.published_at.timestamp() if entry.published_at else 0, reverse=True)
    return listing


def _since(rows: list[dict[str, str]], since: datetime, page: Page, source: Source, listing: Listing) -> list[dict[str, str]]:
    """The rows that were written or changed since a moment; of a whole site's sitemap those that may be articles, and tell a day."""
    kept = []
    for row in rows:
        written = row.get("publication_date") or row.get("lastmod")
        found = parse_date(written, now=page.fetched_at, timezone=source.timezone) if written else None
        if page.ask.archive and (_path(row.get("loc", "")).strip("/") == "" or _RUBRIC.search(row.get("loc", ""))):
            listing.passed_over["no article"] += 1
        elif page.ask.archive and found is None:
            listing.passed_over["no day told"] += 1
        elif found is not None and found.moment < since:
            listing.passed_over[f"older than {since.astimezone(SHANGHAI):%Y-%m-%d}"] += 1
        else:
            kept.append(row)
    return kept


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        return unpacker.decompress(body, max_length=_MAX_UNPACKED)
    except zlib.error:
        return b""


def _parse(text: str, source: Source) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True, remove_comments=True, load_dtd=False)
    text = _AMPERSAND.sub(lambda match: match[1] or "&amp;", _PROLOG.sub("", text, count=1).strip())
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"parse: no sitemap that could be read ({clean_text(str(error))[:80]})", subject=source.id) from error
    if root is None:
        raise ParseError("parse: no sitemap that could be read", subject=source.id)
    return root


def _name(element: etree._Element) -> str:
    """The local name, also of an element whose prefix nobody declared."""
    return re.split(r"[}:]", element.tag)[-1] if isinstance(element.tag, str) else ""


def _space(element: etree._Element) -> str:
    """The namespace of an element, or the prefix that stands for one nobody declared."""
    return element.tag.removesuffix(_name(element)) if isinstance(element.tag, str) else ""


def _fields(element: etree._Element) -> dict[str, str]:
    """The fields of one entry: what the sitemap says of it itself, and what its news extension says; nothing of images and videos."""
    found: dict[str, str] = {}
    for inner in element:
        if _name(inner) == "news":
            for field in inner:
                _keep(field, found, ("title", "publication_date", "keywords"))
        elif _space(inner) == _space(element):
            _keep(inner, found, ("loc", "lastmod"))
    return found


def _keep(field: etree._Element, found: dict[str, str], wanted: tuple[str, ...]) -> None:
    name = _name(field)
    text = "".join(str(piece) for piece in field.itertext()).strip() if name in wanted else ""
    if text:
        found.setdefault(name, text)


def _children(root: etree._Element, page: Page) -> list[Ask]:
    """The sitemaps of an index that hold the newest articles. An index of indexes is followed two levels deep, no further."""
    if page.ask.page >= 3:
        return []
    rows = [_fields(element) for element in root if _name(element) == "sitemap"]
    found = [(absolute(row.get("loc"), page.url)[0], row.get("lastmod")) for row in rows]
    children = [(link, written) for link, written in found if link]
    most = _MAX_CHILDREN
    if page.since is not None:
        children, most = [child for child in children if not _is_older(child, page.since, page.fetched_at)], MAX_BACK
    newest_first = _newest_children(children, page.fetched_at)
    return [replace(page.ask, url=link, page=page.ask.page + 1) for link in newest_first[:most]]


def _is_older(child: tuple[str, str | None], since: datetime, now: datetime) -> bool:
    """Whether a sitemap of an index surely holds nothing since a moment: by its last change, or by the day, month or year in its name."""
    link, written = child
    parsed = parse_date(written, now=now, timezone="UTC") if written else None
    named = _day_named(link)
    if named is None:
        return parsed is not None and parsed.moment < since
    return named < since.astimezone(SHANGHAI).date().isoformat()[: len(named)]


def _newest_children(children: list[tuple[str, str | None]], now: datetime) -> list[str]:
    """Addresses of children, given with their last change as written, the newest first.

    Where days are told, by the index or by the names, these decide. Without, children that differ by a number only are one row, whose
    highest number is the newest; of several rows each gives its newest in turn, news first, pictures and rubrics last.
    """
    aged: list[tuple[str, str]] = []
    rows: dict[str, list[str]] = defaultdict(list)
    for link, written in children:
        parsed = parse_date(written, now=now, timezone="UTC") if written else None
        if parsed:
            aged.append((parsed.moment.isoformat(), link))
        else:
            rows[_NUMBER.sub("", _path(link))].append(link)
    for row, links in list(rows.items()):
        days = [_day_named(link) for link in links]
        if all(days):
            aged += [(day, link) for day, link in zip(days, links, strict=True) if day]
            del rows[row]
    ordered = [sorted(links, key=_numbers, reverse=True) for links in rows.values()]
    if all(len(links) == 1 for links in ordered):
        # Nothing tells their age but their order; what is new is added at the end.
        ordered.reverse()
    ordered.sort(key=lambda links: (_NEWS.search(links[0]) is None, _ASIDE.search(links[0].rpartition("/")[2]) is not None))
    ageless = [link for turn in zip_longest(*ordered) for link in turn if link]
    # A child that keeps its day to itself among others that tell theirs may be the one that changes all the time.
    head = ageless[:1] if aged else []
    return [*head, *(link for _, link in sorted(aged, key=lambda child: child[0], reverse=True)), *ageless[len(head) :]]


def _day_named(link: str) -> str | None:
    """The day, month, quarter or year that a sitemap's name tells, as it sorts: "2026-09-15", "2026-09"; None for none."""
    path = _path(link)
    named = _MONTH_IN_NAME.search(path)
    year = _YEAR_IN_NAME.search(path)
    if named and year:
        month = f"{3 * int(named['quarter']):02}" if named["quarter"] else f"{1 + _MONTHS.index(named['month'].lower()):02}"
        return f"{year.group()}-{month}"
    day = _DAY_IN_NAME.search(path)
    return "-".join(part for part in day.groups() if part) if day else None


def _path(link: str) -> str:
    return link.partition("//")[2].partition("/")[2]


def _numbers(link: str) -> list[int]:
    return [int(number.strip("-_")[:18]) for number in _NUMBER.findall(_path(link))]

"""News sitemaps and sitemap indexes (sitemaps.org 0.9 with Google's news extension), plain or gzipped."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime

from lxml import etree

from crawler.sources.source import Source
from store.errors import ParseError

from .base import Ask, Listing, Page, absolute, clean_text, dated, media_type_of, plain, titled
from .draft import Draft

# Of an index only the newest sitemaps are read; older ones hold what was news once.
_MAX_CHILDREN = 5
_MAX_UNPACKED = 50 * 1024 * 1024


def read(page: Page, source: Source) -> Listing:
    """Read a sitemap, or follow the newest sitemaps of an index.

    An entry without a news title gets its title when its page is read. Raises ParseError when the answer is no sitemap.
    """
    root = _parse(_unpacked(page.body), source)
    listing = Listing(follow_always=True)
    if _name(root) == "sitemapindex":
        listing.next = _children(root, page)
        return listing
    if _name(root) != "urlset":
        raise ParseError(f"parse: expected a sitemap, got <{_name(root)[:40]}>", subject=source.id)
    rows = [_fields(element) for element in root if _name(element) == "url"]
    rows.sort(key=lambda row: row.get("publication_date") or row.get("lastmod") or "", reverse=True)
    if len(rows) > page.max_entries:
        listing.passed_over[f"beyond the first {page.max_entries} entries"] = len(rows) - page.max_entries
    for row in rows[: page.max_entries]:
        link, problem = absolute(row.get("loc"), page.url)
        if link is None:
            listing.passed_over[problem or "no link"] += 1
            continue
        listing.drafts.append(
            Draft(
                source_id=source.id,
                link=link,
                title=titled(row.get("title", ""), ""),
                summary=plain(row.get("keywords", "")),
                media_type=media_type_of(link),
                **dated(row.get("publication_date") or row.get("lastmod"), source, page.fetched_at),
            )
        )
    return listing


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        return unpacker.decompress(body, max_length=_MAX_UNPACKED)
    except zlib.error:
        return b""


def _parse(body: bytes, source: Source) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True, remove_comments=True, load_dtd=False)
    try:
        root = etree.fromstring(body.strip(), parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(f"parse: no sitemap that could be read ({clean_text(str(error))[:80]})", subject=source.id) from error
    if root is None:
        raise ParseError("parse: no sitemap that could be read", subject=source.id)
    return root


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _fields(element: etree._Element) -> dict[str, str]:
    """The texts of all elements inside, by local name; the first of a name counts."""
    found: dict[str, str] = {}
    for inner in element.iter():
        name = _name(inner)
        if name and inner.text and inner.text.strip():
            found.setdefault(name, inner.text.strip())
    return found


def _children(root: etree._Element, page: Page) -> list[Ask]:
    rows = [_fields(element) for element in root if _name(element) == "sitemap"]
    oldest = datetime.min.replace(tzinfo=UTC).isoformat()
    rows.sort(key=lambda row: row.get("lastmod", oldest), reverse=True)
    links = [absolute(row.get("loc"), page.url)[0] for row in rows[:_MAX_CHILDREN]]
    # An index of indexes is followed two levels deep, no further.
    return [Ask(link, root=page.ask.root, page=page.ask.page + 1) for link in links if link] if page.ask.page < 3 else []

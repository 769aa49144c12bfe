"""List pages: rows found by CSS selectors, on the page itself or in a fragment cut out of it."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from parsel import Selector

from crawler.sources.source import ListRules, Source
from crawler.text.decode import decode
from store.entries import Entry
from store.errors import SelectorMissingError
from store.identity import comparable

from .base import Ask, Listing, Page, absolute, beyond, clean_text, dated, media_type_of, newest, plain, titled
from .paging import next_template

# A comma between selectors, not one inside brackets, parentheses or quotes.
_COMMA = re.compile(r""",(?=(?:[^'"]|'[^']*'|"[^"]*")*$)(?![^\[]*\])(?![^(]*\))""")

# A tree takes many times the room of its text; what lies beyond these is no list people read.
_MAX_CHARS = 2_000_000
_MAX_TAGS = 60_000


def read(page: Page, source: Source) -> Listing:
    """Read a list page. Rows without a link are spacers and are passed over in silence.

    Raises SelectorMissingError when no row or no row's link and title is found: the page was probably redesigned.
    """
    rules = source.list
    assert rules is not None
    text, _ = decode(page.body, content_type=page.content_type, declared=source.encoding)
    whole = _tree(text)
    rows = _rows(text, whole, rules)
    if not rows:
        raise SelectorMissingError(f"no row matches {rules.item!r}: the page may have been redesigned", subject=source.id)
    base = urljoin(page.url, whole.css("base::attr(href)").get() or "")
    listing = Listing()
    if len(rows) > page.max_entries:
        listing.passed_over[beyond(page.max_entries)] = len(rows) - page.max_entries
        dates = [_value(row, rules.date) if rules.date else None for row in rows]
        rows = [rows[i] for i in newest(dates, page.max_entries, source, page.fetched_at, rules.date_format)]
    if len(_bounded(text)) < len(text):
        listing.passed_over["beyond the size a list page may have"] += 1
    for row in rows:
        _take(row, listing, rules, source, page, base)
    if not listing.entries and not listing.passed_over and page.ask.page == 1:
        raise SelectorMissingError(
            f"{len(rows)} rows match {rules.item!r} but none has a link at {rules.link!r} and a title at {rules.title!r}", subject=source.id
        )
    _keep_one_a_link(listing)
    listing.next = _further(page, text, whole, rules, base)
    return listing


def _keep_one_a_link(listing: Listing) -> None:
    """Leave out rows that lead where an earlier row leads, as a picture's or a headline's above the list do.

    A link that most rows have is another thing: the page that tells them all. So is one whose rows all have a date, and titles of their
    own. Else the first row counts, a dated one before those without date.
    """
    rows: dict[str | None, list[Entry]] = {}
    for entry in listing.entries:
        rows.setdefault(entry.link, []).append(entry)
    kept: list[Entry] = []
    for same in rows.values():
        apart = all(entry.published_at for entry in same) and len({comparable(entry.title) for entry in same}) == len(same)
        kept += same if apart or 2 * len(same) > len(listing.entries) else sorted(same, key=lambda entry: entry.published_at is None)[:1]
    if len(kept) < len(listing.entries):
        listing.passed_over["another row's link"] += len(listing.entries) - len(kept)
        listing.entries = kept


def _tree(text: str) -> Selector:
    return Selector(text=_bounded(text) or "<html/>", huge_tree=False)


def _bounded(text: str) -> str:
    """The text up to the size a list page may have, in characters and in tags."""
    text = text[:_MAX_CHARS]
    return text if text.count("<") <= _MAX_TAGS else "<".join(text.split("<", _MAX_TAGS + 1)[: _MAX_TAGS + 1])


def _rows(text: str, whole: Selector, rules: ListRules) -> list[Selector]:
    if rules.extract:
        found = re.findall(rules.extract, text, re.S)
        fragment = "\n".join("".join(piece) if isinstance(piece, tuple) else piece for piece in found)
        if not fragment.strip():
            return []
        whole = _tree(fragment)
    return list(whole.css(rules.item))


def _take(row: Selector, listing: Listing, rules: ListRules, source: Source, page: Page, base: str) -> None:
    href, title = _link(row, rules.link), _value(row, rules.title)
    if href is None and not title:
        return
    link, problem = absolute(href, base, fragment=True)
    summary = plain(_value(row, rules.summary) if rules.summary else "")
    title = titled(title, summary)
    if not title:
        listing.passed_over["no title"] += 1
        return
    if link is None:
        # A row that links to nothing is a heading or a spacer, not news.
        listing.passed_over[problem or "no link"] += 1
        return
    written = _value(row, rules.date) if rules.date else None
    listing.entries.append(
        Entry(
            link=link,
            title=title,
            summary=summary,
            media_type=media_type_of(link),
            **dated(written, source, page.fetched_at, rules.date_format),
        )
    )


def alternatives(selector: str) -> list[str]:
    """A group of selectors in its parts, in the order written: the first that finds something counts, wherever it stands."""
    return [part.strip() for part in _COMMA.split(selector)]


def _link(row: Selector, selector: str) -> str | None:
    """The link a selector finds: an attribute or text it names, or the href of the element it names or of what that holds."""
    for part in alternatives(selector):
        for found in row.css(part):
            value = (
                found.get()
                if "::" in part
                else found.attrib.get("href") or found.css("a::attr(href)").get() or found.attrib.get("data-href")
            )
            if value and value.strip():
                return value
    return None


def _value(row: Selector, selector: str) -> str:
    """The text a selector finds: its pieces joined; of an element all its text."""
    for part in alternatives(selector):
        found = row.css(part)
        pieces = found.getall() if "::" in part else ["".join(element.css("::text").getall()) for element in found]
        value = clean_text(" ".join(pieces))
        if value:
            return value
    return ""


def _further(page: Page, text: str, whole: Selector, rules: ListRules, base: str) -> list[Ask]:
    paging = rules.pages
    if paging is None or not page.may_lead_on(paging.max):
        return []
    if paging.link:
        link, _ = absolute(_link(whole, paging.link), base)
        return [Ask(link, root=page.ask.root, page=page.ask.page + 1)] if link and link != page.url else []
    return next_template(page, text, paging)

"""A listing's bytes → entries: one module a kind of source, and one for each site that only code can read. Pure."""

from __future__ import annotations

import importlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

from crawler.sources.source import Source, fill_days
from store.errors import SourceError

from . import sitemap
from .base import Ask, Listing, Page

_KINDS = {"feed": "feed", "list_page": "listing", "json_api": "api", "sitemap": "sitemap"}


def reader_of(source: Source) -> ModuleType:
    """The module that reads this source: the one it names, else the one of its kind. Raises SourceError when there is none."""
    name = source.reader or _KINDS[source.kind]
    try:
        return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    except ModuleNotFoundError as error:
        raise SourceError(f"reader: there is no reader named {name!r}", subject=source.id) from error


def first_asks(source: Source, now: datetime | None = None) -> list[Ask]:
    """What is asked of a source first: its addresses, by GET unless its reader says otherwise; days are counted from `now`."""
    make = getattr(reader_of(source), "first", None)
    asks = make(source) if make else [Ask(url.url, root=url.url) for url in source.urls]
    moment = now or datetime.now(UTC)
    return [
        replace(
            ask,
            url=fill_days(ask.url, moment),
            json=fill_days(ask.json, moment) if ask.json else None,
            form=tuple((name, fill_days(value, moment)) for name, value in ask.form) if ask.form else ask.form,
        )
        for ask in asks
    ]


def read_listing(page: Page, source: Source) -> Listing:
    """What an answer of a source holds, but for titles it wants left out. Raises ParseError or its child SelectorMissingError."""
    listing = (sitemap if page.ask.archive else reader_of(source)).read(page, source)
    assert isinstance(listing, Listing)
    if source.exclude:
        kept = [entry for entry in listing.entries if not re.search(source.exclude, entry.title)]
        if len(kept) < len(listing.entries):
            listing.passed_over["excluded title"] += len(listing.entries) - len(kept)
        listing.entries = kept
    if source.link_param:
        listing.entries = [replace(entry, link=destination(entry.link, source.link_param)) for entry in listing.entries]
    return listing


def destination(link: str | None, parameter: str) -> str | None:
    """Where a link leads that carries its destination in a query parameter; the link itself when it carries none."""
    found = parse_qs(urlsplit(link or "").query).get(parameter, [""])[0]
    return found if found.startswith(("http://", "https://")) else link

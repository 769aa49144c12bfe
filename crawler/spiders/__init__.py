"""The spiders: one module a kind of source, and one for each site that only code can read."""

from __future__ import annotations

import importlib
from types import ModuleType

from crawler.sources import Source
from store.errors import SourceError

from .base import Ask, Listing, Page

_KINDS = {"feed": "feed", "list_page": "listing", "json_api": "api", "sitemap": "sitemap"}


def spider_of(source: Source) -> ModuleType:
    """The module that reads this source: the one it names, else the one of its kind. Raises SourceError when there is none."""
    name = source.spider or _KINDS[source.kind]
    try:
        return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
    except ModuleNotFoundError as error:
        raise SourceError(f"spider: there is no spider named {name!r}", subject=source.id) from error


def first_asks(source: Source) -> list[Ask]:
    """What is asked of a source first: its addresses, by GET unless its spider says otherwise."""
    make = getattr(spider_of(source), "first", None)
    return list(make(source)) if make else [Ask(url.url, root=url.url) for url in source.urls]


def read_listing(page: Page, source: Source) -> Listing:
    """What an answer of a source holds. Raises ParseError or its child SelectorMissingError."""
    listing = spider_of(source).read(page, source)
    assert isinstance(listing, Listing)
    return listing

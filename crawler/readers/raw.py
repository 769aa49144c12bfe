"""A look at an address of which nothing is known: it is fetched as any source is, and nothing is read from it."""

from __future__ import annotations

from crawler.sources.source import Source

from .base import Listing, Page


def read(page: Page, source: Source) -> Listing:
    """No entry: what the page offers is told by `crawler.scouting.discover`."""
    return Listing()

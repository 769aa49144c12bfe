"""RSS and Atom feeds of the archive. Pure: the same entries give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from feedgen.feed import FeedGenerator

_MOST = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its address, headline, HTML-free text, and aware moment."""

    link: str
    title: str
    text: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its title and language, the addresses of its page and of itself without ending, and its entries, the newest first."""

    title: str
    language: str
    page: str
    address: str
    entries: Sequence[Entry]


def rss(feed: Feed) -> bytes:
    """The feed as RSS 2.0."""
    return bytes(_generator(feed, ".rss").rss_str(pretty=True))


def atom(feed: Feed) -> bytes:
    """The feed as Atom."""
    return bytes(_generator(feed, ".atom").atom_str(pretty=True))


def _generator(feed: Feed, ending: str) -> FeedGenerator:
    made = FeedGenerator()
    made.id(feed.page)
    made.title(feed.title)
    made.description(feed.title)
    made.author(name=feed.title)
    made.language(feed.language)
    made.generator("Yixun")
    made.link(href=feed.page, rel="alternate")
    made.link(href=feed.address + ending, rel="self")
    shown = feed.entries[:_MOST]
    made.updated(max((entry.moment for entry in shown), default=datetime(1970, 1, 1, tzinfo=UTC)))
    made.lastBuildDate(made.updated())
    for entry in shown:
        one = made.add_entry(order="append")
        one.id(entry.link)
        one.guid(entry.link, permalink=True)
        one.title(entry.title)
        one.link(href=entry.link)
        one.description(entry.text or entry.title)
        one.published(entry.moment)
        one.updated(entry.moment)
    return made

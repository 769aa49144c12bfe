"""Going back in time: how far older pages of a source are read, and where a site keeps what its source lists no more."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from urllib.parse import urlsplit

from protego import Protego

from crawler.readers.base import Ask
from crawler.reading.messages import ReadListing
from crawler.sources.source import Source
from store.hosts import host_of

from .faults import NETWORK_KINDS, WAITING_KINDS, Fault
from .hosts import Hosts

_MAX_SITEMAPS = 10


class GoingBack:
    """What a crawl that fills a store backwards has seen, and whether it goes on. `since` is the aware moment it goes back to."""

    def __init__(self, since: datetime, hosts: Hosts) -> None:
        self._since, self._hosts = since, hosts
        self._seen: dict[str, set[str]] = defaultdict(set)

    def goes_on(self, ask: Ask, source: Source, found: ReadListing) -> bool:
        """Whether the page before this one is wanted: this one was new to this crawl, and tells of days since the moment.

        A list that tells no day is read as far as its rules ask for.
        """
        days = [entry.published_at for entry in found.entries if entry.published_at]
        links = {entry.link or entry.title for entry in found.entries}
        fresh = links - self._seen[ask.root]
        self._seen[ask.root] |= links
        if found.follow_always:
            return True
        if not fresh:
            return False
        rules = source.list or source.api
        return max(days) >= self._since if days else ask.page < (rules.pages.max if rules and rules.pages else 1)

    async def sitemaps(self, source: Source) -> list[Ask]:
        """The sitemaps of a source's site: those that its robots.txt names, else the one at the usual place."""
        parts = urlsplit(source.urls[0].url)
        place = f"{parts.scheme}://{parts.netloc}"
        named = Protego.parse(await self._hosts.robots_text(host_of(place))).sitemaps
        found = [link for link in named if link.startswith(("http://", "https://")) and host_of(link) == host_of(place)]
        return [Ask(link, root=link, archive=True) for link in (found or [f"{place}/sitemap.xml"])[:_MAX_SITEMAPS]]


def is_the_end(ask: Ask, fault: Fault) -> bool:
    """Whether a fault only says that a site keeps no older pages, or shows none to us: nobody has failed."""
    passing = fault.kind in NETWORK_KINDS | WAITING_KINDS or fault.passes
    return (ask.page > 1 or ask.archive) and not passing

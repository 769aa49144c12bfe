"""How hosts are treated: which request may go out now, rests they ask for, the ledger of what they were asked.

What Scrapy makes for itself finds the one `Politeness` of a crawl at its spider (`politeness_of`).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from store.database import utc_now
from store.hosts import host_of

from .clock import Clock
from .faults import Fault, Refused
from .hosts import Hosts
from .turns import Turns

# A 429 without Retry-After, and the longest rest a header can ask for.
_REST = timedelta(minutes=30)
_LONGEST_REST = timedelta(days=1)


def retry_after(value: str | None, now: datetime) -> datetime | None:
    """Until when a Retry-After header (seconds or a date) asks us to stay away, at most a day; None when it says nothing."""
    text = (value or "").strip()
    try:
        if re.fullmatch(r"\d{1,9}", text):
            until = now + timedelta(seconds=int(text))
        else:
            until = parsedate_to_datetime(text)
            until = until if until.tzinfo else until.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(until, now + _LONGEST_REST) if until > now else None


class Politeness:
    """Decides whether a request may go out, by what is known of its host and by the time that is left."""

    def __init__(self, hosts: Hosts, clock: Clock, turns: Turns) -> None:
        self.hosts, self.clock, self.turns = hosts, clock, turns

    def check(self, request: Request) -> None:
        """Raise Refused for a request that must not go out now.

        Asked twice: before a request queues for its host, and when its turn has come, for much may have been said meanwhile.
        """
        self.clock.ending.check()
        if urlsplit(request.url).scheme not in ("http", "https"):
            raise Refused(Fault("scheme", "only http and https are fetched"))
        host = host_of(request.url)
        until = self.hosts.rest_until(host)
        if until:
            raise Refused(Fault("host_waits", f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"))
        if self.clock.is_late(request.meta.get("source_id")):
            raise Refused(Fault("time_up", "the time for this source in one crawl is used up; the rest follows with the next"))

    def heed(self, response: Response) -> None:
        """Give a host the rest its answer asks for. To be called as soon as the answer is there: the next request may be waiting."""
        header = response.headers.get("Retry-After")
        until = retry_after(header.decode("latin-1") if header else None, utc_now())
        if response.status == 429 or (response.status == 503 and until):
            self.hosts.ask_rest(host_of(response.url), until or utc_now() + _REST)
            self.hosts.count(host_of(response.url), too_many=1)


@runtime_checkable
class _Polite(Protocol):
    politeness: Politeness


def politeness_of(crawler: Crawler) -> Politeness:
    """The Politeness of a crawl. Raises TypeError when its spider has none."""
    spider = crawler.spider
    if not isinstance(spider, _Polite):
        raise TypeError("the spider of this crawl has no politeness")
    return spider.politeness


class PolitenessMiddleware:
    """Lets no request out to a host that rests, for a source or crawl whose time is up, or by another scheme than http and https."""

    def __init__(self, politeness: Politeness) -> None:
        self._politeness = politeness

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PolitenessMiddleware:
        """As Scrapy makes it."""
        return cls(politeness_of(crawler))

    def process_request(self, request: Request) -> None:
        """Refuse what must not go out now."""
        self._politeness.check(request)


class RequestCounter:
    """Counts every request and answer, redirects and robots.txt included."""

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RequestCounter:
        """As Scrapy makes it."""
        counter = cls(politeness_of(crawler).hosts)
        crawler.signals.connect(counter.asked, signal=signals.request_reached_downloader)
        crawler.signals.connect(counter.answered, signal=signals.response_downloaded)
        return counter

    def asked(self, request: Request) -> None:
        """One more request."""
        self._hosts.count(host_of(request.url), requests=1)

    def answered(self, response: Response, request: Request) -> None:
        """One more answer, with its bytes as they came over the line."""
        self._hosts.count(host_of(request.url), bytes=len(response.body), not_modified=int(response.status == 304))


class PoliteThrottle(AutoThrottle):
    """AutoThrottle that never goes below the pause a host's robots.txt asks for."""

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        slot.delay = max(slot.delay, politeness_of(self.crawler).hosts.floor(urlsplit(response.url).hostname or ""))

"""How hosts are treated: pauses, rests they asked for, the ledger of what they were asked."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response

from store.database import utc_now
from store.hosts import host_of

from .faults import Fault, Refused

if TYPE_CHECKING:
    from .robots import RobotsPolicy
    from .spider import NewsSpider

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


class HostRecords:
    """What is known of hosts during a crawl; changes are handed to the store from time to time."""

    def __init__(self, min_delay: float) -> None:
        self.min_delay = min_delay
        self.policies: dict[str, RobotsPolicy] = {}
        self._rests: dict[str, datetime] = {}
        self._states: dict[str, dict[str, Any]] = defaultdict(dict)
        self._counts: dict[tuple[str, date], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._floors: dict[str, float] = {}

    def rest_until(self, host: str) -> datetime | None:
        """Until when `host` is to be left alone, if so."""
        until = self._rests.get(host)
        return until if until and until > utc_now() else None

    def remember_rest(self, host: str, until: datetime) -> None:
        """Take over what an earlier crawl was told."""
        self._rests[host] = until

    def ask_rest(self, host: str, until: datetime) -> None:
        """Note that `host` asks to be left alone until then."""
        self._rests[host] = max(until, self._rests.get(host, until))
        self._states[host]["wait_until"] = self._rests[host]

    def set_robots(self, host: str, values: dict[str, Any]) -> None:
        """Note columns of HostState that robots.txt brought."""
        self._states[host].update(values)

    def count(self, host: str, **numbers: int) -> None:
        """Add to today's ledger of `host`."""
        row = self._counts[host, utc_now().date()]
        for name, number in numbers.items():
            row[name] += number

    def floor(self, hostname: str) -> float:
        """Least seconds between two requests to this host name."""
        return self._floors.get(hostname, self.min_delay)

    def set_floor(self, hostname: str, seconds: float) -> None:
        """Keep at least this pause (Crawl-delay) from now on."""
        self._floors[hostname] = max(seconds, self.min_delay)

    def take_changes(self) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, date], dict[str, int]]]:
        """Hand over states and counts that the store does not know yet."""
        states = dict(self._states)
        counts = {key: dict(row) for key, row in self._counts.items()}
        self._states.clear()
        self._counts.clear()
        return states, counts


def refuse_untimely(request: Request, spider: NewsSpider) -> None:
    """Raise Refused for a request that must not go out now.

    Asked twice: before a request queues for its host, and when its turn has come, for much may have been said meanwhile.
    """
    spider.work.ending.check()
    if urlsplit(request.url).scheme not in ("http", "https"):
        raise Refused(Fault("scheme", "only http and https are fetched"))
    host = host_of(request.url)
    until = spider.book.rest_until(host)
    if until:
        raise Refused(Fault("host_waits", f"{host} asked to be left alone until {until:%Y-%m-%d %H:%M} UTC"))
    if spider.is_late(request.meta.get("source_id")):
        raise Refused(Fault("time_up", "the time for this source in one crawl is used up; the rest follows with the next"))


def heed_rest(response: Response, spider: NewsSpider) -> None:
    """Give a host the rest its answer asks for. To be called as soon as the answer is there: the next request may be waiting."""
    header = response.headers.get("Retry-After")
    until = retry_after(header.decode("latin-1") if header else None, utc_now())
    if response.status == 429 or (response.status == 503 and until):
        spider.book.ask_rest(host_of(response.url), until or utc_now() + _REST)
        spider.book.count(host_of(response.url), too_many=1)


class PolitenessMiddleware:
    """Lets no request out to a host that rests, for a source or crawl whose time is up, or by another scheme than http and https."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider: NewsSpider = crawler.spider  # type: ignore[assignment]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PolitenessMiddleware:
        """As Scrapy makes it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Refuse what must not go out now."""
        refuse_untimely(request, self._spider)


class Ledger:
    """Counts every request and answer, redirects and robots.txt included."""

    def __init__(self, crawler: Crawler) -> None:
        self._spider: NewsSpider = crawler.spider  # type: ignore[assignment]
        crawler.signals.connect(self.asked, signal=signals.request_reached_downloader)
        crawler.signals.connect(self.answered, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Ledger:
        """As Scrapy makes it."""
        return cls(crawler)

    def asked(self, request: Request) -> None:
        """One more request."""
        self._spider.book.count(host_of(request.url), requests=1)

    def answered(self, response: Response, request: Request) -> None:
        """One more answer, with its bytes as they came over the line."""
        self._spider.book.count(host_of(request.url), bytes=len(response.body), not_modified=int(response.status == 304))


class PoliteThrottle(AutoThrottle):
    """AutoThrottle that never goes below the pause a host's robots.txt asks for."""

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response)
        floor = self.crawler.spider.book.floor(urlsplit(response.url).hostname or "")  # type: ignore[union-attr]
        slot.delay = max(slot.delay, floor)

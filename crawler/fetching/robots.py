"""robots.txt (RFC 9309): read once a day and host, obeyed, and its Crawl-delay kept."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http.request import NO_CALLBACK

from store.database import utc_now
from store.hosts import host_of
from store.models import HostState

from .faults import DOWNLOAD_ERRORS, Fault, Refused
from .politeness import politeness_of

FRESH = timedelta(days=1)
# While robots.txt cannot be read an earlier copy is obeyed for this long (RFC 9309, section 2.4); then nothing is fetched.
_OLD = timedelta(days=30)
_TRY_AGAIN = timedelta(minutes=10)
# RFC 9309, section 2.5: at least 500 KiB must be read; the rest may be ignored.
_MAX_CHARS = 512 * 1024


@dataclass(frozen=True, slots=True)
class RobotsPolicy:
    """What one host's robots.txt allows us, and until when we believe it. `problem` None means it could be read."""

    rules: Protego | None
    believed_until: datetime
    crawl_delay: float | None = None
    problem: BaseException | Fault | None = None

    def allows(self, url: str, agent: str) -> bool:
        """Whether `agent` may fetch `url`; without rules everything may be fetched."""
        return self.rules is None or bool(self.rules.can_fetch(url, agent))


def agent_token(user_agent: str) -> str:
    """The product token by which robots.txt addresses us: the user agent up to its version."""
    match = re.match(r"[A-Za-z_-]+", user_agent)
    return match.group() if match else "yixun"


def read_robots(text: str, agent: str, *, believed_until: datetime) -> RobotsPolicy:
    """Read a robots.txt. Broken lines are passed over, as the RFC asks."""
    rules = Protego.parse(text[:_MAX_CHARS].removeprefix("\ufeff"))
    delay = rules.crawl_delay(agent)
    return RobotsPolicy(rules, believed_until, float(delay) if delay is not None and delay >= 0 else None)


class RobotsMiddleware:
    """Asks robots.txt before every request; what it says is remembered for a day, across crawls."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._politeness = politeness_of(crawler)
        self._hosts = self._politeness.hosts
        self._agent = agent_token(crawler.settings["USER_AGENT"])
        self._policies: dict[str, RobotsPolicy] = {}
        self._asking: dict[str, asyncio.Future[RobotsPolicy]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        """As Scrapy makes it."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or raise Refused; when robots.txt cannot be had at all, raise what went wrong with it."""
        if request.meta.get("is_robots"):
            return
        host = host_of(request.url)
        policy = await self._policy(host, request)
        self._politeness.clock.ending.check()
        if isinstance(policy.problem, BaseException):
            raise policy.problem
        if policy.problem is not None:
            raise Refused(policy.problem)
        allowed = policy.allows(request.url, self._agent)
        self._hosts.count(host, robots_allowed=int(allowed), robots_refused=int(not allowed))
        if not allowed:
            raise Refused(Fault("robots", f"robots.txt of {host} forbids {urlsplit(request.url).path or '/'}"))

    async def _policy(self, host: str, request: Request) -> RobotsPolicy:
        known = self._policies.get(host)
        if known and known.believed_until > utc_now():
            return known
        if host in self._asking:
            return await self._asking[host]
        asking = self._asking[host] = asyncio.get_running_loop().create_future()
        try:
            policy = await self._learn(host, request)
            self._policies[host] = policy
            asking.set_result(policy)
        except BaseException as error:
            asking.set_result(RobotsPolicy(None, utc_now(), problem=error))
            raise
        finally:
            del self._asking[host]
        self._apply_delay(request, policy)
        return policy

    async def _learn(self, host: str, request: Request) -> RobotsPolicy:
        """Take robots.txt from memory while it is fresh, else from the host; an old copy stands in while the host fails."""
        now = utc_now()
        state = await self._hosts.state(host)
        kept = self._kept(state)
        if kept and state and state.robots_fetched_at and now - state.robots_fetched_at < FRESH:
            return kept
        parts = urlsplit(request.url)
        # It is the host's, not the source's: the answer must not depend on whose time is up.
        meta = {"is_robots": True, "dont_retry": True}
        robots = Request(f"{parts.scheme}://{parts.netloc}/robots.txt", meta=meta, callback=NO_CALLBACK, dont_filter=True)
        try:
            answer = await self._crawler.engine.download_async(robots)
        except DOWNLOAD_ERRORS as error:
            return kept or RobotsPolicy(None, now + _TRY_AGAIN, problem=error)
        if answer.status >= 500 or answer.status == 429:
            fault = Fault("robots", f"robots.txt of {host} answers HTTP {answer.status}: nothing is fetched until it can be read")
            return kept or RobotsPolicy(None, now + _TRY_AGAIN, problem=fault)
        text = answer.body[: 4 * _MAX_CHARS].decode("utf-8", "replace").replace("\x00", "") if answer.status == 200 else ""
        policy = read_robots(text, self._agent, believed_until=now + FRESH)
        self._hosts.set_robots(
            host,
            {
                "robots_text": text[:_MAX_CHARS],
                "robots_status": answer.status,
                "robots_fetched_at": now,
                "crawl_delay": policy.crawl_delay,
            },
        )
        return policy

    def _kept(self, state: HostState | None) -> RobotsPolicy | None:
        """The policy of an earlier crawl, while it may still be believed."""
        if state is None or state.robots_fetched_at is None or utc_now() - state.robots_fetched_at > _OLD:
            return None
        until = max(state.robots_fetched_at + FRESH, utc_now() + _TRY_AGAIN)
        return read_robots(state.robots_text or "", self._agent, believed_until=until)

    def _apply_delay(self, request: Request, policy: RobotsPolicy) -> None:
        if not policy.crawl_delay:
            return
        downloader = self._crawler.engine.downloader
        slot = downloader.get_slot_key(request)
        self._hosts.set_floor(slot, policy.crawl_delay)
        floor = self._hosts.floor(slot)
        downloader.per_slot_settings[slot] = {"concurrency": 1, "delay": floor, "jitter": 0}
        if slot in downloader.slots:
            downloader.slots[slot].delay = max(downloader.slots[slot].delay, floor)

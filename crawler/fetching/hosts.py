"""What is known of hosts during a crawl: rests they asked for, robots.txt of earlier crawls, pauses, and the ledger of requests."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from store.database import utc_now
from store.hosts import host_state, waiting_hosts
from store.models import HostState

from .store_thread import StoreThread


class Hosts:
    """What is known of hosts; changes are handed to the store from time to time."""

    def __init__(self, min_delay: float, store: StoreThread, *, now: datetime) -> None:
        """Begin with the rests that earlier crawls were asked for. `min_delay` is the least pause between two requests to one host."""
        self._min_delay = min_delay
        self._store = store
        self._rests = store.now(waiting_hosts, now)
        self._states: dict[str, dict[str, Any]] = defaultdict(dict)
        self._counts: dict[tuple[str, date], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._floors: dict[str, float] = {}

    async def state(self, host: str) -> HostState | None:
        """What an earlier crawl remembered of `host`, its robots.txt included."""
        return await self._store.do(host_state, host)

    async def robots_text(self, host: str) -> str:
        """The robots.txt of `host` as it was read last, "" where it was not."""
        if read := self._states.get(host, {}).get("robots_text"):
            return str(read)
        kept = await self.state(host)
        return (kept and kept.robots_text) or ""

    def rest_until(self, host: str) -> datetime | None:
        """Until when `host` is to be left alone, if so."""
        until = self._rests.get(host)
        return until if until and until > utc_now() else None

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
        return self._floors.get(hostname, self._min_delay)

    def set_floor(self, hostname: str, seconds: float) -> None:
        """Keep at least this pause (Crawl-delay) from now on."""
        self._floors[hostname] = max(seconds, self._min_delay)

    def take_changes(self) -> tuple[dict[str, dict[str, Any]], dict[tuple[str, date], dict[str, int]]]:
        """Hand over states and counts that the store does not know yet."""
        states = dict(self._states)
        counts = {key: dict(row) for key, row in self._counts.items()}
        self._states.clear()
        self._counts.clear()
        return states, counts

    def put_back(self, states: dict[str, dict[str, Any]], counts: dict[tuple[str, date], dict[str, int]]) -> None:
        """Take back what was handed over and could not be saved; what is newer stays."""
        for host, values in states.items():
            self._states[host] = {**values, **self._states[host]}
        for key, numbers in counts.items():
            for name, number in numbers.items():
                self._counts[key][name] += number

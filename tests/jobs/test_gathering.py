"""What a worker has in hand at once is crawled together, and what may end a process goes alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from datetime import datetime

import pytest

from jobs.gathering import TOGETHER, Gathering
from store.errors import FetchError, StoreBusyError, YixunError


class Calls:
    """A crawl that notes what it was called with; calls wait until they may end."""

    def __init__(self, failed: Mapping[str, YixunError] | None = None) -> None:
        self.seen: list[list[str]] = []
        self.at_once = self._under_way = 0
        self.may_end = threading.Event()
        self._failed = failed or {}

    def __call__(self, wanted: Mapping[str, datetime | None]) -> Mapping[str, YixunError]:
        self.seen.append(list(wanted))
        self._under_way += 1
        self.at_once = max(self.at_once, self._under_way)
        self.may_end.wait()
        self._under_way -= 1
        return self._failed


def crawled(calls: Calls, names: list[str], *, tries: int = 0, at_once: int = 1) -> list[BaseException | None]:
    async def work() -> list[BaseException | None]:
        gathering = Gathering(calls, calls=at_once)
        waiting = [asyncio.ensure_future(gathering.crawled(name, None, tries)) for name in names]
        while len(calls.seen) < at_once:
            await asyncio.sleep(0.01)
        calls.may_end.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(work())


def test_what_waits_at_the_same_time_is_crawled_together_in_as_many_calls_as_may_be() -> None:
    calls, names = Calls(), [f"s{number}" for number in range(2 * TOGETHER + 1)]
    assert crawled(calls, names, at_once=2) == [None] * len(names)
    assert calls.seen == [names[:TOGETHER], names[TOGETHER : 2 * TOGETHER], names[2 * TOGETHER :]]
    assert calls.at_once == 2


def test_what_was_tried_again_and_again_goes_alone() -> None:
    calls = Calls()
    assert crawled(calls, ["one", "two"], tries=1) == [None, None] and calls.seen == [["one", "two"]]
    calls = Calls()
    assert crawled(calls, ["one", "two"], tries=2) == [None, None] and calls.seen == [["one"], ["two"]]


def test_each_hears_of_its_own_fault_and_all_of_one_that_is_everybody_s() -> None:
    busy = StoreBusyError("is crawled by another process", subject="two")
    assert crawled(Calls({"two": busy}), ["one", "two"]) == [None, busy]

    def broken(_: Mapping[str, datetime | None]) -> Mapping[str, YixunError]:
        raise FetchError("the process ended without a report")

    async def work() -> None:
        gathering = Gathering(broken, calls=1)
        for ended in [asyncio.ensure_future(gathering.crawled(name, None, 0)) for name in ("one", "two")]:
            with pytest.raises(FetchError):
                await ended
        with pytest.raises(FetchError):
            await gathering.crawled("three", None, 0)

    asyncio.run(work())

"""Gathers the sources that a worker has in hand, so that one process crawls many: starting one costs as much as reading dozens of pages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from store.errors import YixunError

TOGETHER = 16
# The queue hands its jobs out one after another: so long those are waited for that come together.
_GATHER_SECONDS = 0.5
# One that was tried so often goes alone, for it may be what ended the process.
_TRIES_TOGETHER = 2

Crawl = Callable[[Mapping[str, datetime | None]], Mapping[str, YixunError]]


@dataclass(eq=False)
class _Waiting:
    source_id: str
    since: datetime | None
    alone: bool
    ended: asyncio.Future[None]


class Gathering:
    """Has sources crawled, up to TOGETHER of them by one call and so many calls at once."""

    def __init__(self, crawl: Crawl, *, calls: int) -> None:
        """`crawl` is called in a thread with the ids of sources and since when each must have been asked; returns which failed, and why."""
        self._crawl, self._free = crawl, calls
        self._waiting: list[_Waiting] = []
        self._calls: set[asyncio.Task[None]] = set()

    async def crawled(self, source_id: str, since: datetime | None, tries: int) -> None:
        """Wait until a source is crawled, which was tried so often in vain. Raises what kept it from that."""
        loop = asyncio.get_running_loop()
        one = _Waiting(source_id, since, tries >= _TRIES_TOGETHER, loop.create_future())
        self._waiting.append(one)
        loop.call_later(_GATHER_SECONDS, self._begin)
        await one.ended

    def _begin(self) -> None:
        while self._waiting and self._free:
            first = self._waiting[0]
            batch = [first] if first.alone else [one for one in self._waiting if not one.alone][:TOGETHER]
            self._waiting = [one for one in self._waiting if one not in batch]
            self._free -= 1
            call = asyncio.get_running_loop().create_task(self._call(batch))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _call(self, batch: list[_Waiting]) -> None:
        wanted = {one.source_id: one.since for one in batch}
        [result] = await asyncio.gather(asyncio.to_thread(self._crawl, wanted), return_exceptions=True)
        self._free += 1
        for one in batch:
            error = result if isinstance(result, BaseException) else result.get(one.source_id)
            if one.ended.done():
                continue
            if error is None:
                one.ended.set_result(None)
            else:
                one.ended.set_exception(error)
        self._begin()

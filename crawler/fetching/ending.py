"""The end of a crawl as the requests under way see it: they are given up, and their hosts are not to blame."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from scrapy.core.downloader import Downloader
from scrapy.http import Response
from twisted.python.failure import Failure

from .faults import Fault, Refused


class Ending:
    """Knows whether the crawl is being ended, and which downloads are to be broken off then."""

    def __init__(self) -> None:
        self._because = ""
        self._under_way: set[asyncio.Future[Response]] = set()

    def check(self) -> None:
        """Let a request go on. Raises Refused when the crawl is being ended."""
        if self._because:
            raise self._refusal()

    async def watch(self, download: Coroutine[Any, Any, Response]) -> Response:
        """Wait for a download; it is broken off when the crawl is ended. Raises Refused then, else what the download raises."""
        task = asyncio.ensure_future(download)
        self._under_way.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if self._because:
                raise self._refusal() from None
            raise
        finally:
            self._under_way.discard(task)

    def give_up(self, downloader: Downloader, because: str) -> None:
        """Break off all downloads, and refuse those that still wait for their turn: no pause is worth waiting for any more."""
        self._because = because
        for slot in downloader.slots.values():
            slot.close()
            while slot.queue:
                _, waiting = slot.queue.popleft()
                waiting.errback(Failure(self._refusal()))  # type: ignore[no-untyped-call]
        for task in list(self._under_way):
            task.cancel()

    def _refusal(self) -> Refused:
        return Refused(Fault("time_up", self._because))

"""Scrapy's downloader, which counts a request as under way from the moment it is taken from its host's queue."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.http import Response

from .politeness import politeness_of


class OneAtATime(Downloader):
    """Keeps a host's limit of requests under way whatever the pause, however busy the machine is and however many machines crawl.

    Scrapy 2.19 counts a request only when its task has begun: without a pause, or where the process was held up for longer than the pause,
    a host's whole queue went out at once.
    """

    def _wait_for_download(self, slot: Slot, request: Request, queue_dfd: Any) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

    async def _download(self, slot: Slot, request: Request) -> Response:
        politeness = politeness_of(self.crawler)
        host = self.get_slot_key(request)
        try:
            turn = politeness.turns.turn(host, max(slot.delay, politeness.hosts.floor(host)), partial(politeness.check, request))
            async with turn:
                return await super()._download(slot, request)
        finally:
            if request in slot.transferring:
                # Its turn never came.
                slot.transferring.remove(request)
                self._process_queue(slot)

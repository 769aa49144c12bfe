"""Scrapy's downloader, which counts a request as under way from the moment it is taken from its host's queue."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot


class OneAtATime(Downloader):
    """Keeps a host's limit of requests under way whatever the pause and however busy the machine is.

    Scrapy 2.19 counts a request only when its task has begun: without a pause, or where the process was held up for longer than the pause,
    a host's whole queue went out at once.
    """

    def _wait_for_download(self, slot: Slot, request: Request, queue_dfd: Any) -> Coroutine[Any, Any, None]:
        slot.transferring.add(request)
        return super()._wait_for_download(slot, request, queue_dfd)

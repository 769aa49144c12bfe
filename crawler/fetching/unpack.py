"""Unpacking answers: what breaks off or swells beyond all bounds is named, and nothing of it is kept."""

from __future__ import annotations

import zlib

import brotli
from backports.zstd import ZstdError
from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from .faults import Fault, Refused

_BROKEN: tuple[type[Exception], ...] = (EOFError, OSError, ValueError, zlib.error, brotli.error, ZstdError)


class UnpackMiddleware(HttpCompressionMiddleware):
    """Scrapy's unpacking, whose errors do not drag along what was unpacked so far.

    An exception holds the frames it came through, and so megabytes of a bomb until the collector comes round: it ends here,
    and Refused is raised in its place.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Unpack an answer. Raises Refused when it cannot be unpacked or is too large then."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest:
            fault = Fault("too_large", "the answer is larger than allowed once unpacked (crawl.max_bytes)")
        except _BROKEN as error:
            fault = Fault("parse", f"the answer cannot be unpacked: {' '.join(str(error).split())[:120] or type(error).__name__}")
        raise Refused(fault)

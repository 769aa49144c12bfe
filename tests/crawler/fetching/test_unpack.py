"""Unpacking answers: what arrives whole, what is broken, what swells."""

from __future__ import annotations

import gc
import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.utils import _compression, gz
from scrapy.utils.test import get_crawler

from crawler.fetching.faults import Refused
from crawler.fetching.unpack import UnpackMiddleware
from crawler.settings import CrawlSettings, scrapy_settings

LIMIT = 1_000_000
TEXT = "<html><body><p>放射科用上新软件，平均每例少用六分钟。</p></body></html>".encode() * 50
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
EACH = pytest.mark.parametrize("name", PACK)


@pytest.fixture(scope="module")
def middleware() -> UnpackMiddleware:
    crawler = get_crawler(settings_dict=scrapy_settings(CrawlSettings(max_bytes=LIMIT)) | {"EXTENSIONS": {}})
    return UnpackMiddleware.from_crawler(crawler)


def unpack(middleware: UnpackMiddleware, body: bytes, encoding: str, **meta: object) -> bytes:
    request = Request("https://news.test/feed.xml", meta=meta)
    answer = HtmlResponse(request.url, headers={"Content-Encoding": encoding, "Content-Type": "text/html"}, body=body, request=request)
    found = middleware.process_response(request, answer)
    assert isinstance(found, Response)
    return found.body


def refused(middleware: UnpackMiddleware, body: bytes, encoding: str, **meta: object) -> Refused:
    with pytest.raises(Refused) as caught:
        unpack(middleware, body, encoding, **meta)
    return caught.value


def bomb(name: str) -> bytes:
    """Sixty-four megabytes of zeros, packed."""
    return PACK[name](bytes(64 * LIMIT))


@EACH
def test_what_is_packed_arrives_whole(middleware: UnpackMiddleware, name: str) -> None:
    assert unpack(middleware, PACK[name](TEXT), name) == TEXT


def test_packed_twice_arrives_whole(middleware: UnpackMiddleware) -> None:
    assert unpack(middleware, gzip.compress(brotli.compress(TEXT)), "br, gzip") == TEXT


def test_several_gzip_members_are_one_answer(middleware: UnpackMiddleware) -> None:
    assert unpack(middleware, gzip.compress(TEXT) + gzip.compress(TEXT), "gzip") == TEXT * 2


@EACH
def test_a_bomb_is_refused_by_its_size(middleware: UnpackMiddleware, name: str) -> None:
    packed = bomb(name)
    assert len(packed) < LIMIT / 10, "a bomb is small until it is unpacked"
    fault = refused(middleware, packed, name).fault
    assert (fault.kind, "crawl.max_bytes" in fault.note) == ("too_large", True)


@EACH
def test_an_article_has_a_limit_of_its_own(middleware: UnpackMiddleware, name: str) -> None:
    packed = PACK[name](bytes(LIMIT // 2))
    assert len(unpack(middleware, packed, name)) == LIMIT // 2
    assert refused(middleware, packed, name, download_maxsize=LIMIT // 4).fault.kind == "too_large"


def test_a_bomb_in_a_bomb_is_refused(middleware: UnpackMiddleware) -> None:
    assert refused(middleware, gzip.compress(bomb("gzip")), "gzip, gzip").fault.kind == "too_large"


@EACH
def test_nothing_of_a_bomb_is_kept(middleware: UnpackMiddleware, name: str) -> None:
    """Refused is held for as long as the failure is looked at; the bytes may not be."""
    packed = bomb(name)
    gc.collect()
    tracemalloc.start()
    try:
        error = refused(middleware, packed, name)
        unpacked = tracemalloc.take_snapshot().filter_traces(
            [tracemalloc.Filter(True, _compression.__file__), tracemalloc.Filter(True, gz.__file__)]
        )
    finally:
        tracemalloc.stop()
    assert error.__cause__ is None
    assert error.__context__ is None
    assert sum(trace.size for trace in unpacked.traces) < LIMIT / 10


@EACH
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.8])
def test_what_breaks_off_is_given_in_part_or_named(middleware: UnpackMiddleware, name: str, share: float) -> None:
    packed = PACK[name](TEXT)
    cut = packed[: int(len(packed) * share)]
    try:
        found = unpack(middleware, cut, name)
    except Refused as error:
        assert error.fault.kind == "parse"
        assert "cannot be unpacked" in error.fault.note
    else:
        assert TEXT.startswith(found)
        assert len(found) < len(TEXT)


@EACH
def test_what_only_says_that_it_is_packed_is_named_or_left_alone(middleware: UnpackMiddleware, name: str) -> None:
    try:
        found = unpack(middleware, TEXT, name)
    except Refused as error:
        assert error.fault.kind == "parse"
    else:
        assert found in (TEXT, b"")


@EACH
def test_noise_behind_a_right_beginning_is_no_crash(middleware: UnpackMiddleware, name: str) -> None:
    packed = PACK[name](TEXT)
    noise = packed[:12] + bytes(reversed(range(256))) * 20
    try:
        found = unpack(middleware, noise, name)
    except Refused as error:
        assert error.fault.kind == "parse"
    else:
        assert len(found) <= LIMIT


@pytest.mark.parametrize("encoding", ["compress", "identity", "x-unknown", ""])
def test_an_encoding_nobody_knows_leaves_the_bytes_alone(middleware: UnpackMiddleware, encoding: str) -> None:
    assert unpack(middleware, TEXT, encoding) == TEXT


def test_every_encoding_that_is_asked_for_can_be_unpacked(middleware: UnpackMiddleware) -> None:
    request = Request("https://news.test/feed.xml")
    middleware.process_request(request)
    asked = (request.headers.get("Accept-Encoding") or b"").decode()
    assert {part.strip() for part in asked.split(",")} == {"gzip", "deflate", "br", "zstd"}

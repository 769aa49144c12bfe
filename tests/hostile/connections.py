"""Redirects to where nobody may go, and HTTP that is none or never ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

from .case import API, ARTICLE, FEED, LIST, Case, case, feed, http
from .web import Respond


def redirects() -> Iterator[Case]:
    """Answers that point inward, in circles or nowhere."""
    targets = {
        "metadata": "http://169.254.169.254/latest/meta-data/",
        "metadata-mapped": "http://[::ffff:169.254.169.254]/",
        "metadata-mapped-hex": "http://[::ffff:a9fe:a9fe]/",
        "ten": "http://10.0.0.1/",
        "ten-decimal": "http://167772161/",
        "ten-hex": "http://0x0a000001/",
        "ten-octal": "http://012.0.0.1/",
        "ten-short": "http://10.1/",
        "home": "http://192.168.1.1/",
        "twelve": "http://172.16.0.1/",
        "carrier": "http://100.64.0.1/",
        "zero": "http://0.0.0.0/",
        "broadcast": "http://255.255.255.255/",
        "multicast": "http://224.0.0.1/",
        "benchmark": "http://198.18.0.1/",
        "loopback-6": "http://[::1]/",
        "any-6": "http://[::]/",
        "link-local-6": "http://[fe80::1]/",
        "unique-local-6": "http://[fd00::1]/",
        "nat64": "http://[64:ff9b::a00:1]/",
        "6to4": "http://[2002:a00:1::]/",
        "compatible": "http://[::a00:1]/",
    }
    for name, target in targets.items():
        kind = (FEED, LIST, API, ARTICLE)[len(name) % 4]
        yield case(
            f"redirect-to-{name}",
            kind,
            http(b"", status="302 Found", headers=(f"Location: {target}",)),
            "private_address",
            "dns",
            "connection",
        )
    schemes = {
        "file": "file:///etc/passwd",
        "ftp": "ftp://127.0.0.1/x",
        "javascript": "javascript:alert(1)",
        "data": "data:text/xml,<rss/>",
        "gopher": "gopher://127.0.0.1/",
    }
    for name, target in schemes.items():
        yield case(f"redirect-to-{name}", FEED, http(b"", status="301 Moved", headers=(f"Location: {target}",)), "redirect", "scheme")
    faults = {
        "nowhere": (),
        "an-empty-place": ("Location: ",),
        "a-bad-host": ("Location: http://[bad/",),
        "a-long-place": (f"Location: /{'a' * 12_000}",),
        "itself": ("Location: /redirect-to-itself",),
        "control-characters": ("Location: /\x01\x02",),
    }
    for name, headers in faults.items():
        yield case(
            f"redirect-to-{name}",
            FEED,
            http(b"", status="302 Found", headers=headers),
            "redirect",
            "parse",
            "http_404",
            "connection",
            "dns",
            "timeout",
        )


def slowly(data: bytes, pause: float, seconds: float) -> Respond:
    """Send byte by byte."""

    def respond(connection: socket.socket) -> None:
        end = time.monotonic() + seconds
        for number in range(len(data)):
            connection.sendall(data[number : number + 1])
            time.sleep(pause)
            if time.monotonic() > end:
                return

    return respond


def flood(head: bytes, piece: bytes, times: int) -> Respond:
    """Send `piece` again and again."""

    def respond(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(times):
            connection.sendall(piece)

    return respond


def protocol() -> Iterator[Case]:
    """HTTP that is none, or never ends."""
    gone = frozenset({"connection", "parse", "timeout", "too_large"})
    body = feed().encode()
    yield Case("slow-body", FEED, slowly(http(body), 0.2, 14), frozenset({"timeout"}))
    yield Case("slow-head", FEED, slowly(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 500, 0.2, 14), frozenset({"timeout"}))
    yield Case("slow-article", ARTICLE, slowly(http(body, kind="text/html"), 0.2, 14), frozenset({"timeout"}))
    yield Case("hangs", FEED, lambda _: time.sleep(12), frozenset({"timeout"}))
    yield Case("closes", FEED, lambda connection: connection.close(), gone)
    yield Case("header-flood", FEED, flood(b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n" * 1000, 5000), gone)
    yield Case("one-endless-header", FEED, flood(b"HTTP/1.1 200 OK\r\nX: ", b"a" * 65536, 2000), gone)
    yield Case("endless-body", FEED, flood(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", b"<a>" * 20000, 3000), gone)
    yield Case(
        "endless-chunks",
        FEED,
        flood(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n", 2000),
        gone,
    )
    yield Case("interim-flood", FEED, flood(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 50_000), gone | {"ok", "empty"})
    raw = {
        "no-status-line": b"hello world\r\n\r\n",
        "http-0.9": body,
        "binary": bytes(range(256)) * 100,
        "nothing": b"",
        "bad-status": b"HTTP/1.1 abc OK\r\n\r\n",
        "status-999": b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
        "status-0": b"HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n",
        "negative-length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + body,
        "two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\n" + body,
        "length-of-words": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + body,
        "length-too-great": http(body, length=len(body) * 10),
        "length-too-small": http(body, length=20),
        "length-of-a-terabyte": http(body, length=1 << 40),
        "bad-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\nxx\r\n",
        "chunk-of-a-terabyte": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\nxx",
        "negative-chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nxx\r\n",
        "header-without-colon": b"HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 0\r\n\r\n",
    }
    for name, data in raw.items():
        yield case(name, FEED, data, *gone, "ok", "empty", "challenge", "not_a_feed", "http_999", "http_0")
    for status in (204, 205, 304, 400, 401, 403, 404, 405, 410, 412, 418, 429, 451, 500, 502, 503, 504):
        expected = {204: "parse", 205: "parse", 304: "ok", 412: "challenge"}.get(status, f"http_{status}")
        yield case(
            f"status-{status}", FEED, http(b"" if status in (204, 304) else b"<p>no</p>", status=f"{status} X"), expected, "parse", "empty"
        )
    yield case("come-back-in-a-century", FEED, http(b"", status="503 Busy", headers=("Retry-After: 999999999999",)), "http_503")

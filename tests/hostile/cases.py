"""Two hundred answers no crawler wants: what each is, and by which words the crawl may tell of it.

All are generated here; nothing is a captured page. `expect` holds the kinds of error that name the case; "ok" stands for an
entry that is stored all the same, "note" for a remark beside what was stored, "empty" for an answer without entries.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import brotli
import zstandard

from .web import Respond

FEED, LIST, API, SITEMAP, ARTICLE = "feed", "list_page", "json_api", "sitemap", "article"
RSS = '<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>样本</title>{items}</channel></rss>'
ITEM = (
    "<item><title>医院上线智能影像系统 {n}</title><link>http://news.test/{n}.html</link><description>放射科用上新软件</description></item>"
)
ANY_PARSE = frozenset({"parse", "not_a_feed", "challenge", "changed"})


@dataclass(frozen=True)
class Case:
    """One hostile source: `kind` says what it pretends to be."""

    name: str
    kind: str
    respond: Respond
    expect: frozenset[str] = field(default_factory=frozenset)


def http(
    body: bytes, *, status: str = "200 OK", kind: str = "application/xml", headers: tuple[str, ...] = (), length: int | None = None
) -> bytes:
    """An HTTP answer."""
    head = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


_MADE: list[Callable[[], bytes]] = []


def send(data: bytes | Callable[[], bytes]) -> Respond:
    """Answer with these bytes; big ones are made once, by `make_ready`."""
    if callable(data):
        data = cache(data)
        _MADE.append(data)

    def respond(connection: socket.socket) -> None:
        connection.sendall(data() if callable(data) else data)

    return respond


def make_ready() -> None:
    """Make the big answers, so that the server does not spend the time of the crawl on them."""
    for make in _MADE:
        make()


def feed(items: str = ITEM.format(n=1), encoding: str = "utf-8") -> str:
    """A small feed."""
    return RSS.format(encoding=encoding, items=items)


def case(name: str, kind: str, data: bytes | Callable[[], bytes], *expect: str) -> Case:
    """A case that answers with fixed bytes."""
    return Case(name, kind, send(data), frozenset(expect))


def encodings() -> Iterator[Case]:
    """Bytes that are not what they say they are."""
    text = feed()
    for declared, used in (
        ("utf-8", "gb18030"), ("gb2312", "utf-8"), ("gb2312", "gb18030"), ("gbk", "big5"), ("big5", "gb18030"), ("iso-8859-1", "utf-8"),
        ("utf-16", "utf-8"), ("utf-7", "utf-8"), ("x-nonsense", "utf-8"), ("us-ascii", "gb18030"), ("shift_jis", "utf-8"), ("hz", "utf-8"),
        ("", "utf-8"), ("utf-8", "utf-16"), ("utf-8", "utf-16-le"), ("utf-8", "utf-32"), ("rot13", "utf-8"), ("idna", "utf-8"),
    ):  # fmt: skip
        body = feed(encoding=declared).encode(used, "replace")
        yield case(f"declared-{declared or 'nothing'}-sent-{used}", FEED, http(body), "ok", *ANY_PARSE)
        yield case(
            f"header-{declared or 'nothing'}-sent-{used}",
            FEED,
            http(text.encode(used, "replace"), kind=f"text/xml; charset={declared}"),
            "ok",
            *ANY_PARSE,
        )
    raw = text.encode()
    odd = {
        "nul-bytes": raw.replace(b"<item>", b"<item>\x00\x00\x00"),
        "nul-in-title": raw.replace("医院".encode(), b"\x00A\x00"),
        "half-a-character": raw.replace("智能".encode(), "智能".encode()[:-1]),
        "lone-surrogate": raw.replace("智能".encode(), b"\xed\xa0\x80"),
        "overlong-utf-8": raw.replace("智能".encode(), b"\xc0\xaf"),
        "control-characters": raw.replace("智能".encode(), bytes(range(1, 9))),
        "bom-and-gbk": b"\xef\xbb\xbf" + text.encode("gb18030"),
        "three-boms": b"\xef\xbb\xbf" * 3 + raw,
        "only-a-bom": b"\xef\xbb\xbf",
        "mixed": raw.replace(b"</item>", b"</item>" + ITEM.format(n=2).encode("gb18030")),
        "noise": bytes(range(256)) * 400,
        "numeric-entities-beyond-unicode": raw.replace("智能".encode(), b"&#x110000;&#xD800;&#0;"),
    }
    for name, body in odd.items():
        yield case(name, FEED, http(body), "ok", "empty", *ANY_PARSE)


@cache
def bomb(packer: str) -> bytes:
    """A gigabyte of zeros, packed."""
    zeros, parts = bytes(1 << 20), []
    if packer == "gzip":
        pack: Any = zlib.compressobj(9, zlib.DEFLATED, 31)
        parts = [pack.compress(zeros) for _ in range(1024)] + [pack.flush()]
    elif packer == "deflate":
        pack = zlib.compressobj(9)
        parts = [pack.compress(zeros) for _ in range(1024)] + [pack.flush()]
    elif packer == "zstd":
        pack = zstandard.ZstdCompressor(level=1).compressobj()
        parts = [pack.compress(zeros) for _ in range(1024)] + [pack.flush()]
    elif packer == "br":
        pack = brotli.Compressor(quality=1)
        parts = [pack.process(zeros) for _ in range(1024)] + [pack.finish()]
    return b"".join(parts)


def packed() -> Iterator[Case]:
    """Compressed answers that are broken, cut off or meant to fill the memory."""
    whole = gzip.compress(feed("".join(ITEM.format(n=n) for n in range(50))).encode())
    for percent in (0, 1, 10, 50, 90, 99):
        cut = whole[: len(whole) * percent // 100]
        yield case(
            f"gzip-cut-at-{percent}",
            FEED,
            http(cut, headers=("Content-Encoding: gzip",)),
            "ok",
            "empty",
            "connection",
            "timeout",
            *ANY_PARSE,
        )
    raw = feed().encode()
    for packer in ("gzip", "deflate", "br", "zstd", "gzip, gzip", "compress", "x-unknown", "gzip, br, zstd"):
        name = packer.replace(", ", "-")
        yield case(
            f"not-packed-but-says-{name}",
            FEED,
            http(raw, headers=(f"Content-Encoding: {packer}",)),
            "ok",
            "empty",
            "connection",
            *ANY_PARSE,
        )
        yield case(
            f"noise-as-{name}",
            FEED,
            http(b"\x1f\x8b" + bytes(range(256)) * 20, headers=(f"Content-Encoding: {packer}",)),
            "ok",
            "empty",
            "connection",
            *ANY_PARSE,
        )
    for packer in ("gzip", "deflate", "br", "zstd"):
        for kind in (FEED, ARTICLE):
            yield case(
                f"bomb-{packer}-{kind}", kind, lambda p=packer: http(bomb(p), headers=(f"Content-Encoding: {p}",)), "too_large", *ANY_PARSE
            )
    twice = lambda: http(gzip.compress(bomb("gzip")), headers=("Content-Encoding: gzip, gzip",))  # noqa: E731
    yield case("bomb-in-a-bomb", FEED, twice, "too_large", "connection", *ANY_PARSE)
    yield case("bomb-as-sitemap", SITEMAP, lambda: http(bomb("gzip"), kind="application/gzip"), *ANY_PARSE, "too_large")


def xml() -> Iterator[Case]:
    """XML that expands, nests or reads what it should not."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    quadratic = f'<!ENTITY a "{"a" * 100_000}">'
    doctypes = {
        "billion-laughs": (f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]>', "&l11;"),
        "quadratic-blow-up": (f"<!DOCTYPE rss [{quadratic}]>", "&a;" * 5000),
        "file-entity": ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        "http-entity": ('<!DOCTYPE rss [<!ENTITY x SYSTEM "http://169.254.169.254/latest/meta-data/">]>', "&x;"),
        "parameter-entity": ('<!DOCTYPE rss [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>', "x"),
        "external-dtd": ('<!DOCTYPE rss SYSTEM "http://169.254.169.254/x.dtd">', "x"),
        "entity-loop": ('<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
        "huge-doctype": (f"<!DOCTYPE rss [{'<!ENTITY e ' * 100_000}]>", "x"),
        "unclosed-doctype": ("<!DOCTYPE rss [", "x"),
    }
    for name, (doctype, use) in doctypes.items():
        body = f'<?xml version="1.0"?>{doctype}<rss version="2.0"><channel><item><title>标题 {use}</title><link>http://news.test/x</link></item></channel></rss>'
        yield case(name, FEED, http(body.encode()), "ok", "empty", *ANY_PARSE)
        sitemap = f'<?xml version="1.0"?>{doctype}<urlset><url><loc>http://news.test/{use}</loc></url></urlset>'
        yield case(f"{name}-sitemap", SITEMAP, http(sitemap.encode()), "ok", "empty", "note", *ANY_PARSE)
    many = lambda: http(feed("".join(ITEM.format(n=n) for n in range(100_000))).encode())  # noqa: E731
    yield case("100000-entries", FEED, many, "note", "too_large")
    shapes = {
        "50000-deep-xml": "<rss>" + "<a>" * 50_000,
        "50000-deep-inside-an-item": feed("<item><title>深</title>" + "<b>" * 50_000 + "</item>"),
        "long-attribute": feed(f'<item x="{"a" * 2_000_000}"><title>长</title><link>http://news.test/a</link></item>'),
        "many-attributes": feed(f'<item {" ".join(f"a{n}=" + chr(34) + chr(34) for n in range(50_000))}><title>多</title></item>'),
        "unclosed-cdata": feed("<item><title><![CDATA[" + "x" * 100_000),
        "unclosed-comment": feed("<!--" + "x" * 100_000),
        "instruction-flood": feed("<?php x?>" * 50_000),
        "comment-flood": feed("<!-- x -->" * 50_000),
        "no-root": "just words",
        "two-roots": feed() + feed(),
        "empty-body": "",
        "white-space": " " * 100_000,
        "title-of-a-megabyte": feed(f"<item><title>{'长' * 300_000}</title><link>http://news.test/b</link></item>"),
        "link-of-a-megabyte": feed(f"<item><title>长链接</title><link>http://news.test/{'a' * 1_000_000}</link></item>"),
        "bad-links": feed("".join(f"<item><title>坏链接 {n}</title><link>{link}</link></item>" for n, link in enumerate(BAD_LINKS))),
        "dates-from-hell": feed("".join(f"<item><title>日期 {n}</title><link>http://news.test/d{n}</link><pubDate>{d}</pubDate></item>" for n, d in enumerate(BAD_DATES))),
        "html-at-a-feed": "<!DOCTYPE html><html><body><p>" + "新闻" * 500 + "</p></body></html>",
        "guid-flood": feed("".join(f"<item><title>同一条</title><guid>{n}</guid></item>" for n in range(300))),
    }  # fmt: skip
    for name, body in shapes.items():
        yield case(name, FEED, http(body.encode()), "ok", "empty", "note", *ANY_PARSE)


BAD_LINKS = (
    "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@b.test", "http://", "http://[::1", "http://a.test:99999/", "//",
    "http://user:pass@a.test/x", "http://a.test/\x7f", "ftp://a.test/x", "http://a..test/x", "http://" + "a" * 300 + ".test/", "#top", "http://a.test/%zz", "tel:1",
)  # fmt: skip
BAD_DATES = (
    "昨天前天大前天",
    "9999-99-99",
    "-1",
    "1e400",
    "Thu, 99 Foo 20267 25:61:61",
    "1" * 4000,
    "0",
    "NaN",
    "2026-02-30",
    "२०२६-०१-०१",
)


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


def pages() -> Iterator[Case]:
    """List pages and articles that are none."""
    challenge = b"<html><head><script>var _$=1;" + b"x=1;" * 500 + b"</script></head><body></body></html>"
    deep = b"<html><body>" + b"<div>" * 50_000 + b"x"
    ten_megabytes = lambda: http(b"<html><body>" + b"<p>" + b"x" * 10_000_000, kind="text/html")  # noqa: E731
    for kind in (LIST, ARTICLE):
        own = ("changed", "too_large", "ok", "note", "parse")
        yield case(f"10-megabytes-{kind}", kind, ten_megabytes, *own)
        yield case(f"50000-deep-{kind}", kind, http(deep, kind="text/html"), *own)
        yield case(f"challenge-200-{kind}", kind, http(challenge, kind="text/html"), "challenge")
        yield case(f"challenge-202-{kind}", kind, http(challenge, status="202 Accepted", kind="text/html"), "challenge")
        yield case(f"challenge-412-{kind}", kind, http(challenge, status="412 X", kind="text/html"), "challenge")
        yield case(f"empty-{kind}", kind, http(b"", kind="text/html"), *own)
        yield case(f"nul-{kind}", kind, http(b"<html>\x00<body>" + b"\x00" * 5000 + b"<p>x</p>", kind="text/html"), *own)
        yield case(f"image-{kind}", kind, http(b"\x89PNG\r\n" + bytes(range(256)) * 50, kind="text/html"), *own)
        yield case(f"script-flood-{kind}", kind, http(b"<html>" + b"<script " * 200_000, kind="text/html"), *own, "challenge")
        yield case(f"attributes-{kind}", kind, http(b"<html><body " + b"a=b " * 500_000 + b">", kind="text/html"), *own)
        yield case(f"entities-{kind}", kind, http(b"<html><body><p>" + b"&amp" * 500_000, kind="text/html"), *own)
        yield case(f"unclosed-{kind}", kind, http(b"<html><body>" + b"<a href='x'><b><i>" * 30_000, kind="text/html"), *own)
    yield case("login-list", LIST, http(b"", status="302 Found", headers=("Location: /login",)), "login", "changed")
    rows = "".join(f'<li class="row"><a href="{link}">标题 {n}</a></li>' for n, link in enumerate(BAD_LINKS))
    yield case("bad-links-list", LIST, http(f"<meta charset=utf-8><ul>{rows}</ul>".encode(), kind="text/html"), "note", "ok", "changed")
    million = lambda: http(b"<ul>" + b'<li class="row"><a href="/a">x</a></li>' * 100_000, kind="text/html")  # noqa: E731
    yield case("100000-rows", LIST, million, "note", "ok")


LOGIN = b'<html><body><form action="/login"><input name="u"><input type="password" name="p"></form>please log in</body></html>'
# What cases lead to.
BEYOND: dict[str, Respond] = {"/login": send(http(LOGIN, kind="text/html"))}


def interfaces() -> Iterator[Case]:
    """JSON that is none, or too much."""
    shapes: dict[str, bytes] = {
        "html": b"<html>no</html>",
        "nothing": b"",
        "null": b"null",
        "number": b"1e999",
        "text": b'"x"',
        "deep": b"[" * 100_000,
        "deep-objects": b'{"rows":' * 50_000,
        "nan": b'{"rows":[{"title":NaN,"url":Infinity}]}',
        "wrong-types": json.dumps(
            {"rows": [1, None, [], {"title": {}, "url": []}, {"title": 5, "url": 7}, {"title": True, "url": False}]}
        ).encode(),
        "rows-are-text": b'{"rows":"none"}',
        "rows-are-an-object": b'{"rows":{"a":{"title":"x","url":"/y"}}}',
        "lone-surrogate": b'{"rows":[{"title":"\\ud800 \\u0000 x","url":"/s"}]}',
        "cut": b'{"rows":[{"title":"x","url":"/y"},{"ti',
        "long-number": b'{"rows":[{"title":"x","url":"/n","date":' + b"9" * 5000 + b"}]}",
        "many-keys": json.dumps({"rows": [{f"k{n}": n for n in range(50_000)} | {"title": "多", "url": "/k"}]}).encode(),
        "link-is-code": b'{"rows":[{"title":"x","url":"javascript:alert(1)"}]}',
        "bom-twice": b"\xef\xbb\xbf\xef\xbb\xbf{}",
        "jsonp-without-end": b"callback({",
    }
    for name, body in shapes.items():
        yield case(
            f"json-{name}", API, http(body, kind="application/json"), "parse", "changed", "ok", "note", "empty", "not_a_feed", "challenge"
        )
    big = lambda: http(
        json.dumps({"rows": [{"title": f"标题 {n}", "url": f"/{n}"} for n in range(100_000)]}).encode(), kind="application/json"
    )
    yield case("json-100000-rows", API, big, "note", "ok", "too_large", "parse")


def sitemaps() -> Iterator[Case]:
    """Sitemaps that lead in circles."""
    loop = b"<sitemapindex><sitemap><loc>/index-of-itself</loc></sitemap></sitemapindex>"
    yield case("index-of-itself", SITEMAP, http(loop), "ok", "empty", "note")
    yield case("index-of-nothing", SITEMAP, http(b"<sitemapindex/>"), "empty", "ok", *ANY_PARSE)
    yield case("sitemap-is-html", SITEMAP, http(b"<html><body>no</body></html>", kind="text/html"), *ANY_PARSE)
    yield case("sitemap-is-noise", SITEMAP, http(bytes(range(256)) * 50), *ANY_PARSE)
    inward = b"<sitemapindex><sitemap><loc>http://169.254.169.254/s.xml</loc></sitemap></sitemapindex>"
    yield case("index-points-inward", SITEMAP, http(inward), "private_address")


def all_cases() -> list[Case]:
    """Every case, once by name."""
    found: dict[str, Case] = {}
    for family in (encodings, packed, xml, redirects, protocol, pages, interfaces, sitemaps):
        for one in family():
            assert one.name not in found, one.name
            found[one.name] = one
    return list(found.values())

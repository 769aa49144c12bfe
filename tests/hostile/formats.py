"""Answers that are not in the format they say: encodings, compression, XML and sitemaps."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import brotli
from backports import zstd

from .case import ANY_PARSE, ARTICLE, FEED, ITEM, SITEMAP, Case, case, feed, http


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
        pack = zstd.ZstdCompressor(level=1)
        parts = [pack.compress(zeros) for _ in range(1024)] + [pack.flush()]
    elif packer == "br":
        pack = brotli.Compressor(quality=1)
        parts = [pack.process(zeros) for _ in range(1024)] + [pack.finish()]
    return b"".join(parts)


def _packed_bomb(packer: str) -> bytes:
    return http(bomb(packer), headers=(f"Content-Encoding: {packer}",))


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
            yield case(f"bomb-{packer}-{kind}", kind, partial(_packed_bomb, packer), "too_large", *ANY_PARSE)
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
        "dates-from-hell": feed("".join(DATED.format(n=n, date=date) for n, date in enumerate(BAD_DATES))),
        "html-at-a-feed": "<!DOCTYPE html><html><body><p>" + "新闻" * 500 + "</p></body></html>",
        "guid-flood": feed("".join(f"<item><title>同一条</title><guid>{n}</guid></item>" for n in range(300))),
    }  # fmt: skip
    for name, body in shapes.items():
        yield case(name, FEED, http(body.encode()), "ok", "empty", "note", *ANY_PARSE)


DATED = "<item><title>日期 {n}</title><link>http://news.test/d{n}</link><pubDate>{date}</pubDate></item>"
BAD_LINKS = (
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "mailto:a@b.test",
    "http://",
    "http://[::1",
    "http://a.test:99999/",
    "//",
    "http://user:pass@a.test/x",
    "http://a.test/\u007f",
    "ftp://a.test/x",
    "http://a..test/x",
    "http://" + "a" * 300 + ".test/",
    "#top",
    "http://a.test/%zz",
    "tel:1",
)
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


def sitemaps() -> Iterator[Case]:
    """Sitemaps that lead in circles."""
    loop = b"<sitemapindex><sitemap><loc>/index-of-itself</loc></sitemap></sitemapindex>"
    yield case("index-of-itself", SITEMAP, http(loop), "ok", "empty", "note")
    yield case("index-of-nothing", SITEMAP, http(b"<sitemapindex/>"), "empty", "ok", *ANY_PARSE)
    yield case("sitemap-is-html", SITEMAP, http(b"<html><body>no</body></html>", kind="text/html"), *ANY_PARSE)
    yield case("sitemap-is-noise", SITEMAP, http(bytes(range(256)) * 50), *ANY_PARSE)
    inward = b"<sitemapindex><sitemap><loc>http://169.254.169.254/s.xml</loc></sitemap></sitemapindex>"
    yield case("index-points-inward", SITEMAP, http(inward), "private_address")

"""List pages, articles and JSON that are none, or too much."""

from __future__ import annotations

import json
from collections.abc import Iterator

from .case import API, ARTICLE, LIST, Case, case, http, send
from .formats import BAD_LINKS
from .web import Respond


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
    yield case("json-100000-rows", API, _many_rows, "note", "ok", "too_large", "parse")


def _many_rows() -> bytes:
    rows = [{"title": f"标题 {n}", "url": f"/{n}"} for n in range(100_000)]
    return http(json.dumps({"rows": rows}).encode(), kind="application/json")

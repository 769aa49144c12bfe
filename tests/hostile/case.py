"""What a hostile case is, and the answers it is made of."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

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

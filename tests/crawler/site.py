"""Small sites for crawl tests: pages that can change between two crawls, and a log of what was asked."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from crawler.settings import CrawlSettings
from crawler.sources.source import Source, SourceUrl

LOCAL = CrawlSettings(min_delay=0, allow_networks=["127.0.0.0/8"], timeout=10, retries=0)
TEXT = "放射科主任介绍，人工智能软件先看片，医生再复核，平均每例少用六分钟，漏诊也少了。" * 6


@dataclass
class Answer:
    """What a path answers."""

    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One request as the site saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """A site on loopback: `pages` may be changed at any time."""

    base: str
    pages: dict[str, Answer | Callable[[Asked], Answer]] = field(default_factory=dict)
    log: list[Asked] = field(default_factory=list)

    def put(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> None:
        """Let `path` answer this; underscores in header names become hyphens."""
        raw = body.encode() if isinstance(body, str) else body
        self.pages[path] = Answer(raw, kind, status, {name.replace("_", "-"): value for name, value in headers.items()})

    def put_article(self, path: str, title: str, text: str = TEXT) -> None:
        """Let `path` answer an article page."""
        self.put(
            path, f"<html><head><title>{title}</title></head><body><h1>{title}</h1><div class='content'><p>{text}</p></div></body></html>"
        )

    def put_feed(self, path: str, entries: list[tuple[str, str]], **headers: str) -> None:
        """Let `path` answer a feed of (link, title)."""
        items = "".join(f"<item><title>{title}</title><link>{link}</link></item>" for link, title in entries)
        self.put(
            path,
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>站</title>{items}</channel></rss>',
            "application/rss+xml",
            **headers,
        )

    def asked(self, path: str) -> int:
        """How often `path` was asked for."""
        return sum(1 for one in self.log if one.path == path)

    def source(self, kind: str = "feed", path: str = "/feed.xml", **fields: Any) -> Source:
        """A source of this site."""
        values = {"id": "site", "name": "site", "homepage": f"{self.base}/", "category": "media", "kind": kind, "scope": "on_topic"}
        return Source(**({"urls": (SourceUrl(url=self.base + path),)} | values | fields))  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
        self.site.log.append(asked)
        page = self.site.pages.get(self.path.partition("?")[0]) or self.site.pages.get(self.path)
        answer = page(asked) if callable(page) else page or Answer(b"not found", "text/plain", 404)
        etag = answer.headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            answer = Answer(status=304, headers=answer.headers)
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.kind, "Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = _answer

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a crawl that was cut off and is gone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serve_site(host: str = "127.0.0.1") -> Iterator[Site]:
    """A site that is served while the block runs."""

    class Handler(_Handler):
        pass

    server = _Server((host, 0), Handler)
    Handler.site = Site(f"http://{host}:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Handler.site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

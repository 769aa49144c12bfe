"""Serving the sample sites on loopback, each under an address of its own, and remembering every request."""

from __future__ import annotations

import errno
import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Self

from store.errors import YixunError

from .sites import Site

ROBOTS = b"User-agent: *\nDisallow: /private/\n"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the sample site saw it."""

    host: str
    path: str
    status: int
    bytes: int
    agent: str


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], web: SampleWeb, site: Site) -> None:
        super().__init__(address, _Handler)
        self.web, self.site = web, site


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answer robots.txt, the listing, an article, or 404; 304 to who has it already."""
        path = self.path.partition("?")[0]
        found = self.server.site.answer(path, self.server.web.until)
        if path == "/robots.txt":
            self._send(200, "text/plain", ROBOTS)
        elif found is None:
            self._send(404, "text/plain", b"not here\n")
        else:
            tag = f'"{hashlib.sha256(found.body).hexdigest()[:16]}"'
            same = found.status == 200 and self.headers.get("If-None-Match") == tag
            self._send(304 if same else found.status, found.type, b"" if same else found.body, tag)

    def _send(self, status: int, kind: str, body: bytes, tag: str | None = None) -> None:
        # Noted before it leaves: who has the answer may look at the log at once.
        agent = self.headers.get("User-Agent", "")
        self.server.web.note(Request(self.server.site.base.removeprefix("http://"), self.path, status, len(body), agent))
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body)


class SampleWeb:
    """All sample sites, served while the block lasts. `until` is the moment up to which they have published."""

    def __init__(self, sites: list[Site], until: datetime) -> None:
        self.sites = sites
        self.until = until
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self._servers: list[_Server] = []

    def note(self, request: Request) -> None:
        """Remember a request."""
        with self._lock:
            self.requests.append(request)

    def __enter__(self) -> Self:
        self._servers = self._bind()
        for server in self._servers:
            host, port = server.server_address[:2]
            server.site.base = f"http://{host!s}:{port}"
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _bind(self) -> list[_Server]:
        """One server a site: 127.0.0.2, .3 … on one port; where only 127.0.0.1 can be bound, a port for each."""
        for _ in range(20):
            servers: list[_Server] = []
            try:
                for number, site in enumerate(self.sites):
                    port = servers[0].server_address[1] if servers else 0
                    servers.append(_Server((f"127.0.0.{number + 2}", int(port)), self, site))
                return servers
            except OSError as error:
                for server in servers:
                    server.server_close()
                if error.errno != errno.EADDRINUSE:
                    return [_Server(("127.0.0.1", 0), self, site) for site in self.sites]
        raise YixunError("no port is free on all of 127.0.0.2 and the following addresses", subject="demo")

"""What the daemon answers over HTTP: /healthz, /readyz and /metrics, for supervisors and Prometheus. No secret, no news."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Thread
from typing import NamedTuple

import structlog


class Answer(NamedTuple):
    """Status, content type and body of one answer."""

    status: int
    kind: str
    body: bytes


def as_json(status: int, value: object) -> Answer:
    """An answer of one JSON object."""
    return Answer(status, "application/json", json.dumps(value, ensure_ascii=False).encode() + b"\n")


Routes = dict[str, Callable[[], Answer]]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, place: tuple[str, int], routes: Routes) -> None:
        self.address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self.routes = routes
        super().__init__(place, _Reply)

    def server_bind(self) -> None:
        """Bind, without asking the network for the name of this machine."""
        TCPServer.server_bind(self)


class _Reply(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10  # seconds a client may take to say what it wants
    server_version = "yixun"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer one question."""
        route = self.server.routes.get(self.path.partition("?")[0])
        answer = route() if route else as_json(404, {"there are": sorted(self.server.routes)})
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """A question a minute from every supervisor is nothing to write down."""
        structlog.get_logger().debug("asked", request=format % args)


@contextmanager
def answering(place: tuple[str, int] | None, routes: Routes) -> Iterator[str]:
    """Answer at `place` during the block, or at another port of that host where it is taken; yields the address, "" for nowhere.

    A host that cannot be listened on is told in the log and stops nothing.
    """
    server = _listen(place, routes) if place else None
    if server is None:
        yield ""
        return
    Thread(target=server.serve_forever, name="health", daemon=True).start()
    host, port = server.server_address[:2]
    try:
        yield f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"
    finally:
        server.shutdown()
        server.server_close()


def _listen(place: tuple[str, int], routes: Routes) -> _Server | None:
    host, port = place
    for wanted in (port, 0):
        try:
            return _Server((host, wanted), routes)
        except OSError as error:
            structlog.get_logger().warning("health.listen cannot be had", host=host, port=wanted, error=error.strerror or str(error))
    return None

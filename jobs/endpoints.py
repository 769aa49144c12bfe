"""A small web server: what the daemon answers to supervisors and Prometheus, and `yixun serve` to readers."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import BoundedSemaphore, Thread
from typing import Any, NamedTuple

import structlog

MOST_BYTES = 8192  # of what a client may send along
_AT_ONCE = 64  # clients


class Asked(NamedTuple):
    """One question: GET or POST, the path with its query, and what was sent along."""

    method: str
    path: str
    body: bytes


class Answer(NamedTuple):
    """Status, content type, body and further headers of one answer."""

    status: int
    kind: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


Respond = Callable[[Asked], Answer]
Routes = dict[str, Callable[[], Answer]]


def as_json(status: int, value: object) -> Answer:
    """An answer of one JSON object."""
    return Answer(status, "application/json", json.dumps(value, ensure_ascii=False).encode() + b"\n")


def by_path(routes: Routes) -> Respond:
    """Answers questions that only look, by their path."""

    def respond(asked: Asked) -> Answer:
        route = routes.get(asked.path.partition("?")[0])
        if route is None:
            return as_json(404, {"there are": sorted(routes)})
        return route() if asked.method == "GET" else as_json(405, {"only": "GET"})

    return respond


class WebServer(ThreadingHTTPServer):
    """Answers one question a connection, as many at once as it bears. Raises OSError where it cannot listen."""

    daemon_threads = True

    def __init__(self, place: tuple[str, int], respond: Respond) -> None:
        self.address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self.respond = respond
        self._room = BoundedSemaphore(_AT_ONCE)
        super().__init__(place, _Reply)

    @property
    def address(self) -> str:
        """Where it listens, as a web address."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    def server_bind(self) -> None:
        """Bind, without asking the network for the name of this machine."""
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; a client too many is hung up on."""
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Make room again when the answer is given."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()


class _Reply(BaseHTTPRequestHandler):
    server: WebServer
    timeout = 10  # seconds a client may take to say what it wants
    server_version = "yixun"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a question that only looks."""
        self._send(self.server.respond(Asked("GET", self.path, b"")))

    def do_HEAD(self) -> None:
        """The same without its body."""
        self._send(self.server.respond(Asked("GET", self.path, b"")), with_body=False)

    def do_POST(self) -> None:
        """Answer a question that acts."""
        said = self.headers.get("Content-Length", "0")
        length = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else MOST_BYTES + 1
        if length > MOST_BYTES:
            self._send(Answer(413, "text/plain; charset=utf-8", b"too long\n"))
            return
        self._send(self.server.respond(Asked("POST", self.path, self.rfile.read(length))))

    def _send(self, answer: Answer, *, with_body: bool = True) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """A question a minute from every supervisor is nothing to write down."""
        structlog.get_logger().debug("asked", request=format % args)


@contextmanager
def answering(place: tuple[str, int] | None, routes: Routes) -> Iterator[str]:
    """Answer at `place` during the block, or at another port of that host where it is taken; yields the address, "" for nowhere.

    A host that cannot be listened on is told in the log and stops nothing.
    """
    server = _listen(place, by_path(routes)) if place else None
    if server is None:
        yield ""
        return
    Thread(target=server.serve_forever, name="health", daemon=True).start()
    try:
        yield server.address
    finally:
        server.shutdown()
        server.server_close()


def _listen(place: tuple[str, int], respond: Respond) -> WebServer | None:
    host, port = place
    for wanted in (port, 0):
        try:
            return WebServer((host, wanted), respond)
        except OSError as error:
            structlog.get_logger().warning("health.listen cannot be had", host=host, port=wanted, error=error.strerror or str(error))
    return None

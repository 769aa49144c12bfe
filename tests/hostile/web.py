"""A web server that answers each path with raw bytes, however wrong, on several loopback addresses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

Respond = Callable[[socket.socket], None]


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    routes: dict[str, Respond]


class _Handler(BaseRequestHandler):
    def handle(self) -> None:
        connection: socket.socket = self.request
        connection.settimeout(20)
        head = b""
        with suppress(OSError):
            while b"\r\n\r\n" not in head and len(head) < 65536:
                got = connection.recv(65536)
                if not got:
                    return
                head += got
            path = head.split(b" ", 2)[1].decode("latin-1").partition("?")[0]
            respond = self.server.routes.get(path)  # type: ignore[attr-defined]
            if respond is None:
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                respond(connection)
            connection.shutdown(socket.SHUT_WR)


@contextmanager
def serve(routes: dict[str, Respond], *, hosts: int) -> Iterator[list[str]]:
    """Serve `routes` on 127.0.0.1 … 127.0.0.N; yields the N base addresses."""
    first = _Server(("127.0.0.1", 0), _Handler)
    port = first.server_address[1]
    servers = [first]
    for number in range(2, hosts + 1):
        # Where only 127.0.0.1 can be bound, all share it.
        with suppress(OSError):
            servers.append(_Server((f"127.0.0.{number}", port), _Handler))
    for server in servers:
        server.routes = routes
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    try:
        yield [f"http://{server.server_address[0]!s}:{port}" for server in servers]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()

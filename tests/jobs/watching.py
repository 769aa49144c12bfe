"""Servers that hear what the daemon tells: a web server for webhooks and pings, a mail server, the socket of systemd."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Ear(ThreadingHTTPServer):
    """A web server that keeps what it is told, and answers with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keep)
        self.heard: list[tuple[str, str]] = []
        self.status = 200
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def place(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def said(self, path: str) -> list[str]:
        """The bodies that came to a path."""
        return [body for where, body in self.heard if where == path]

    def titles(self) -> list[str]:
        """The titles of the webhooks that Apprise sent to /hook."""
        return [json.loads(body)["title"] for body in self.said("/hook")]


class _Keep(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
        self.server.heard.append((self.path, body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def an_ear() -> Iterator[Ear]:
    """A web server that hears."""
    ear = Ear()
    try:
        yield ear
    finally:
        ear.shutdown()
        ear.server_close()


class Letters:
    """What a mail server took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


@contextmanager
def a_mail_server() -> Iterator[tuple[Letters, int]]:
    """A mail server on a port of its own, and what it takes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    letters = Letters()
    controller = Controller(letters, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield letters, port
    finally:
        controller.stop()


@contextmanager
def systemd_socket(path: Path) -> Iterator[list[str]]:
    """A socket as systemd gives it; yields the messages that come."""
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))
        line.settimeout(0.2)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    heard.append(line.recv(4096).decode())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield heard
        finally:
            over.set()
            thread.join()


def wait_for(rule: Callable[[], object], seconds: float = 150) -> None:
    """Wait until `rule` holds."""
    end = time.monotonic() + seconds
    while not rule():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.1)

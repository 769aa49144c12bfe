"""`yixun digest` with a store of one week, and a mail server that knows one reader."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from typer.testing import CliRunner, Result

from jobs.cli.app import build_app


class Picky:
    """A mail server that knows one reader only."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []

    @property
    def mails(self) -> int:
        """How many mails it took."""
        return len(self.received)

    def text(self) -> str:
        """The plain text of the last mail."""
        body = self.received[-1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address != "ann@example.org":
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def picky_server() -> Iterator[tuple[Picky, int]]:
    """The server and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    server = Picky()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server, port
    finally:
        controller.stop()


def run(config: Path, *words: str) -> Result:
    """The result of `yixun digest …` with this configuration."""
    return CliRunner().invoke(build_app(), ["digest", *words, "--config", str(config)])

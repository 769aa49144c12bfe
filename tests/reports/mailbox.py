"""A real mail server as tests see it: what it received, and what it answers."""

from __future__ import annotations

import socket
from asyncio import WriteTransport
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

ANN, BEN = "ann@example.org", "ben@example.org"


class Mailbox:
    """A mail server's memory and its moods."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.refused: dict[str, str] = {}  # recipient → reply to RCPT
        self.answers: list[str] = []  # replies to the text, before 250 becomes the rule
        self.drop_after_data = False
        self.heard: list[str] = []  # recipients as RCPT named them
        self.sessions = 0

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        self.heard.append(address)
        if reply := self.refused.get(address):
            if reply.startswith("4"):
                del self.refused[address]
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append((list(envelope.rcpt_tos), envelope.content))
        if self.drop_after_data:
            assert isinstance(server.transport, WriteTransport)
            server.transport.abort()
        return self.answers.pop(0) if self.answers else "250 OK"

    def read(self) -> list[EmailMessage]:
        """The mails received."""
        return [message_from_bytes(raw, policy=policy.default) for _, raw in self.mails]


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])

"""A real mail server as tests see it: what it received, and what it answers."""

from __future__ import annotations

import socket
from asyncio import WriteTransport
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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


def make_certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    path = folder / "server.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + private)
    return path

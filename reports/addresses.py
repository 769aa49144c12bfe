"""Mail addresses: what is one, what stands in its stead on the wire, and when two are the same reader's."""

from __future__ import annotations

import re
from email.headerregistry import Address as HeaderAddress
from email.utils import parseaddr
from typing import Annotated

import idna
from pydantic import AfterValidator

# Deliberately narrower than RFC 5322 and 6531: what mail servers of teams accept, and nothing that could smuggle a header.
_ATOM = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+"
_ASCII = re.compile(rf"{_ATOM}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LOCAL = re.compile(r"(?:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]|[^\W_])+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]")

CHANNEL = "channel:"  # and a name: a recipient that is no address


def check_address(value: str) -> str:
    """Return a bare mail address in ASCII unchanged. Raises ValueError for anything else."""
    if not _ASCII.fullmatch(value):
        raise ValueError(f"expected a mail address such as reader@example.org, got {value!r}")
    return value


def check_recipient(value: str) -> str:
    """Return `address` or `Name <address>` unchanged; the address may go beyond ASCII on both sides of its @. Raises ValueError else."""
    if "<" in value and not re.fullmatch(r"[^<>]*[^<>\s][^<>]*<[^<>\s]+>\s*", value):
        raise ValueError(f"expected an address or `Name <address>`, got {value!r}")
    wire_address(value)
    return value


def check_sender(value: str) -> str:
    """Return `address` or `Name <address>` unchanged; the address is ASCII. Raises ValueError for anything else."""
    if _CONTROL.search(value) or not _ASCII.fullmatch(parseaddr(value)[1]):
        raise ValueError(f"expected an address or `Name <address>`, got {value!r}")
    return value


def check_listen(value: str) -> str:
    """Return `HOST:PORT`, or the empty text, unchanged. Raises ValueError for anything else."""
    host, _, port = value.rpartition(":")
    if value and not (host and port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError(f"expected HOST:PORT as 127.0.0.1:8086, got {value!r}")
    return value


def place(listen: str) -> tuple[str, int] | None:
    """Host and port of `HOST:PORT`; None for the empty text."""
    host, _, port = listen.rpartition(":")
    return (host.strip("[]"), int(port)) if listen else None


Address = Annotated[str, AfterValidator(check_address)]
Recipient = Annotated[str, AfterValidator(check_recipient)]
Sender = Annotated[str, AfterValidator(check_sender)]
Listen = Annotated[str, AfterValidator(check_listen)]


def wire_address(recipient: str) -> str:
    """The address of a recipient as a mail server is told it: without the name, the domain in ASCII. Raises ValueError for what is none."""
    address = parseaddr(recipient)[1] if "<" in recipient else recipient
    local, _, domain = address.rpartition("@")
    try:
        wire = f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError as error:
        raise ValueError(f"expected a mail address such as reader@example.org, got {recipient!r}: {error}") from error
    if _CONTROL.search(recipient) or not _LOCAL.fullmatch(local) or not _ASCII.fullmatch(f"x@{wire.rpartition('@')[2]}"):
        raise ValueError(f"expected a mail address such as reader@example.org, got {recipient!r}")
    return wire


def named(address: str, name: str) -> str:
    """`Name <address>`. Raises ValueError where either cannot stand there."""
    wire_address(address)
    quoted = f'"{name.replace(chr(34), chr(39))}"' if re.search(r"[^\w\s.-]|\.", name) else name
    return check_recipient(f"{quoted} <{address}>")


def reader_key(recipient: str) -> str:
    """What stands for a reader in the ledger: the same however the name and the capitals of the address are written."""
    return wire_address(recipient).casefold()


def recipient_key(recipient: str) -> str:
    """What stands for a recipient in the ledger: `channel:NAME` is one as it stands, any other is a reader's address."""
    return recipient if recipient.startswith(CHANNEL) else reader_key(recipient)


def header_address(recipient: str) -> HeaderAddress:
    """A recipient as the value of a To header."""
    name = parseaddr(recipient)[0] if "<" in recipient else ""
    local, _, domain = wire_address(recipient).rpartition("@")
    return HeaderAddress(display_name=name, username=local, domain=domain)

"""What a mail that came back means: a bounce (RFC 3464), a complaint (RFC 5965), a wish to leave, or nothing for us. Pure.

Whatever the bytes are, something comes of them: a mail that cannot be made out is none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr

from store.status import ReturnedKind

_LONGEST = 300
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_TOKEN = re.compile(r"\b(\d+-\d+\.[\w-]{22})(?![\w-])")
_LEAVE = re.compile(r"^\s*(?:re\s*[:：]\s*)?(unsubscribe|退订|取消订阅|remove me)\b[\s。.!！]*(.*)$", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Returned:
    """One mail that came back: what it is, of whom and of which mail of ours, as far as it says so.

    `references` are Message-IDs of ours that it may answer or return; `token` is the signed one of a wish to leave; `rest` is what
    stands behind the word in its subject.
    """

    kind: ReturnedKind
    address: str | None = None
    references: tuple[str, ...] = ()
    token: str | None = None
    rest: str = ""
    said: str = ""


def read_returned(raw: bytes) -> list[Returned]:
    """What a mail means, one answer a recipient that it reports on, one at least."""
    try:
        return _read(message_from_bytes(raw))
    except RecursionError:
        # Parts within parts without end: nobody's mail program writes that.
        return [Returned(ReturnedKind.other)]


def _read(message: Message) -> list[Returned]:
    report = str(message.get_param("report-type") or "").lower()
    if report == "delivery-status":
        return _bounces(message) or [Returned(ReturnedKind.other)]
    if report == "feedback-report":
        return [_complaint(message)]
    return [_wish(message)]


def _bounces(message: Message) -> list[Returned]:
    references = tuple(_ids_of_original(message))
    found = []
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status" or not isinstance(part.get_payload(), list):
            continue
        for fields in part.get_payload():
            if isinstance(fields, Message) and (kind := _kind(fields)) is not None:
                address = _address(fields.get("Original-Recipient")) or _address(fields.get("Final-Recipient"))
                said = _line(fields.get("Diagnostic-Code") or fields.get("Status"))
                found.append(Returned(kind, address, references, said=said))
    return found


def _kind(fields: Message) -> ReturnedKind | None:
    """Hard or soft, by action and status of one recipient; None for what did arrive or still may."""
    if _line(fields.get("Action")).lower() != "failed":
        return None
    status = _STATUS.search(_line(fields.get("Status")))
    # A full mailbox (x.2.2) may have room again; a policy (x.7.x) is about the mail.
    soft = status is None or status[1] == "4" or (status[2], status[3]) == ("2", "2") or status[2] == "7"
    return ReturnedKind.soft if soft else ReturnedKind.hard


def _address(field: object) -> str | None:
    """The address of `rfc822; ann@example.org`."""
    _, _, written = _line(field).rpartition(";")
    address = parseaddr(written.strip())[1]
    return address if "@" in address else None


def _ids_of_original(message: Message) -> Iterator[str]:
    """The Message-IDs of the mail that a report returns, whole or its headers alone."""
    for part in message.walk():
        if part is message:
            continue
        if part.get_content_type() == "text/rfc822-headers":
            part = _as_message(part)
        yield from _MESSAGE_ID.findall(_line(part.get("Message-ID")))


def _as_message(part: Message) -> Message:
    """The fields that a part holds as its text."""
    payload = part.get_payload(decode=True)
    return message_from_bytes(payload if isinstance(payload, bytes) else b"")


def _complaint(message: Message) -> Returned:
    address = None
    for part in message.walk():
        if part.get_content_type() == "message/feedback-report":
            payload: object = part.get_payload()
            below = payload[0] if isinstance(payload, list) and payload else None
            fields = below if isinstance(below, Message) else _as_message(part)
            address = address or _address(fields.get("Original-Rcpt-To"))
    return Returned(ReturnedKind.complaint, address, tuple(_ids_of_original(message)), said="reported as spam")


def _wish(message: Message) -> Returned:
    """A wish to leave, in the subject of a mail or in the first line of an answer; else nothing for us."""
    subject = _decoded(message.get("Subject"))
    first = next((line for line in _text(message).splitlines() if line.strip()), "")
    found = _LEAVE.match(subject) or (_LEAVE.match(first) if len(first) < 60 else None)
    # What a program sends by itself, a note of absence for one, is nobody's wish.
    automatic = _line(message.get("Auto-Submitted") or "no").lower().startswith("auto-replied")
    if found is None or automatic:
        return Returned(ReturnedKind.other)
    token = _TOKEN.search(found[2])
    references = tuple(_MESSAGE_ID.findall(f"{_line(message.get('In-Reply-To'))} {_line(message.get('References'), longest=4000)}"))
    address = parseaddr(_decoded(message.get("From")))[1] or None
    return Returned(ReturnedKind.unsubscribe, address, references, token[1] if token else None, found[2].strip()[:80], "asked to leave")


def _text(message: Message) -> str:
    """The plain text of a mail, its beginning."""
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return _bytes_as_text(payload[:2000], part.get_content_charset())
    return ""


def _decoded(field: object) -> str:
    """A header as people read it, on one line."""
    if field is None:
        return ""
    try:
        parts = decode_header(str(field))
    except ValueError:
        return _line(field)
    return _line("".join(_bytes_as_text(part, charset) if isinstance(part, bytes) else part for part, charset in parts))


def _bytes_as_text(written: bytes, charset: str | None) -> str:
    try:
        return written.decode(charset or "utf-8", "replace")
    except LookupError:
        return written.decode("utf-8", "replace")


def _line(value: object, *, longest: int = _LONGEST) -> str:
    return " ".join(str(value or "").split())[:longest]

"""Mails that came back: which were read, and to what they refer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, select

from .models import Delivery, DigestIssue, MailboxPlace, ReturnedMail


def is_read(session: Session, key: str) -> bool:
    """Whether the mail with this key was read before."""
    return session.exec(select(ReturnedMail.id).where(ReturnedMail.key == key)).first() is not None


def mailed_as(session: Session, message_ids: Iterable[str]) -> list[tuple[Delivery, str]]:
    """The deliveries that went out under one of these Message-IDs, each with the name of its digest."""
    rule = col(Delivery.message_id).in_(list(message_ids))
    rows = session.exec(select(Delivery, DigestIssue.digest).join(DigestIssue, col(DigestIssue.id) == Delivery.issue_id).where(rule))
    return [(row, digest) for row, digest in rows]


def place_of(session: Session, mailbox: str) -> MailboxPlace | None:
    """How far a mailbox was read."""
    return session.get(MailboxPlace, mailbox)


def note_place(session: Session, mailbox: str, validity: str, last_uid: int, *, now: datetime) -> None:
    """Keep how far a mailbox was read."""
    row = session.get(MailboxPlace, mailbox) or MailboxPlace(name=mailbox, validity=validity, last_uid=last_uid, read_at=now)
    row.validity, row.last_uid, row.read_at = validity, last_uid, now
    session.add(row)

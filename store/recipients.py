"""Who gets which digest: readers kept in the store, those who left, those who must confirm first, and those no server takes mail for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from .models import Delivery, Recipient, SigningKey
from .status import DeliveryState, RecipientState

# After so many issues in a row that were refused for good, nothing more is sent to an address.
SUPPRESSED_AFTER = 2
_LINKS = "links"


def find_recipient(session: Session, digest: str, address: str) -> Recipient | None:
    """The reader of a digest with this address, written as a key (`reader_key`)."""
    return session.exec(select(Recipient).where(Recipient.digest == digest, Recipient.address == address)).first()


def recipients_of(session: Session, digest: str | None = None, *, address: str | None = None) -> list[Recipient]:
    """The readers of one digest or of all, by digest and address; with `address` those of that one alone."""
    query = select(Recipient).order_by(col(Recipient.digest), col(Recipient.address))
    if digest is not None:
        query = query.where(Recipient.digest == digest)
    if address is not None:
        query = query.where(Recipient.address == address)
    return list(session.exec(query))


def enlist(
    session: Session, digest: str, address: str, written: str, *, language: str | None = None, waits: bool = False, now: datetime
) -> tuple[Recipient, bool]:
    """Keep a reader of a digest, and whether that changed anything. Who left stays out: `welcome_back` is for a person to say.

    With `waits` a new reader gets nothing before confirming. One who is there gets the name and the language given now.
    """
    row = find_recipient(session, digest, address)
    if row is None:
        state = RecipientState.waiting if waits else RecipientState.active
        row = Recipient(digest=digest, address=address, written=written, language=language, state=state, added_at=now)
        session.add(row)
        session.flush()
        return row, True
    before = (row.kept_here, row.written, row.language)
    row.kept_here, row.written, row.language = True, written, language
    session.add(row)
    return row, before != (row.kept_here, row.written, row.language)


def note_listed(session: Session, digest: str, address: str, written: str, *, now: datetime) -> Recipient:
    """The row of a reader whom the configuration names, made where there is none."""
    row = find_recipient(session, digest, address)
    if row is None:
        row = Recipient(digest=digest, address=address, written=written, kept_here=False, added_at=now)
        session.add(row)
        session.flush()
    return row


def welcome_back(session: Session, row: Recipient) -> None:
    """Send to a reader again who left, or who had not confirmed."""
    row.state, row.left_at, row.left_by = RecipientState.active, None, None
    session.add(row)


def confirm(session: Session, row: Recipient, *, now: datetime) -> None:
    """Take a reader's word that the digest is wanted. Who left meanwhile is back by it."""
    welcome_back(session, row)
    row.confirmed_at = row.confirmed_at or now


def unsubscribe(session: Session, row: Recipient, *, by: str, now: datetime) -> bool:
    """Send nothing more to this reader; False where that was so already."""
    if row.state == RecipientState.unsubscribed:
        return False
    row.state, row.left_at, row.left_by = RecipientState.unsubscribed, now, by
    session.add(row)
    return True


def refused_addresses(session: Session, addresses: Iterable[str] | None = None, *, but_for: int | None = None) -> set[str]:
    """Addresses that were refused for good with each of the last two issues they were tried with, the issue `but_for` aside.

    Looks at `addresses` only, or at every address there is.
    """
    ended = (DeliveryState.sent, DeliveryState.refused)
    place = func.row_number().over(partition_by=col(Delivery.recipient), order_by=(col(Delivery.tried_at).desc(), col(Delivery.id).desc()))
    tried = columns(col(Delivery.recipient), col(Delivery.state), place.label("place")).where(col(Delivery.state).in_(ended))
    if but_for is not None:
        tried = tried.where(col(Delivery.issue_id) != but_for)
    if addresses is None:
        refused = columns(col(Delivery.recipient)).where(col(Delivery.state) == DeliveryState.refused)
        return _refused(session, tried.where(col(Delivery.recipient).in_(refused)))
    asked, found = list(dict.fromkeys(addresses)), set()
    for start in range(0, len(asked), 500):
        found |= _refused(session, tried.where(col(Delivery.recipient).in_(asked[start : start + 500])))
    return found


def _refused(session: Session, tried: Any) -> set[str]:
    last = tried.subquery()
    counted = columns(last.c.recipient).where(last.c.place <= SUPPRESSED_AFTER, last.c.state == DeliveryState.refused)
    rows = session.connection().execute(counted.group_by(last.c.recipient).having(func.count() == SUPPRESSED_AFTER))
    return {row[0] for row in rows}


def remove(session: Session, rows: Sequence[Recipient]) -> None:
    """Take readers out of the store. One who left is kept as such, so that no later import brings the address back."""
    for row in rows:
        if row.state == RecipientState.unsubscribed:
            row.kept_here = False
            session.add(row)
        else:
            session.delete(row)


def signing_key(session: Session, *, now: datetime) -> bytes:
    """The key that signs links of mails, made at first need. Raises IntegrityError where another made it at the same moment."""
    row = session.get(SigningKey, _LINKS)
    if row is None:
        row = SigningKey(name=_LINKS, secret=token_urlsafe(32), made_at=now)
        session.add(row)
        session.flush()
    return row.secret.encode()

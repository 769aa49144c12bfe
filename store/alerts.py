"""Alerts: each trouble that needs a person is one row while it lasts, and is told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from .models import Alert
from .status import AlertKind

# What comes back so soon after it was told is the same trouble: nothing is told again.
SAME_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """A trouble as it is now: what it is about, what happened, since when (aware UTC), and what to do."""

    kind: AlertKind
    subject: str
    what: str
    since: datetime
    todo: str = ""


def update_alerts(session: Session, found: Iterable[Found], *, now: datetime) -> None:
    """Open an alert for each trouble that has none, keep the others up to date, and close those whose trouble is gone.

    A trouble that comes back within `SAME_WITHIN` opens its old alert again.
    """
    open_ones = {(row.kind, row.subject): row for row in session.exec(select(Alert).where(col(Alert.closed_at).is_(None)))}
    for one in found:
        row = open_ones.pop((one.kind, one.subject), None) or _again(session, one, now)
        row.what, row.todo, row.seen_at, row.closed_at = one.what, one.todo, now, None
        session.add(row)
    for row in open_ones.values():
        row.closed_at = now


def _again(session: Session, one: Found, now: datetime) -> Alert:
    """The alert of the same trouble that was closed a short while ago, else a new one."""
    recent = select(Alert).where(Alert.kind == one.kind, Alert.subject == one.subject, col(Alert.told_at) > now - SAME_WITHIN)
    known = session.exec(recent.order_by(col(Alert.id).desc()).limit(1)).first()
    return known or Alert(kind=one.kind, subject=one.subject, what=one.what, since=one.since, seen_at=now)


def untold(session: Session) -> tuple[list[Alert], list[Alert]]:
    """The alerts that nobody was told of yet: those that are open, and those that were told and are healed since."""
    opened = select(Alert).where(col(Alert.closed_at).is_(None), col(Alert.told_at).is_(None))
    told = (col(Alert.closed_at).is_not(None), col(Alert.told_at).is_not(None), col(Alert.healing_told_at).is_(None))
    return list(session.exec(opened.order_by(col(Alert.id)))), list(session.exec(select(Alert).where(*told).order_by(col(Alert.id))))


def note_told(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Record that people were told of these alerts: of the trouble, or of its end where it has one."""
    for row in session.exec(select(Alert).where(col(Alert.id).in_(list(ids)))):
        if row.closed_at is None:
            row.told_at = now
        else:
            row.healing_told_at = now

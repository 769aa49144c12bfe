"""What the scheduler did: one row a job and slot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, or_, select

from .database import session_scope
from .models import Ledger
from .sources import CLOCK_SLACK
from .status import LedgerStatus

# What of a slot is still owed.
OWED = (LedgerStatus.waiting, LedgerStatus.running, LedgerStatus.failed)


def rows_of(session: Session, job: str) -> dict[datetime, Ledger]:
    """The rows of a job by slot (aware UTC)."""
    return {row.slot: row for row in session.exec(select(Ledger).where(Ledger.job == job))}


def find_slot(session: Session, job: str, slot: datetime) -> Ledger | None:
    """The row of a job and slot."""
    return session.exec(select(Ledger).where(Ledger.job == job, Ledger.slot == slot)).first()


def list_slots(session: Session, job: str | None = None, *, limit: int) -> list[Ledger]:
    """The last slots of one job or of all, the latest first."""
    query = select(Ledger).order_by(col(Ledger.slot).desc(), col(Ledger.job)).limit(limit)
    return list(session.exec(query.where(Ledger.job == job) if job else query))


def note_missed(session: Session, job: str, slot: datetime, *, now: datetime) -> None:
    """Record that nothing ran for a slot."""
    note = f"nothing ran between {slot:%Y-%m-%d %H:%M} UTC and {now:%Y-%m-%d %H:%M} UTC"
    session.add(Ledger(job=job, slot=slot, finished_at=now, status=LedgerStatus.missed, note=note))


def open_slot(engine: Engine, job: str, slot: datetime, *, now: datetime) -> Ledger:
    """Record, in a transaction of its own, that work for a slot begins now.

    A row that is there already is begun anew; while it is owed, it keeps the moment when it was first begun.
    """
    with session_scope(engine) as session:
        row = find_slot(session, job, slot) or Ledger(job=job, slot=slot)
        began = row.started_at if row.status in OWED else None
        row.status, row.started_at, row.finished_at, row.note = LedgerStatus.running, began or now, None, ""
        session.add(row)
    return row


def close_slot(engine: Engine, row: Ledger, *, status: LedgerStatus, note: str, now: datetime) -> None:
    """Record, in a transaction of its own, how the work of `row` ended."""
    with session_scope(engine) as session:
        row.status, row.finished_at, row.note = status, now, note
        session.add(row)


def set_slot(session: Session, job: str, slot: datetime, status: LedgerStatus, *, note: str, now: datetime) -> Ledger:
    """Write a person's word on a slot, whether it has a row or not: `waiting` to have it worked on, `skipped` to let it go."""
    row = find_slot(session, job, slot) or Ledger(job=job, slot=slot)
    row.status, row.note, row.started_at = status, note, None
    row.finished_at = None if status == LedgerStatus.waiting else now
    session.add(row)
    session.flush()
    return row


def close_left_open(session: Session) -> None:
    """Record as failed what a scheduler that is gone left in the middle; a weekly slot among them is taken up again."""
    for row in session.exec(select(Ledger).where(col(Ledger.status) == LedgerStatus.running)):
        row.status, row.note = LedgerStatus.failed, "its process ended in the middle"


def forget_future(session: Session, *, now: datetime) -> int:
    """Delete what was recorded under a clock that ran ahead of `now`, so that it closes no slot; returns how many rows."""
    latest = now + CLOCK_SLACK
    ahead = or_(col(Ledger.slot) > latest, col(Ledger.finished_at) > latest, col(Ledger.started_at) > latest)
    return session.connection().execute(delete(Ledger).where(ahead)).rowcount

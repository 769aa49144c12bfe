"""What the scheduler did: one row a job and slot."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from .database import session_scope
from .models import Ledger
from .status import LedgerStatus


def rows_of(session: Session, job: str) -> dict[datetime, Ledger]:
    """The rows of a job by slot (aware UTC)."""
    return {row.slot: row for row in session.exec(select(Ledger).where(Ledger.job == job))}


def note_missed(session: Session, job: str, slot: datetime, *, now: datetime) -> None:
    """Record that nothing ran for a slot."""
    note = f"nothing ran between {slot:%Y-%m-%d %H:%M} UTC and {now:%Y-%m-%d %H:%M} UTC"
    session.add(Ledger(job=job, slot=slot, finished_at=now, status=LedgerStatus.missed, note=note))


def open_slot(engine: Engine, job: str, slot: datetime, *, now: datetime) -> Ledger:
    """Record, in a transaction of its own, that work for a slot begins now; a row that is there already is begun anew."""
    with session_scope(engine) as session:
        row = session.exec(select(Ledger).where(Ledger.job == job, Ledger.slot == slot)).first() or Ledger(job=job, slot=slot)
        row.status, row.started_at, row.finished_at, row.note = LedgerStatus.running, now, None, ""
        session.add(row)
    return row


def close_slot(engine: Engine, row: Ledger, *, status: LedgerStatus, note: str, now: datetime) -> None:
    """Record, in a transaction of its own, how the work of `row` ended."""
    with session_scope(engine) as session:
        row.status, row.finished_at, row.note = status, now, note
        session.add(row)


def close_left_open(session: Session) -> None:
    """Record as failed what a scheduler that is gone left in the middle; a weekly slot among them is taken up again."""
    for row in session.exec(select(Ledger).where(col(Ledger.status) == LedgerStatus.running)):
        row.status, row.note = LedgerStatus.failed, "its process ended in the middle"

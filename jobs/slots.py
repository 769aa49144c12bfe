"""Slots of the scheduler: which are due, which were missed, and work that is recorded slot by slot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import Engine
from sqlmodel import Session

from store.clock import SHANGHAI
from store.database import utc_now
from store.errors import YixunError
from store.ledger import close_slot, note_missed, open_slot, rows_of
from store.models import Ledger

from .settings import ScheduleSettings, Weekday

_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = timedelta(weeks=1)
RETRY_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of work ended, in one word and one line."""

    status: Literal["done", "partly", "failed"]
    note: str = ""


def weekly_slot(day: Weekday, schedule: ScheduleSettings, now: datetime) -> datetime:
    """The last moment not after `now` that is `schedule.digest_time` on `day` in Asia/Shanghai, as aware UTC."""
    local = now.astimezone(SHANGHAI)
    days_since = (local.weekday() - _DAYS.index(day)) % 7
    at = datetime.combine(local.date() - timedelta(days=days_since), schedule.digest_time, SHANGHAI)
    return (at if at <= local else at - _WEEK).astimezone(UTC)


def due_slots(session: Session, job: str, latest: datetime, *, now: datetime, catch_up: timedelta) -> list[datetime]:
    """The slots of a weekly job that are to be worked on now, oldest first, up to `latest`, the last one that has come.

    Slots since the job's last row that lie further back than `catch_up` are recorded as missed. A slot that failed is due again
    after an hour; one that was left in the middle is due at once, for whoever calls this holds the lock of the scheduler.
    """
    rows = rows_of(session, job)
    slots = [latest]
    if rows:
        while (earlier := slots[0] - _WEEK) > max(rows):
            slots.insert(0, earlier)
    due = []
    for slot in slots:
        late = now - slot > catch_up
        row = rows.get(slot)
        if row is None and late and rows:
            note_missed(session, job, slot, now=now)
        elif not late and (row is None or _is_open(row, now)):
            due.append(slot)
    return due


def _is_open(row: Ledger, now: datetime) -> bool:
    if row.status == "failed":
        return row.finished_at is None or now - row.finished_at >= RETRY_AFTER
    return row.status in ("waiting", "running")


def recorded(engine: Engine, job: str, slot: datetime, work: Callable[[], Outcome]) -> Ledger:
    """Do one piece of work and record how it ended. An error is recorded and logged, and goes no further."""
    row = open_slot(engine, job, slot, now=utc_now())
    log = structlog.get_logger().bind(job=job, slot=slot.isoformat())
    try:
        outcome = work()
    except YixunError as error:
        outcome = Outcome("failed", str(error))
    except Exception as error:
        log.exception("failed unexpectedly")
        outcome = Outcome("failed", f"{type(error).__name__}: {' '.join(str(error).split())}"[:500])
    close_slot(engine, row, status=outcome.status, note=outcome.note, now=utc_now())
    log.log({"done": 20, "partly": 30, "failed": 40}[outcome.status], outcome.status, note=outcome.note)
    return row

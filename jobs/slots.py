"""Slots of the scheduler: which are due, which were missed, and work that is recorded slot by slot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import stamina
import structlog

from store.database import Engine, Session, utc_now
from store.errors import StoreError, YixunError
from store.ledger import OWED, close_slot, note_missed, open_slot, rows_of
from store.models import Ledger
from store.status import LedgerStatus

# A little less than an hour, so that a look every hour, which is never on the second, finds a failed slot due each time.
RETRY_AFTER = timedelta(minutes=55)
_LEVELS = {
    LedgerStatus.done: logging.INFO,
    LedgerStatus.waiting: logging.INFO,
    LedgerStatus.partly: logging.WARNING,
    LedgerStatus.failed: logging.ERROR,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of work ended, in one word and one line."""

    status: LedgerStatus
    note: str = ""


def due_slots(
    session: Session, job: str, latest: datetime, *, before: Callable[[datetime], datetime], now: datetime, catch_up: timedelta
) -> list[datetime]:
    """The slots of a job that are to be worked on now, oldest first, up to `latest`, the last one that has come; `before` gives the slot
    that comes before one.

    A job that never had a slot owes the latest, however late it is. Slots since the job's last row that lie further back than
    `catch_up` are recorded as missed. A slot that failed is due again every hour until then; one that waits is due at each look, and
    one that was left in the middle at once, for whoever calls this holds the lock of the scheduler.
    """
    rows = rows_of(session, job)
    if not rows:
        return [latest]
    due = [slot for slot, row in rows.items() if _is_due(row, now, late=now - slot > catch_up)]
    slot = latest
    while slot > max(rows):
        if now - slot > catch_up:
            note_missed(session, job, slot, now=now)
        else:
            due.append(slot)
        slot = before(slot)
    return sorted(due)


def _is_due(row: Ledger, now: datetime, *, late: bool) -> bool:
    if row.status == LedgerStatus.failed:
        return not late and (row.finished_at is None or now - row.finished_at >= RETRY_AFTER)
    return row.status in OWED


def recorded(engine: Engine, job: str, slot: datetime, work: Callable[[], Outcome]) -> Ledger:
    """Do one piece of work and record how it ended. An error is recorded and logged, and goes no further.

    Where the store cannot be written the work is not begun, for nobody would know that it was done.
    """
    try:
        row = open_slot(engine, job, slot, now=utc_now())
    except StoreError as error:
        return unrecorded(job, slot, error)
    log = structlog.get_logger()
    outcome = Outcome(LedgerStatus.failed, "stopped in the middle")
    # Whatever is logged meanwhile, by whomever, says for which job.
    with structlog.contextvars.bound_contextvars(job=job, slot=slot.isoformat()):
        try:
            outcome = work()
        except YixunError as error:
            outcome = Outcome(LedgerStatus.failed, str(error))
        except Exception as error:
            log.exception("failed unexpectedly")
            outcome = Outcome(LedgerStatus.failed, f"{type(error).__name__}: {' '.join(str(error).split())}"[:500])
        finally:
            _close(engine, row, outcome)
        log.log(_LEVELS[outcome.status], outcome.status, note=outcome.note)
    return row


def _close(engine: Engine, row: Ledger, outcome: Outcome) -> None:
    """Record how work ended; a store that cannot be written just then is tried for a while."""
    try:
        for attempt in stamina.retry_context(on=StoreError, attempts=5, timeout=None, wait_initial=1, wait_max=30):
            with attempt:
                close_slot(engine, row, status=outcome.status, note=outcome.note, now=utc_now())
    except StoreError as error:
        structlog.get_logger().error("cannot be recorded", job=row.job, outcome=outcome.status, note=outcome.note, error=str(error))
        row.status, row.note = outcome.status, f"{outcome.note}; not recorded: {error}"


def unrecorded(job: str, slot: datetime, error: StoreError) -> Ledger:
    """What stands for a piece of work that was not begun because the store fails: a row that is not in the store. Logs why."""
    structlog.get_logger().error("not begun", job=job, slot=slot.isoformat(), error=str(error))
    return Ledger(job=job, slot=slot, finished_at=utc_now(), status=LedgerStatus.failed, note=str(error))

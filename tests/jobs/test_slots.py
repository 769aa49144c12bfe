"""The ledger: which slots have come, which were missed, what a failure leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from jobs.settings import ScheduleSettings, Weekday
from jobs.slots import Outcome, due_slots, recorded, weekly_slot
from store.database import session_scope
from store.errors import DeliveryError
from store.ledger import close_left_open
from store.models import Ledger

MONDAY = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
WEEK = timedelta(weeks=1)
CATCH_UP = timedelta(days=6)


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (datetime(2026, 11, 16, 0, 0, tzinfo=UTC), MONDAY),
        (datetime(2026, 11, 15, 23, 59, 59, tzinfo=UTC), MONDAY - WEEK),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), MONDAY),
        (datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC), MONDAY + WEEK),
    ],
)
def test_a_weekly_slot_is_a_moment_in_shanghai(now: datetime, slot: datetime) -> None:
    assert weekly_slot("mon", ScheduleSettings(digest_time=time(8)), now) == slot


@pytest.mark.parametrize(("day", "back"), [("mon", 2), ("tue", 1), ("wed", 0), ("thu", 6), ("fri", 5), ("sat", 4), ("sun", 3)])
def test_a_weekly_slot_may_be_on_any_day(day: Weekday, back: int) -> None:
    wednesday = MONDAY + timedelta(days=2)
    assert weekly_slot(day, ScheduleSettings(digest_time=time(8)), wednesday) == wednesday - timedelta(days=back)


def due(session: Session, now: datetime, latest: datetime) -> list[datetime]:
    found = due_slots(session, "digest weekly", latest, now=now, catch_up=CATCH_UP)
    session.flush()
    return found


def states(session: Session) -> list[tuple[datetime, str]]:
    return [(row.slot, row.status) for row in session.exec(select(Ledger).order_by(Ledger.slot))]  # type: ignore[arg-type]


def test_a_new_store_owes_the_last_slot_only(session: Session) -> None:
    assert due(session, MONDAY + timedelta(hours=3), MONDAY) == [MONDAY]
    assert due(session, MONDAY + timedelta(days=6, hours=1), MONDAY) == []
    assert states(session) == []


def test_what_lies_too_far_back_is_recorded_as_missed_once(session: Session) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY - 4 * WEEK, status="done"))
    session.flush()
    for _ in range(2):
        assert due(session, MONDAY + timedelta(hours=1), MONDAY) == [MONDAY]
        assert states(session) == [(MONDAY - n * WEEK, "done" if n == 4 else "missed") for n in (4, 3, 2, 1)]


@pytest.mark.parametrize(("status", "again"), [("done", False), ("partly", False), ("missed", False), ("running", True), ("waiting", True)])
def test_a_slot_is_worked_on_once(session: Session, status: str, again: bool) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY, status=status, finished_at=MONDAY))
    session.flush()
    assert due(session, MONDAY + timedelta(hours=3), MONDAY) == ([MONDAY] if again else [])


def test_a_failed_slot_is_tried_again_after_an_hour_until_it_is_too_late(session: Session) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY, status="failed", finished_at=MONDAY + timedelta(minutes=5)))
    session.flush()
    assert due(session, MONDAY + timedelta(minutes=30), MONDAY) == []
    assert due(session, MONDAY + timedelta(minutes=65), MONDAY) == [MONDAY]
    assert due(session, MONDAY + timedelta(days=6, hours=1), MONDAY) == []


def test_what_was_left_in_the_middle_is_closed_and_due_again(session: Session) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY, status="running", started_at=MONDAY))
    session.flush()
    close_left_open(session)
    assert states(session) == [(MONDAY, "failed")]
    assert due(session, MONDAY + timedelta(minutes=1), MONDAY) == [MONDAY]


def test_an_error_is_recorded_and_goes_no_further(engine: Engine) -> None:
    def refused() -> Outcome:
        raise DeliveryError("no route", subject="reader@example.org")

    def broken() -> Outcome:
        raise ZeroDivisionError("by\nzero")

    assert recorded(engine, "a", MONDAY, lambda: Outcome("partly", "two of three")).status == "partly"
    assert recorded(engine, "b", MONDAY, refused).note == "reader@example.org: no route"
    assert recorded(engine, "c", MONDAY, broken).note == "ZeroDivisionError: by zero"
    again = recorded(engine, "c", MONDAY, lambda: Outcome("done"))
    with session_scope(engine) as session:
        rows = {row.job: row.status for row in session.exec(select(Ledger))}
    assert rows == {"a": "partly", "b": "failed", "c": "done"}
    assert again.finished_at is not None and again.note == ""

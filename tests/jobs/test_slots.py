"""The ledger: which slots have come, which were missed, what a failure leaves behind."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, select

from jobs.hours import weekly_slot
from jobs.settings import Weekday
from jobs.slots import Outcome, due_slots, recorded
from store.database import session_scope
from store.digests import find_issue, list_issues, set_aside_future_issues
from store.errors import DeliveryError
from store.ledger import close_left_open, forget_future
from store.models import Delivery, DigestIssue, Ledger
from store.settings import StoreSettings

from .command import Yixun

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
    assert weekly_slot("mon", time(8), now) == slot


@pytest.mark.parametrize(("day", "back"), [("mon", 2), ("tue", 1), ("wed", 0), ("thu", 6), ("fri", 5), ("sat", 4), ("sun", 3)])
def test_a_weekly_slot_may_be_on_any_day(day: Weekday, back: int) -> None:
    wednesday = MONDAY + timedelta(days=2)
    assert weekly_slot(day, time(8), wednesday) == wednesday - timedelta(days=back)


def due(session: Session, now: datetime, latest: datetime) -> list[datetime]:
    found = due_slots(session, "digest weekly", latest, before=lambda slot: slot - WEEK, now=now, catch_up=CATCH_UP)
    session.flush()
    return found


def states(session: Session) -> list[tuple[datetime, str]]:
    return [(row.slot, row.status) for row in session.exec(select(Ledger).order_by(Ledger.slot))]  # type: ignore[arg-type]


def test_a_new_store_owes_the_last_slot_only(session: Session) -> None:
    assert due(session, MONDAY + timedelta(hours=3), MONDAY) == [MONDAY]
    assert due(session, MONDAY + timedelta(days=6, hours=1), MONDAY) == [MONDAY]
    assert states(session) == []


def test_what_lies_too_far_back_is_recorded_as_missed_once(session: Session) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY - 4 * WEEK, status="done"))
    session.flush()
    for _ in range(2):
        assert due(session, MONDAY + timedelta(hours=1), MONDAY) == [MONDAY]
        assert states(session) == [(MONDAY - n * WEEK, "done" if n == 4 else "missed") for n in (4, 3, 2, 1)]


@pytest.mark.parametrize(
    ("status", "again"),
    [("done", False), ("partly", False), ("missed", False), ("skipped", False), ("running", True), ("waiting", True)],
)
def test_a_slot_is_worked_on_once(session: Session, status: str, again: bool) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY, status=status, finished_at=MONDAY))
    session.flush()
    assert due(session, MONDAY + timedelta(hours=3), MONDAY) == ([MONDAY] if again else [])


def test_a_failed_slot_is_tried_again_after_an_hour_until_it_is_too_late(session: Session) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY, status="failed", finished_at=MONDAY + timedelta(minutes=5)))
    session.flush()
    assert due(session, MONDAY + timedelta(minutes=30), MONDAY) == []
    assert due(session, MONDAY + timedelta(hours=1, minutes=4, seconds=59), MONDAY) == [MONDAY]
    assert due(session, MONDAY + timedelta(days=6, hours=1), MONDAY) == []


def test_a_slot_that_waits_is_looked_at_until_its_end_however_late(session: Session) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY, status="waiting", started_at=MONDAY))
    session.flush()
    assert due(session, MONDAY + timedelta(days=6, hours=1), MONDAY) == [MONDAY]
    assert due(session, MONDAY + timedelta(days=8), MONDAY + WEEK) == [MONDAY, MONDAY + WEEK]


def test_waiting_keeps_the_moment_when_it_began(engine: Engine) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        recorded(engine, "digest weekly", MONDAY, lambda: Outcome("waiting"))
        clock.move_to(MONDAY + timedelta(hours=5))
        assert recorded(engine, "digest weekly", MONDAY, lambda: Outcome("done")).started_at == MONDAY
        assert recorded(engine, "digest weekly", MONDAY, lambda: Outcome("done")).started_at == MONDAY + timedelta(hours=5)


def test_what_a_clock_that_ran_ahead_recorded_closes_no_slot(session: Session) -> None:
    session.add(Ledger(job="digest weekly", slot=MONDAY - WEEK, status="done", finished_at=MONDAY - WEEK))
    session.flush()
    year_ahead = MONDAY + 52 * WEEK
    due(session, year_ahead, year_ahead)
    session.add(Ledger(job="digest weekly", slot=year_ahead, status="done", finished_at=year_ahead))
    session.flush()
    assert due(session, MONDAY + timedelta(minutes=1), MONDAY) == []
    assert forget_future(session, now=MONDAY + timedelta(minutes=1)) == 53
    assert due(session, MONDAY + timedelta(minutes=1), MONDAY) == [MONDAY]
    assert states(session) == [(MONDAY - WEEK, "done")]


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


def test_a_person_has_a_slot_tried_again_or_lets_it_go(yixun: Yixun, engine: Engine, store_settings: StoreSettings) -> None:
    environ = {"YIXUN_STORE__URL": store_settings.url.get_secret_value()}
    with session_scope(engine) as session:
        session.add(Ledger(job="digest weekly", slot=MONDAY, status="done", started_at=MONDAY, finished_at=MONDAY, note="sent"))
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        (row,) = map(json.loads, yixun("runs", "list", "--json", **environ).stdout.splitlines())
        assert (row["job"], row["status"], row["note"]) == ("digest weekly", "done", "sent")
        assert yixun("runs", "retry", "digest weekly", "2026-11-16", **environ).stdout == "digest weekly 2026-11-16 08:00: waiting\n"
        with session_scope(engine) as session:
            assert due(session, MONDAY + timedelta(days=1), MONDAY) == [MONDAY]
        yixun("runs", "skip", "digest weekly", row["slot"].replace("Z", "+00:00"), **environ)
        with session_scope(engine) as session:
            assert due(session, MONDAY + timedelta(days=1), MONDAY) == []
        # A slot that has come and has no row yet can be let go, too.
        assert yixun("runs", "skip", "prune", "2026-11-15 04:00", **environ).stdout == "prune 2026-11-15 04:00: skipped\n"
        for words in (["retry", "digest monthly", "2026-11-16"], ["skip", "digest weekly", "2026-11-17"]):
            done = yixun("runs", *words, check=2, **environ)
            assert len(done.stderr.splitlines()) == 1


def test_issues_of_a_clock_that_ran_ahead_are_no_word_on_weeks_to_come(session: Session) -> None:
    ahead = MONDAY + 52 * WEEK
    for digest in ("mailed", "built"):
        session.add(
            DigestIssue(
                digest=digest, period="2027-W45", starts_on=ahead.date(), ends_on=ahead.date(), built_at=ahead, language="en", subject=""
            )
        )
    session.flush()
    mailed = find_issue(session, "mailed", "2027-W45")
    assert mailed is not None
    session.add(Delivery(issue_id=mailed.id, recipient="ann@example.org", message_id="<1>", state="sent"))
    session.flush()
    assert set_aside_future_issues(session, now=MONDAY) == 2
    assert [find_issue(session, name, "2027-W45") for name in ("mailed", "built")] == [None, None]
    assert len(list_issues(session)) == 1

"""Digests of every kind: their periods, when they are due, their subjects, and what becomes of an issue that is empty or held."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine

from jobs.config import Settings
from jobs.hours import due_period, last_slot, last_slots, next_slots, slot_before, slot_of
from jobs.issues import send_digest
from jobs.settings import ScheduleSettings
from reports.labels import subject_line
from reports.period import Kind, before, containing, last_whole, named
from reports.settings import DigestSettings, MailSettings
from store.database import session_scope
from store.digests import find_issue
from store.errors import UsageError
from store.settings import StoreSettings
from tests.reports.conftest import an_order, made
from tests.store.rows import NOON, READ, a_source, an_item, grouped

MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai


@pytest.mark.parametrize(
    ("kind", "label", "first", "last"),
    [
        ("day", "2026-11-17", date(2026, 11, 17), date(2026, 11, 17)),
        ("week", "2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        ("fortnight", "2026-W46-W47", date(2026, 11, 9), date(2026, 11, 22)),
        ("month", "2026-11", date(2026, 11, 1), date(2026, 11, 30)),
    ],
)
def test_periods_follow_each_other_without_a_gap_and_are_found_by_their_label(kind: Kind, label: str, first: date, last: date) -> None:
    period = containing(kind, date(2026, 11, 17))
    assert (period.label, period.starts_on, period.ends_on, period.kind) == (label, first, last, kind)
    for _ in range(120):
        earlier = before(period, kind)
        assert earlier.ends_on + timedelta(days=1) == period.starts_on
        assert named(earlier.label) == earlier
        period = earlier
    assert period.starts_on < date(2026, 8, 1)
    assert last_whole(kind, READ).ends_on < date(2026, 11, 23)


@pytest.mark.parametrize("label", ["2026-W47-W48", "2026-13", "2026-02-30", "2026-W60", "next", "2026-W47-2027-W48"])
def test_a_label_of_no_period_is_refused(label: str) -> None:
    with pytest.raises(UsageError):
        named(label)


@pytest.mark.parametrize(
    ("settings", "now", "period", "slot", "upcoming"),
    [
        ({}, MONDAY, "2026-W47", MONDAY, MONDAY + timedelta(weeks=1)),
        ({}, MONDAY - timedelta(seconds=1), "2026-W46", MONDAY - timedelta(weeks=1), MONDAY),
        ({"period": "day", "time": time(7)}, MONDAY, "2026-11-22", MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=23)),
        ({"period": "month"}, MONDAY, "2026-10", datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 12, 7, tzinfo=UTC)),
        (
            {"period": "fortnight", "day": "wed"},
            MONDAY,
            "2026-W44-W45",
            datetime(2026, 11, 11, tzinfo=UTC),
            datetime(2026, 11, 25, tzinfo=UTC),
        ),
        ({"zone": "Europe/Berlin"}, MONDAY, "2026-W46", datetime(2026, 11, 16, 7, tzinfo=UTC), datetime(2026, 11, 23, 7, tzinfo=UTC)),
        # Monday comes to Auckland before Sunday is over in Shanghai: the issue waits until it is.
        (
            {"zone": "Pacific/Auckland", "time": time(1)},
            MONDAY,
            "2026-W46",
            datetime(2026, 11, 22, 12, tzinfo=UTC),
            datetime(2026, 11, 29, 12, tzinfo=UTC),
        ),
    ],
)
def test_each_digest_is_due_by_a_schedule_of_its_own(
    settings: dict[str, Any], now: datetime, period: str, slot: datetime, upcoming: datetime
) -> None:
    digest = DigestSettings(**settings)
    assert (due_period(digest, now).label, last_slot(digest, now)) == (period, slot)
    assert slot_of(digest, due_period(digest, now)) == slot >= due_period(digest, now).bounds()[1]
    both = Settings(digest={"one": digest, "weekly": DigestSettings(day="fri")})
    assert next_slots(both, now=now)["digest one"] == upcoming
    assert slot_before(both, "digest one", upcoming) == slot
    assert set(last_slots(both, now=now)) == {"digest one", "digest weekly", "prune"}


def test_the_subject_follows_its_pattern(session: Any) -> None:
    a_source(session)
    an_item(session)
    edition = made(session, an_order(subject="[{title}] {span} · {figures} · {period}", title="{period}"))
    assert subject_line(edition) == "[{period}] 16–22 Nov 2026 · 1 story · 2026-W47"


def settings_for(store: StoreSettings, folder: Path, **digest: Any) -> Settings:
    return Settings(
        store=store,
        digest={"weekly": DigestSettings(**digest)},
        mail=MailSettings(out=folder),
        schedule=ScheduleSettings(),
    )


def sent(engine: Engine, settings: Settings, *, at: datetime) -> tuple[str, str]:
    with time_machine.travel(at, tick=False):
        outcome = send_digest(engine, settings, "weekly", MONDAY, stopped=lambda: False)
    return str(outcome.status), outcome.note


def test_an_empty_issue_is_skipped_where_the_definition_says_so(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    with session_scope(engine) as session:
        a_source(session)
    at = MONDAY + timedelta(minutes=5)
    status, note = sent(engine, settings_for(store_settings, tmp_path, when_empty="skip"), at=at)
    assert (status, note) == ("done", "2026-W47 has no story and is not sent: 1 of 1 sources read since its end")
    assert not list(tmp_path.glob("weekly*"))
    status, note = sent(engine, settings_for(store_settings, tmp_path), at=at)
    assert status == "done" and "weekly-2026-W47.html" in note


def test_a_built_issue_is_held_for_its_hours(engine: Engine, store_settings: StoreSettings, tmp_path: Path) -> None:
    with session_scope(engine) as session:
        a_source(session)
        an_item(session, published_at=NOON)
        grouped(session)
    settings = settings_for(store_settings, tmp_path, hold_hours=3)
    status, note = sent(engine, settings, at=MONDAY + timedelta(minutes=5))
    assert status == "waiting" and re.search(r"2026-W47 .*2026-11-23 11:05", note)
    with session_scope(engine) as session:
        assert find_issue(session, "weekly", "2026-W47") is not None
    assert sent(engine, settings, at=MONDAY + timedelta(hours=3))[0] == "waiting"
    assert sent(engine, settings, at=MONDAY + timedelta(hours=3, minutes=6))[0] == "done"

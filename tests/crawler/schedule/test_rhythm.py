"""The rhythm of a source: learnt from when it published, asked for the next fetch and for odd silences."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from crawler.schedule.rhythm import learn
from crawler.schedule.workdays import is_known, is_workday

MONDAY = datetime(2026, 3, 30, 0, 0, tzinfo=UTC)  # a plain working month before it


def office_hours(days: int, *, per_day: int = 2) -> list[datetime]:
    """`per_day` entries between 10:00 and 16:00 in Shanghai on every worked day of the `days` before MONDAY."""
    found = []
    for number in range(1, days + 1):
        day = MONDAY - timedelta(days=number)
        if is_workday(day.date()):
            found += [day + timedelta(hours=2 + 6 * i / per_day) for i in range(per_day)]
    return found


def test_a_worked_saturday_and_a_holiday_are_told_apart() -> None:
    assert is_workday(date(2026, 2, 14))  # Saturday worked for Spring Festival
    assert not is_workday(date(2026, 2, 18))  # Wednesday in Spring Festival


def test_beyond_the_known_years_weekdays_count_as_worked() -> None:
    assert not is_known(2040)
    assert is_workday(date(2040, 1, 2))
    assert not is_workday(date(2040, 1, 1))


def test_the_hours_of_publishing_are_learnt() -> None:
    rhythm = learn(office_hours(28), MONDAY)
    morning = MONDAY + timedelta(hours=3)
    assert rhythm.rate(morning) > 5 * rhythm.rate(MONDAY + timedelta(hours=16))
    assert rhythm.rate(morning) > 5 * rhythm.rate(morning - timedelta(days=1))  # Sunday


def test_the_mean_gap_is_that_of_the_week() -> None:
    gap = learn(office_hours(28), MONDAY).gap_hours
    assert 14 < gap < 20  # ten entries a week


def test_the_next_entry_is_expected_in_office_hours() -> None:
    rhythm = learn(office_hours(28), MONDAY)
    friday_night = MONDAY - timedelta(days=2, hours=9)
    expected = rhythm.when_expected(friday_night, 0.7, latest=friday_night + timedelta(days=5))
    assert expected > MONDAY


def test_expected_entries_add_up() -> None:
    rhythm = learn(office_hours(28), MONDAY)
    week = timedelta(days=7)
    assert abs(rhythm.expected(MONDAY, MONDAY + week) - 10) < 2
    assert rhythm.expected(MONDAY + week, MONDAY) == 0


def test_nothing_known_is_looked_at_daily() -> None:
    rhythm = learn([], MONDAY)
    day = MONDAY + timedelta(days=1)
    assert rhythm.when_expected(MONDAY, 0.7, latest=day) == day
    assert rhythm.entries == 0


def test_a_quiet_month_falls_back_on_what_was_before() -> None:
    old = [MONDAY - timedelta(days=40 + number) for number in range(10)]
    assert learn(old, MONDAY).entries == 10


def test_entries_from_the_future_are_ignored() -> None:
    assert learn([MONDAY + timedelta(days=400)], MONDAY).entries == 0

"""The days an issue covers, in Asia/Shanghai."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from store.clock import SHANGHAI
from store.errors import UsageError

# What digests come out for; `days` is any other span, built by hand.
Kind = Literal["week", "fortnight", "month", "day"]

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)
_LAST_OF_FORTNIGHT = re.compile(r"(\d{4}-W\d{2})-(?:\d{4}-)?W\d{2}")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included; `label` names it: 2026-W47, 2026-W46-W47, 2026-11, 2026-11-17, or 2026-11-01..2026-11-07."""

    label: str
    starts_on: date
    ends_on: date
    kind: Kind | Literal["days"] = "days"

    @property
    def is_regular(self) -> bool:
        """Whether the period is one of a row that leaves no day out and takes none twice, rather than a free span of days."""
        return self.kind != "days"

    def bounds(self) -> tuple[datetime, datetime]:
        """The aware UTC moments the period begins at and ends before."""
        first = datetime.combine(self.starts_on, time(), SHANGHAI)
        after = datetime.combine(self.ends_on + _DAY, time(), SHANGHAI)
        return first.astimezone(UTC), after.astimezone(UTC)


def week(label: str) -> Period:
    """The ISO week written as 2026-W47. Raises UsageError for anything else."""
    match = re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", label.strip())
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        monday = None
    if monday is None or match is None:
        raise UsageError("is no ISO week; expected one such as 2026-W47", subject=label)
    return containing("week", monday)


def days(first: date, last: date) -> Period:
    """The days from `first` to `last`, both included. Raises UsageError when they are in the wrong order."""
    if last < first:
        raise UsageError(f"ends on {last} before it starts", subject=f"period from {first}")
    return Period(f"{first}..{last}", first, last)


def containing(kind: Kind, day: date) -> Period:
    """The period of a kind that a day falls in. Weeks begin on Mondays, and fortnights on every other one, the same for ever."""
    if kind == "day":
        return Period(day.isoformat(), day, day, kind)
    if kind == "month":
        first = day.replace(day=1)
        return Period(f"{first:%Y-%m}", first, (first + 31 * _DAY).replace(day=1) - _DAY, kind)
    monday = day - timedelta(days=day.weekday())
    if kind == "week":
        return Period(_week_label(monday), monday, monday + 6 * _DAY, kind)
    if (monday.toordinal() // 7) % 2:
        monday -= _WEEK
    second = monday + _WEEK
    same_year = monday.isocalendar()[0] == second.isocalendar()[0]
    tail = _week_label(second)
    return Period(f"{_week_label(monday)}-{tail[5:] if same_year else tail}", monday, second + 6 * _DAY, kind)


def _week_label(monday: date) -> str:
    year, number, _ = monday.isocalendar()
    return f"{year}-W{number:02d}"


def named(label: str) -> Period:
    """The period of a label as `Period` has them. Raises UsageError for anything else."""
    label = label.strip()
    first, dots, last = label.partition("..")
    try:
        if dots:
            return days(date.fromisoformat(first), date.fromisoformat(last))
        if re.fullmatch(r"\d{4}-\d{2}", label):
            return containing("month", date.fromisoformat(f"{label}-01"))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", label):
            return containing("day", date.fromisoformat(label))
    except ValueError as error:
        raise UsageError("is no such day", subject=label, hint="such as 2026-11-17, 2026-11, or 2026-11-01..2026-11-07") from error
    if (match := _LAST_OF_FORTNIGHT.fullmatch(label)) is not None:
        found = containing("fortnight", week(match[1]).starts_on)
        if found.label == label:
            return found
        raise UsageError(f"is no fortnight of a digest; the one with that week is {found.label}", subject=label)
    return week(label)


def last_whole(kind: Kind, now: datetime) -> Period:
    """The last period of a kind that is over in Shanghai at the aware moment `now`."""
    return before(containing(kind, local_day(now)), kind)


def before(period: Period, kind: Kind) -> Period:
    """The period of a kind that ends as another begins."""
    return containing(kind, period.starts_on - _DAY)


def local_day(moment: datetime) -> date:
    """The day it is in Shanghai at an aware moment."""
    return moment.astimezone(SHANGHAI).date()

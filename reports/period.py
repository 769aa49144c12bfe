"""The days an issue covers, in Asia/Shanghai."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from store.clock import SHANGHAI
from store.errors import UsageError


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included; `label` names it (2026-W47, or 2026-11-01..2026-11-07)."""

    label: str
    starts_on: date
    ends_on: date

    @property
    def is_week(self) -> bool:
        """Whether the period is one ISO week rather than a free span of days."""
        return ".." not in self.label

    def bounds(self) -> tuple[datetime, datetime]:
        """The aware UTC moments the period begins at and ends before."""
        first = datetime.combine(self.starts_on, time(), SHANGHAI)
        after = datetime.combine(self.ends_on + timedelta(days=1), time(), SHANGHAI)
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
    return Period(f"{match[1]}-W{int(match[2]):02d}", monday, monday + timedelta(days=6))


def days(first: date, last: date) -> Period:
    """The days from `first` to `last`, both included. Raises UsageError when they are in the wrong order."""
    if last < first:
        raise UsageError(f"ends on {last} before it starts", subject=f"period from {first}")
    return Period(f"{first}..{last}", first, last)


def named(label: str) -> Period:
    """The period of a label: an ISO week, or days written as 2026-11-01..2026-11-07. Raises UsageError for anything else."""
    first, dots, last = label.partition("..")
    if not dots:
        return week(label)
    try:
        return days(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError as error:
        raise UsageError("is no span of days; expected one such as 2026-11-01..2026-11-07", subject=label) from error


def last_whole_week(now: datetime) -> Period:
    """The last ISO week that is over in Shanghai at the aware moment `now`."""
    today = now.astimezone(SHANGHAI).date()
    year, number, _ = (today - timedelta(days=7)).isocalendar()
    return week(f"{year}-W{number:02d}")


def local_day(moment: datetime) -> date:
    """The day it is in Shanghai at an aware moment."""
    return moment.astimezone(SHANGHAI).date()

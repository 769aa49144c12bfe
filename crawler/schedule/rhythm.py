"""How often a source publishes: entries per hour, learnt apart for worked days and days off and for each hour of the day.

Both the next fetch (`schedule`) and the question whether a silence is odd (`health`) are asked of the same rhythm. It
follows Miniflux (weekly count, clamped) and Media Cloud (duplicate share): what decides is how many new entries a fetch
may expect, only counted hour by hour instead of over the week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from store.clock import SHANGHAI

from .workdays import is_workday

WINDOW = timedelta(days=28)
_STEP = timedelta(minutes=15)
# One entry in ten days until something is known: a new source is looked at daily at least, whatever its history.
_PRIOR_PER_HOUR = 0.1 / 24
# Share of the overall rate that every hour keeps, so that a source that changes its hours is still looked at.
_FLAT = 0.15


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Expected entries per hour: `worked[h]` on worked days, `off[h]` on days off, h the hour in Shanghai.

    `longest` is the largest number of entries that were expected, by this very rhythm, between two neighbours: how long
    a silence has been normal. `entries` is how many entries it was learnt from.
    """

    worked: tuple[float, ...]
    off: tuple[float, ...]
    entries: int = 0
    longest: float = 0.0

    def rate(self, moment: datetime) -> float:
        """Expected entries per hour at `moment` (aware)."""
        local = moment.astimezone(SHANGHAI)
        return (self.worked if is_workday(local.date()) else self.off)[local.hour]

    def expected(self, start: datetime, end: datetime) -> float:
        """Expected entries between two moments (aware); 0 when `end` is not after `start`."""
        # Of longer spans all but the last weeks count by the average week: hour by hour, the years a dead feed has been
        # silent would take seconds.
        weeks = max(0, (end - start) // timedelta(weeks=1) - 8)
        total, moment = weeks * 168 / self.gap_hours, start + timedelta(weeks=weeks)
        while moment < end:
            step = min(end, moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
            total += self.rate(moment) * ((step - moment) / timedelta(hours=1))
            moment = step
        return total

    def when_expected(self, start: datetime, entries: float, *, latest: datetime) -> datetime:
        """The moment after `start` by which `entries` are expected, at most `latest`; in steps of 15 minutes."""
        moment, total = start, 0.0
        while moment < latest:
            total += self.rate(moment) * (_STEP / timedelta(hours=1))
            moment += _STEP
            if total >= entries:
                return min(moment, latest)
        return latest

    @property
    def gap_hours(self) -> float:
        """Mean hours between two entries over a week of five worked days."""
        return 168 / max(1e-9, 5 * sum(self.worked) + 2 * sum(self.off))


def learn(moments: Sequence[datetime], now: datetime) -> Rhythm:
    """Learn the rhythm of a source from when it published (aware times, any order; later than `now` is ignored)."""
    known = sorted(m for m in moments if m <= now)
    recent = [m for m in known if m > now - WINDOW]
    # A source whose window is empty is judged by what it was before, or it would be taken for dead after one quiet month.
    used = recent if len(recent) >= 3 else known[-10:]
    if not used:
        flat = (_PRIOR_PER_HOUR,) * 24
        return Rhythm(worked=flat, off=flat)
    span = now - min(used[0], now - timedelta(days=7))
    counts = {True: [0.0] * 24, False: [0.0] * 24}
    for moment in used:
        local = moment.astimezone(SHANGHAI)
        hours = counts[is_workday(local.date())]
        for offset, share in ((-1, 0.25), (0, 0.5), (1, 0.25)):
            hours[(local.hour + offset) % 24] += share
    days = {True: 0, False: 0}
    for number in range(max(1, round(span / timedelta(days=1)))):
        days[is_workday((now - timedelta(days=number)).astimezone(SHANGHAI).date())] += 1
    mean = max(_PRIOR_PER_HOUR, len(used) / (span / timedelta(hours=1)))
    worked = tuple((1 - _FLAT) * c / max(1, days[True]) + _FLAT * mean for c in counts[True])
    off = tuple((1 - _FLAT) * c / max(1, days[False]) + _FLAT * mean for c in counts[False])
    bare = Rhythm(worked=worked, off=off, entries=len(used))
    gaps = [bare.expected(a, b) for a, b in pairwise(used) if b - a < 2 * WINDOW]
    return Rhythm(worked=worked, off=off, entries=len(used), longest=max(gaps, default=0.0))

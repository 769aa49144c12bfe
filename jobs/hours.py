"""When digests, and the weekly and daily work, have their slots. Loads nothing heavy, for `status` and `doctor` ask too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reports.period import Period, before, containing, last_whole
from reports.settings import DigestSettings, Weekday
from store.clock import SHANGHAI

from .config import Settings

PRUNE = "prune"
BACKUP = "backup"
_PRUNE_AT = time(4)
_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_PACES = {PRUNE: _WEEK, BACKUP: _DAY}


def weekly_slot(day: Weekday, at: time, now: datetime) -> datetime:
    """The last moment not after `now` that is the time `at` of `day` in Asia/Shanghai, as aware UTC."""
    local = now.astimezone(SHANGHAI)
    days_since = (local.weekday() - _DAYS.index(day)) % 7
    last = datetime.combine(local.date() - timedelta(days=days_since), at, SHANGHAI)
    return (last if last <= local else last - _WEEK).astimezone(UTC)


def slot_of(digest: DigestSettings, period: Period) -> datetime:
    """When the issue of a period is due: the first time of the digest's day (of any day for a daily one), in its zone, after the period."""
    end, zone = period.bounds()[1], ZoneInfo(digest.zone)
    day = end.astimezone(zone).date()
    while True:
        slot = datetime.combine(day, digest.time, zone).astimezone(UTC)
        if slot >= end and (digest.period == "day" or day.weekday() == _DAYS.index(digest.day)):
            return slot
        day += _DAY


def due_period(digest: DigestSettings, moment: datetime) -> Period:
    """The last period whose slot has come at an aware moment."""
    period = last_whole(digest.period, moment)
    while slot_of(digest, period) > moment:
        period = before(period, digest.period)
    return period


def last_slot(digest: DigestSettings, moment: datetime) -> datetime:
    """The last slot of a digest that has come at an aware moment."""
    return slot_of(digest, due_period(digest, moment))


def _next_slot(digest: DigestSettings, now: datetime) -> datetime:
    after = due_period(digest, now).ends_on + _DAY
    return slot_of(digest, containing(digest.period, after))


def daily_slot(at: time, now: datetime) -> datetime:
    """The last moment not after `now` that is the time `at` in Asia/Shanghai, as aware UTC."""
    local = now.astimezone(SHANGHAI)
    today = datetime.combine(local.date(), at, SHANGHAI)
    return (today if today <= local else today - _DAY).astimezone(UTC)


def last_slots(settings: Settings, *, now: datetime) -> dict[str, datetime]:
    """The last slot that has come of each job, by the job's name in the ledger: each digest has a schedule of its own."""
    digests = {f"digest {name}": last_slot(digest, now) for name, digest in settings.digest.items()}
    keeping = {PRUNE: weekly_slot(settings.schedule.prune_day, _PRUNE_AT, now)}
    if settings.backup.folder is not None:
        keeping[BACKUP] = daily_slot(settings.backup.time, now)
    return digests | keeping


def next_slots(settings: Settings, *, now: datetime) -> dict[str, datetime]:
    """The first slot after `now` of each job, by its name in the ledger."""
    digests = {f"digest {name}": _next_slot(digest, now) for name, digest in settings.digest.items()}
    return {job: digests.get(job) or slot + _PACES[job] for job, slot in last_slots(settings, now=now).items()}


def slot_before(settings: Settings, job: str, slot: datetime) -> datetime:
    """The slot of a job that comes before one of its slots."""
    name = job.removeprefix("digest ")
    return slot - _PACES[job] if job in _PACES else last_slot(settings.digest[name], slot - timedelta(microseconds=1))

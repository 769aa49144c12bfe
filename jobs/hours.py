"""When weekly and daily work has its slots. Loads nothing heavy, for `status` and `doctor` ask too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from reports.settings import Weekday
from store.clock import SHANGHAI

from .config import Settings

PRUNE = "prune"
BACKUP = "backup"
_PRUNE_AT = time(4)
_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY, _WEEK = timedelta(days=1), timedelta(weeks=1)


def weekly_slot(day: Weekday, at: time, now: datetime) -> datetime:
    """The last moment not after `now` that is the time `at` of `day` in Asia/Shanghai, as aware UTC."""
    local = now.astimezone(SHANGHAI)
    days_since = (local.weekday() - _DAYS.index(day)) % 7
    last = datetime.combine(local.date() - timedelta(days=days_since), at, SHANGHAI)
    return (last if last <= local else last - _WEEK).astimezone(UTC)


def daily_slot(at: time, now: datetime) -> datetime:
    """The last moment not after `now` that is the time `at` in Asia/Shanghai, as aware UTC."""
    local = now.astimezone(SHANGHAI)
    today = datetime.combine(local.date(), at, SHANGHAI)
    return (today if today <= local else today - _DAY).astimezone(UTC)


def last_slots(settings: Settings, *, now: datetime) -> dict[str, datetime]:
    """The last slot that has come of each job, by the job's name in the ledger: each digest has a schedule of its own."""
    slots = {f"digest {name}": weekly_slot(digest.day, digest.time, now) for name, digest in settings.digest.items()}
    slots[PRUNE] = weekly_slot(settings.schedule.prune_day, _PRUNE_AT, now)
    return slots | ({BACKUP: daily_slot(settings.backup.time, now)} if settings.backup.folder else {})


def pace(job: str) -> timedelta:
    """How long it is from one slot of a job to the next."""
    return _DAY if job == BACKUP else _WEEK


def next_slots(settings: Settings, *, now: datetime) -> dict[str, datetime]:
    """The first slot after `now` of each job, by its name in the ledger."""
    return {job: slot + pace(job) for job, slot in last_slots(settings, now=now).items()}

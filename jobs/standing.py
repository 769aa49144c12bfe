"""How things stand, all told: what `yixun status` shows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from store.activity import DayCount, items_per_day, last_of_job, next_due, store_bytes
from store.alerts import Found
from store.daemon import daemon_of, lives
from store.database import Engine, Session, safe_url, session_scope
from store.migrate import newest_revision
from store.models import DaemonRow
from store.overview import Overview, overview

from .config import Settings
from .hours import BACKUP, next_slots
from .troubles import CRAWL_JOB, find_troubles, places


@dataclass(frozen=True, slots=True)
class JobStanding:
    """What a job did last and when it begins next; times are aware UTC."""

    job: str
    last: datetime | None
    status: str | None
    note: str
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What needs a person, the daemon, the jobs, what the store holds, and the disks; sizes are bytes."""

    store: str
    schema: str
    troubles: list[Found]
    daemon: DaemonRow | None
    alive: bool
    jobs: list[JobStanding]
    held: Overview
    days: list[DayCount]
    store_bytes: int
    out_bytes: int
    free_bytes: dict[str, int]


def standing(engine: Engine, settings: Settings, *, now: datetime) -> Standing:
    """Look at everything that `yixun status` shows. Raises StoreError when the store cannot be read."""
    troubles = find_troubles(engine, settings, now=now)
    with session_scope(engine) as session:
        daemon = daemon_of(session)
        alive = daemon is not None and lives(daemon, now=now)
        upcoming: dict[str, datetime | None] = {CRAWL_JOB: next_due(session), BACKUP: None, **next_slots(settings, now=now)}
        if daemon is not None and alive:
            upcoming |= {job: datetime.fromisoformat(moment) for job, moment in daemon.next_runs.items()}
        held, days = overview(session), items_per_day(session, now=now)
        jobs = _jobs(session, upcoming)
    return Standing(
        store=safe_url(engine.url),
        schema=newest_revision(),
        troubles=troubles,
        daemon=daemon,
        alive=alive,
        jobs=jobs,
        held=held,
        days=days,
        store_bytes=store_bytes(engine),
        out_bytes=_bytes_below(settings.mail.out),
        free_bytes={name: shutil.disk_usage(folder).free for name, folder in places(settings).items()},
    )


def _jobs(session: Session, upcoming: Mapping[str, datetime | None]) -> list[JobStanding]:
    found = []
    for job, following in upcoming.items():
        row = last_of_job(session, job)
        last, status, note = (row.slot, str(row.status), row.note) if row else (None, None, "")
        found.append(JobStanding(job, last, status, note, following))
    return found


def _bytes_below(folder: Path) -> int:
    """The bytes of all files in a folder; what goes away or cannot be read meanwhile counts nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name), follow_symlinks=False).st_size  # noqa: PTH116, PTH118 - many files
            except OSError:
                continue
    return total

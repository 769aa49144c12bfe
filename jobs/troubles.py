"""What needs a person: the one answer that `status`, `doctor`, `/readyz`, alerts and the exit status of `run --once` give."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from reports.editing import name_of, waiting
from store.activity import (
    deliveries_in,
    last_of_job,
    last_success,
    missed_since,
    polled_by_tier,
    polled_sources_in,
    runs_since,
)
from store.alerts import Found
from store.clock import SHANGHAI
from store.daemon import daemon_of, lives
from store.database import Engine, Session, session_scope, store_url
from store.digests import newest_issues
from store.grants import may_read_recipients
from store.ledger import OWED
from store.models import Ledger
from store.status import AlertKind, DeliveryState, LedgerStatus, SourceStatus

from .config import Settings
from .hours import BACKUP, last_slots

CRAWL_JOB = "crawl"
COLLECT_JOB = "collect"
# What stops the product itself: not ready, and the dead man's switch is told so.
GRAVE = frozenset({AlertKind.digest, AlertKind.crawl, AlertKind.disk, AlertKind.daemon})
_BAD_SOURCES = (SourceStatus.failing, SourceStatus.blocked, SourceStatus.challenge, SourceStatus.changed, SourceStatus.stale)
_OVERDUE = timedelta(hours=3)
_WAITS_LONG = timedelta(hours=12)
_MISSED_TOLD = timedelta(days=7)
_CRAWL_LATE = timedelta(days=2)
_TIER_SHARE, _TIER_LEAST = 1 / 3, 3
_OURS_SHARE, _OURS_LEAST = 0.05, 10
_DAY = timedelta(days=1)


def find_troubles(engine: Engine, settings: Settings, *, now: datetime) -> list[Found]:
    """All that needs a person at `now`, the gravest kind first. Reads no item. Raises StoreError when the store cannot be read."""
    with session_scope(engine) as session:
        with_editors = _with_editors(session, settings, now)
        found = [
            *with_editors.values(),
            *_daemon(session, now),
            *_digests(session, settings, now, with_editors.keys()),
            *_crawls(session, now),
            *_disks(settings, now),
            *_recipients(session, now),
            *_sources(session, now),
            *_reading(session, now),
            *_backup(session, settings, now),
        ]
    order = list(AlertKind)
    return sorted(found, key=lambda one: (one.kind not in GRAVE, order.index(one.kind), one.subject))


def owed(engine: Engine, settings: Settings, *, now: datetime) -> list[str]:
    """The work that is still to be done and tried again by itself, a line each. Raises StoreError when the store cannot be read."""
    with session_scope(engine) as session:
        rows = [last_of_job(session, job) for job in (CRAWL_JOB, *last_slots(settings, now=now))]
    return [f"{row.job} of {said(row.slot)} {row.status}: {row.note}" for row in rows if row is not None and row.status in OWED]


def said(moment: datetime) -> str:
    """A moment as people read it: to the minute, in Shanghai."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _daemon(session: Session, now: datetime) -> Iterator[Found]:
    row = daemon_of(session)
    if row is None:
        return
    if row.refused:
        todo = "mend the file, then reload (SIGHUP); the old settings are at work until then"
        yield Found(AlertKind.settings, "configuration", row.refused, row.seen_at, todo)
    if row.ended:
        what = f"the daemon stopped by itself: {row.ended}"
        yield Found(AlertKind.daemon, row.name, what, row.stopped_at or now, "start `yixun run` again")
    elif row.stopped_at is None and not lives(row, now=now):
        what = f"the daemon on {row.host} (process {row.pid}) was last heard of {said(row.seen_at)}"
        yield Found(AlertKind.daemon, row.name, what, row.seen_at, "start `yixun run` again; its log says how it ended")


def _digests(session: Session, settings: Settings, now: datetime, with_editors: Collection[str]) -> Iterator[Found]:
    latest_slots = last_slots(settings, now=now)
    for name in settings.digest:
        job = f"digest {name}"
        row = last_of_job(session, job)
        latest = latest_slots[job]
        missed = missed_since(session, job, now - _MISSED_TOLD)
        if row is not None and row.slot < latest and now - latest > _OVERDUE:
            what = f"nothing ran for the slot of {said(latest)}"
            yield Found(AlertKind.digest, name, what, latest, "is `yixun run` going, or cron?")
        elif row is not None and (what := _unsent(row, now, with_editor=name in with_editors)):
            yield Found(AlertKind.digest, name, what, row.slot, "mend what it says; it is tried again every hour")
        elif missed:
            days = ", ".join(said(one.slot) for one in missed)
            todo = f"`yixun digest send {name} --week YEAR-WEEK` makes one up"
            yield Found(AlertKind.digest, name, f"missed: {days}", missed[0].slot, todo)


def _with_editors(session: Session, settings: Settings, now: datetime) -> dict[str, Found]:
    """By digest, issues that an editor has to look at. Nothing is wrong with them, so they keep nobody from being ready."""
    found = {}
    for issue in newest_issues(session, list(settings.digest)):
        if why := waiting(session, issue, hold_hours=settings.digest[issue.digest].hold_hours, now=now):
            todo = f"`yixun digest preview {issue.digest} --week {issue.period}`, then approve, drop, note or hold"
            found[issue.digest] = Found(AlertKind.recipients, name_of(issue), why, issue.built_at, todo)
    return found


def _unsent(row: Ledger, now: datetime, *, with_editor: bool) -> str:
    """Why the issue of a slot did not reach everybody; empty where it did, or may still without anybody's help."""
    if row.status in (LedgerStatus.failed, LedgerStatus.missed, LedgerStatus.partly):
        return f"the issue of {said(row.slot)} {row.status}: {row.note}"
    if row.status == LedgerStatus.waiting and not with_editor and now - row.slot > _WAITS_LONG:
        return f"the issue of {said(row.slot)} still waits: {row.note}"
    return ""


def _crawls(session: Session, now: datetime) -> Iterator[Found]:
    row = last_of_job(session, CRAWL_JOB)
    if row is None:
        return
    if row.status == LedgerStatus.failed:
        what = f"the last crawl failed: {row.note}"
        yield Found(AlertKind.crawl, CRAWL_JOB, what, row.slot, "the next one tries again; `yixun status` says more")
    elif now - row.slot > _CRAWL_LATE:
        what = f"the last crawl began {said(row.slot)}"
        yield Found(AlertKind.crawl, CRAWL_JOB, what, row.slot + _CRAWL_LATE, "is `yixun run` going, or cron?")


def places(settings: Settings) -> dict[str, Path]:
    """The folders that are written, by the setting that names them: of the issues, and of the store where it is a file here."""
    url = store_url(settings.store)
    folders = {"mail.out": settings.mail.out.resolve()}
    if url.get_backend_name() == "sqlite" and url.database:
        folders = {"store.url": Path(url.database).resolve().parent, **folders}
    return {name: next(one for one in (folder, *folder.parents) if one.exists()) for name, folder in folders.items()}


def _disks(settings: Settings, now: datetime) -> Iterator[Found]:
    for name, folder in places(settings).items():
        if not os.access(folder, os.W_OK):
            yield Found(AlertKind.disk, name, f"{folder} cannot be written", now, f"{name} must lie where this user may write")
            continue
        free = shutil.disk_usage(folder).free // 1024**2
        if free < settings.alerts.disk_megabytes:
            todo = "make room; `yixun db prune` removes what need not be kept"
            yield Found(AlertKind.disk, name, f"{free} MB free at {folder}", now, todo)


def _recipients(session: Session, now: datetime) -> Iterator[Found]:
    if not may_read_recipients(session):
        return
    per_issue: dict[tuple[str, str], list[str]] = {}
    since: dict[tuple[str, str], datetime] = {}
    for issue, delivery in deliveries_in(session, (DeliveryState.unknown,)):
        key = (issue.digest, issue.period)
        per_issue.setdefault(key, []).append(delivery.recipient)
        since.setdefault(key, delivery.tried_at or now)
    for (digest, period), names in per_issue.items():
        what = f"nobody knows whether {period} reached {', '.join(names[:5])}{f' and {len(names) - 5} more' if names[5:] else ''}"
        todo = f"ask them, then `yixun digest send {digest} --week {period} --to ADDRESS --settle arrived|lost`"
        yield Found(AlertKind.recipients, digest, what, since[digest, period], todo)
    row = last_of_job(session, COLLECT_JOB)
    if row is not None and row.status == LedgerStatus.failed:
        todo = "`yixun recipients collect` tries again; see [mailbox]"
        yield Found(AlertKind.recipients, "mailbox", f"mails that came back cannot be read: {row.note}", row.slot, todo)


def _sources(session: Session, now: datetime) -> Iterator[Found]:
    bad = polled_sources_in(session, _BAD_SOURCES)
    for one in bad:
        todo = f"`yixun sources test {one.id}`; `yixun sources disable {one.id}` to do without it"
        yield Found(AlertKind.source, one.id, f"{one.status}: {one.reason}", one.since, todo)
    polled = polled_by_tier(session)
    for tier, count in sorted(Counter(one.tier for one in bad).items()):
        if count >= max(_TIER_LEAST, _TIER_SHARE * polled.get(tier, 0)):
            since = max(one.since for one in bad if one.tier == tier)
            what = f"{count} of {polled[tier]} {tier} sources are in trouble"
            yield Found(AlertKind.tier, tier, what, since, "`yixun status` lists them")


def _reading(session: Session, now: datetime) -> Iterator[Found]:
    runs = runs_since(session, now - _DAY)
    lost = sum(int(run.totals.get("lost_by_us", 0)) for run in runs)
    read = sum(int(run.totals.get("articles", 0)) for run in runs)
    if lost >= _OURS_LEAST and lost > _OURS_SHARE * (lost + read):
        what = f"{lost} of {lost + read} articles of the last day were lost to errors of Yixun's own"
        todo = "the log of the crawl has the traces; an upgrade reads them again"
        yield Found(AlertKind.reading, "reading", what, runs[-1].started_at, todo)


def _backup(session: Session, settings: Settings, now: datetime) -> Iterator[Found]:
    row, made = last_of_job(session, BACKUP), last_success(session, BACKUP)
    if row is not None and row.status == LedgerStatus.failed:
        todo = "mend what it says; it is tried again every hour"
        yield Found(AlertKind.backup, BACKUP, f"the last backup failed: {row.note}", row.slot, todo)
    elif made is not None and now - made > timedelta(days=settings.alerts.backup_days):
        todo = "`yixun db backup` makes one; backup.folder has one made every day"
        yield Found(AlertKind.backup, BACKUP, f"the last backup is of {said(made)}", made, todo)

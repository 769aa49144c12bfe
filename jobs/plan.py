"""The order of work at one moment: crawl what is due, tell of new stories that are watched for, then each digest whose slot has
come, then read what mails came back, then tidying up and a backup.

The crawl goes first because an issue may only say what was looked at: at the start, after a night off, and when a slot comes, the
sources that were not asked since the week ended are asked before its issue is built (`issues`). Every piece of work has a row in the
ledger; what fails is recorded there and stops nothing that comes after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from store.database import Engine, session_scope, utc_now
from store.digests import set_aside_future_issues
from store.errors import StoreError
from store.ledger import forget_future
from store.models import Ledger

from .collecting import collect_due
from .config import Settings
from .hours import BACKUP, PRUNE, due_period, last_slots, slot_before
from .issues import send_digest
from .slots import Outcome, due_slots, recorded, unrecorded
from .stopping import Stopping
from .tasks import back_up_store, crawl_due, prune_store
from .watches import tell_watches


@dataclass(frozen=True, slots=True)
class _Job:
    """Work with slots: its name in the ledger, its last slot, the one before a slot, how late it is still done, what is done for a slot."""

    name: str
    latest: datetime
    before: Callable[[datetime], datetime]
    catch_up: timedelta
    work: Callable[[datetime], Outcome]


def carry_out(engine: Engine, settings: Settings, stopping: Stopping, *, config: Path | None = None) -> Iterator[Ledger]:
    """Do all that is due now, in its order, until told to stop; yields what was recorded. `config` is the file of the settings."""
    now = utc_now()
    if stopping.asked.is_set():
        return
    _mend_clock(engine, now)
    slots = last_slots(settings, now=now)
    digests = {name: _digest(engine, settings, name, slots, stopping) for name in settings.digest}
    due = {name: _due(engine, job, now) for name, job in digests.items()}
    found = [(name, slot) for name, moments in due.items() if isinstance(moments, list) for slot in moments]
    ends = [due_period(settings.digest[name], slot).bounds()[1] for name, slot in found]
    crawled = crawl_due(engine, settings, now=now, since=max(ends, default=None))
    if crawled is not None:
        yield crawled
    yield from tell_watches(engine, settings, stopping, now=now)
    for name, job in digests.items():
        yield from _carry_out(engine, job, due[name], stopping)
    yield from collect_due(engine, settings, now=now)
    for job in _keeping(engine, settings, slots, stopping, config):
        yield from _carry_out(engine, job, _due(engine, job, now), stopping)


def _keeping(engine: Engine, settings: Settings, slots: dict[str, datetime], stopping: Stopping, config: Path | None) -> Iterator[_Job]:
    """What keeps the store small and safe. What was missed of it is not made up: the latest slot does it all."""

    def job(name: str, catch_up: timedelta, work: Callable[[datetime], Outcome]) -> _Job:
        return _Job(name, slots[name], partial(slot_before, settings, name), catch_up, work)

    yield job(PRUNE, timedelta(weeks=1), lambda _: prune_store(engine, settings, now=utc_now(), stopped=stopping.asked.is_set))
    if BACKUP in slots:
        yield job(BACKUP, timedelta(days=1), lambda _: back_up_store(engine, settings, config, now=utc_now()))


def _digest(engine: Engine, settings: Settings, name: str, slots: dict[str, datetime], stopping: Stopping) -> _Job:
    job = f"digest {name}"
    sending = partial(send_digest, engine, settings, name, stopped=stopping.asked.is_set)
    return _Job(job, slots[job], partial(slot_before, settings, job), timedelta(days=settings.schedule.catch_up_days), sending)


def _mend_clock(engine: Engine, now: datetime) -> None:
    """Forget what was recorded while the clock ran ahead: it would close slots that are still to come."""
    log = structlog.get_logger()
    try:
        with session_scope(engine) as session:
            rows, issues = forget_future(session, now=now), set_aside_future_issues(session, now=now)
    except StoreError as error:
        log.error("the records cannot be looked through", error=str(error))
        return
    if rows or issues:
        log.warning("recorded under a clock that ran ahead, set aside", slots=rows, issues=issues)


def _due(engine: Engine, job: _Job, now: datetime) -> list[datetime] | StoreError:
    try:
        with session_scope(engine) as session:
            return due_slots(session, job.name, job.latest, before=job.before, now=now, catch_up=job.catch_up)
    except StoreError as error:
        return error


def _carry_out(engine: Engine, job: _Job, due: list[datetime] | StoreError, stopping: Stopping) -> Iterator[Ledger]:
    if isinstance(due, StoreError):
        yield unrecorded(job.name, job.latest, due)
        return
    for slot in due:
        with stopping.whole():
            if stopping.asked.is_set():
                return
            row = recorded(engine, job.name, slot, partial(job.work, slot))
        yield row

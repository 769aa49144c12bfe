"""What the scheduler does: crawl what is due, build and send digests, prune. Each task is recorded in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from crawler.fetching.run import crawl
from crawler.sources.source import Source, load_sources
from reports.archive import write_issue
from reports.digest import build_issue
from reports.mail import deliver
from reports.period import last_whole_week
from reports.select import Order
from store.database import Engine, Session, session_scope, utc_now
from store.errors import SourceError, StoreBusyError, StoreError, YixunError
from store.items import sources_with_pending
from store.models import Ledger
from store.prune import prune
from store.sources import due_sources, sync_sources
from store.sources import enabled_sources as polled_sources
from store.status import LedgerStatus, RunStatus

from .config import Settings
from .slots import Outcome, due_slots, recorded, unrecorded, weekly_slot


def enabled_sources(session: Session, known: Sequence[Source], *, now: datetime) -> list[Source]:
    """The sources to poll: those the catalogue or the operator switched on, never those it says to skip. The store is told of all."""
    sync_sources(session, [source.model_dump(mode="json") for source in known], now=now)
    session.flush()
    polled = polled_sources(session)
    return [source for source in known if source.id in polled]


def choose_due(session: Session, known: Sequence[Source], *, now: datetime) -> tuple[list[Source], list[Source]]:
    """The sources to poll now, and those of which an earlier crawl left articles unread."""
    enabled = enabled_sources(session, known, now=now)
    due = set(due_sources(session, [source.id for source in enabled], now=now))
    pending = set(sources_with_pending(session)) - due
    return [s for s in enabled if s.id in due], [s for s in enabled if s.id in pending]


def crawl_due(engine: Engine, settings: Settings, *, now: datetime) -> Ledger | None:
    """Crawl what is due and record it; None when nothing is, and nothing is wrong with the sources."""
    slot = now.replace(microsecond=0)
    try:
        known, broken = load_sources(added=settings.crawl.sources)
        with session_scope(engine) as session:
            asked, resume = choose_due(session, known, now=now)
    except YixunError as error:
        failed = Outcome(LedgerStatus.failed, str(error))
        return recorded(engine, "crawl", slot, lambda: failed)
    if not asked and not resume and not broken:
        return None
    return recorded(engine, "crawl", slot, lambda: _crawl(settings, asked, resume, broken))


def _crawl(settings: Settings, asked: list[Source], resume: list[Source], broken: list[SourceError]) -> Outcome:
    wrong = [str(error) for error in broken]
    if not asked and not resume:
        return Outcome(LedgerStatus.partly, "; ".join(["nothing was due", *wrong]))
    try:
        report = crawl(asked, settings.crawl, settings.store, resume=resume, knowledge=settings.knowledge, on_event=_pass_on)
    except StoreBusyError as error:
        return Outcome(LedgerStatus.done, f"left to the crawl under way: {error.message}")
    totals = report.totals()
    failed = [f"{source.id}: {source.note or source.status}" for source in report.sources if source.status == "failed"]
    note = f"run {report.run_id}: {totals['new']} new of {totals['found']} entries from {len(report.sources)} sources"
    note = "; ".join([note, *filter(None, [report.note]), *failed[:10], *wrong])
    if report.status == RunStatus.failed:
        return Outcome(LedgerStatus.failed, note)
    return Outcome(LedgerStatus.done if report.status == RunStatus.done and not broken else LedgerStatus.partly, note)


def _pass_on(event: dict[str, Any]) -> None:
    """Log what went wrong in the process of the crawl, traces included, where the scheduler logs."""
    if event.get("level") in ("error", "critical"):
        structlog.get_logger().error("crawl: " + str(event.pop("event", "")), **{f"crawl_{name}": value for name, value in event.items()})


def send_digest(engine: Engine, settings: Settings, name: str, slot: datetime) -> Outcome:
    """Build the issue of the week before `slot` and send it to whoever does not have it; to files without mail.host."""
    order = Order(name=name, settings=settings.digest[name], period=last_whole_week(slot), now=utc_now())
    with session_scope(engine) as session:
        issue, edition = build_issue(session, order)
    if settings.mail.host is None:
        paths = write_issue(edition, settings.mail.out, settings.mail, date=issue.built_at)
        return Outcome(LedgerStatus.done, f"{issue.period} written to {', '.join(str(path) for path in paths)}")
    if not order.settings.recipients:
        return Outcome(LedgerStatus.failed, f"[digest.{name}] has no recipients")
    outcomes = deliver(engine, issue.id or 0, edition, order.settings.recipients, settings.mail)
    fine = [outcome for outcome in outcomes if outcome.fine]
    wrong = [f"{outcome.recipient}: {outcome.error or outcome.state}" for outcome in outcomes if not outcome.fine]
    note = "; ".join([f"{issue.period} sent to {len(fine)} of {len(outcomes)}", *wrong[:10]])
    # What was not sent is tried again with the slot, so only a whole success closes it.
    return Outcome(LedgerStatus.failed if wrong else LedgerStatus.done, note)


@dataclass(frozen=True, slots=True)
class _Job:
    """One piece of weekly work: its name in the ledger, its last slot, how late it is still done, and what is to be done for a slot."""

    name: str
    latest: datetime
    catch_up: timedelta
    work: Callable[[datetime], Outcome]


def _weekly_jobs(engine: Engine, settings: Settings, now: datetime) -> Iterator[_Job]:
    schedule = settings.schedule
    latest, catch_up = weekly_slot(schedule.digest_day, schedule, now), timedelta(days=schedule.catch_up_days)
    for name in settings.digest:
        yield _Job(f"digest {name}", latest, catch_up, partial(send_digest, engine, settings, name))
    yield _Job("prune", weekly_slot(schedule.prune_day, schedule, now), timedelta(weeks=1), lambda _: _prune(engine, settings, now))


def weekly_tasks(engine: Engine, settings: Settings, *, now: datetime) -> Iterator[Ledger]:
    """Do what of the weekly work has come and was not done: the digests, then pruning. Yields what was recorded.

    A job that fails is recorded as failed and stops no other.
    """
    for job in _weekly_jobs(engine, settings, now):
        try:
            with session_scope(engine) as session:
                due = due_slots(session, job.name, job.latest, now=now, catch_up=job.catch_up)
        except StoreError as error:
            yield unrecorded(job.name, job.latest, error)
            continue
        for slot in due:
            yield recorded(engine, job.name, slot, partial(job.work, slot))


def _prune(engine: Engine, settings: Settings, now: datetime) -> Outcome:
    with session_scope(engine) as session:
        counts = prune(session, settings.store, now=now)
    return Outcome(LedgerStatus.done, ", ".join(f"{count} {name}" for name, count in counts.items()))


def run_once(engine: Engine, settings: Settings) -> Iterator[Ledger]:
    """Do all that is due now, crawling first so that the digests are fresh; yields what was recorded. Nothing that fails stops the rest."""
    crawled = crawl_due(engine, settings, now=utc_now())
    if crawled is not None:
        yield crawled
    yield from weekly_tasks(engine, settings, now=utc_now())

"""What the scheduler does: crawl what is due, build and send digests, prune. Each task is recorded in the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from crawler.fetching.run import crawl
from crawler.schedule.due import due_sources
from crawler.sources.source import Source, load_sources
from reports.archive import write_issue
from reports.digest import build_issue
from reports.mail import deliver
from reports.period import last_whole_week
from reports.select import Order
from store.database import session_scope, utc_now
from store.errors import StoreBusyError
from store.items import sources_with_pending
from store.models import Ledger
from store.prune import prune
from store.sources import enabled_by_operator, sync_sources

from .config import Settings
from .slots import Outcome, due_slots, recorded, weekly_slot


def enabled_sources(session: Session, known: Sequence[Source], *, now: datetime) -> list[Source]:
    """The sources to poll: those the catalogue or the operator switched on, never those it says to skip. The store is told of all."""
    sync_sources(session, [source.model_dump(mode="json") for source in known], now=now)
    session.flush()
    overrides = enabled_by_operator(session)
    return [source for source in known if overrides.get(source.id, source.enabled) and not source.access.startswith("skip")]


def choose_due(session: Session, known: Sequence[Source], *, now: datetime) -> tuple[list[Source], list[Source]]:
    """The sources to poll now, and those of which an earlier crawl left articles unread."""
    enabled = enabled_sources(session, known, now=now)
    due = set(due_sources(session, [source.id for source in enabled], now=now))
    pending = set(sources_with_pending(session)) - due
    return [s for s in enabled if s.id in due], [s for s in enabled if s.id in pending]


def crawl_due(engine: Engine, settings: Settings, *, now: datetime) -> Ledger | None:
    """Crawl what is due and record it; None when nothing is."""
    known, broken = load_sources(added=settings.crawl.sources)
    with session_scope(engine) as session:
        asked, resume = choose_due(session, known, now=now)
    if not asked and not resume:
        return None

    def work() -> Outcome:
        try:
            report = crawl(asked, settings.crawl, settings.store, resume=resume, knowledge=settings.knowledge)
        except StoreBusyError as error:
            return Outcome("done", f"left to the crawl under way: {error.message}")
        totals = report.totals()
        failed = [f"{source.id}: {source.note or source.status}" for source in report.sources if source.status == "failed"]
        note = f"run {report.run_id}: {totals['new']} new of {totals['found']} entries from {len(report.sources)} sources"
        note = "; ".join([note, *failed[:10], *(str(error) for error in broken)])
        if report.status == "failed":
            return Outcome("failed", note)
        return Outcome("done" if report.status == "done" and not broken else "partly", note)

    return recorded(engine, "crawl", now.replace(microsecond=0), work)


def send_digest(engine: Engine, settings: Settings, name: str, slot: datetime) -> Outcome:
    """Build the issue of the week before `slot` and send it to whoever does not have it; to files without mail.host."""
    order = Order(name=name, settings=settings.digest[name], period=last_whole_week(slot), now=utc_now())
    with session_scope(engine) as session:
        issue, edition = build_issue(session, order)
    if settings.mail.host is None:
        paths = write_issue(edition, settings.mail.out, settings.mail, date=issue.built_at)
        return Outcome("done", f"{issue.period} written to {', '.join(str(path) for path in paths)}")
    if not order.settings.recipients:
        return Outcome("failed", f"[digest.{name}] has no recipients")
    outcomes = deliver(engine, issue.id or 0, edition, order.settings.recipients, settings.mail)
    fine = [outcome for outcome in outcomes if outcome.fine]
    wrong = [f"{outcome.recipient}: {outcome.error or outcome.state}" for outcome in outcomes if not outcome.fine]
    note = "; ".join([f"{issue.period} sent to {len(fine)} of {len(outcomes)}", *wrong[:10]])
    # What was not sent is tried again with the slot, so only a whole success closes it.
    return Outcome("failed" if wrong else "done", note)


def weekly_tasks(engine: Engine, settings: Settings, *, now: datetime) -> Iterator[Ledger]:
    """Do what of the weekly work has come and was not done: the digests, then pruning. Yields what was recorded."""
    schedule = settings.schedule
    catch_up = timedelta(days=schedule.catch_up_days)
    for name in settings.digest:
        latest = weekly_slot(schedule.digest_day, schedule, now)
        with session_scope(engine) as session:
            due = due_slots(session, f"digest {name}", latest, now=now, catch_up=catch_up)
        for slot in due:
            yield recorded(engine, f"digest {name}", slot, lambda name=name, slot=slot: send_digest(engine, settings, name, slot))  # type: ignore[misc]
    latest = weekly_slot(schedule.prune_day, schedule, now)
    with session_scope(engine) as session:
        due = due_slots(session, "prune", latest, now=now, catch_up=timedelta(weeks=1))
    for slot in due:
        yield recorded(engine, "prune", slot, lambda: _prune(engine, settings, now))


def _prune(engine: Engine, settings: Settings, now: datetime) -> Outcome:
    with session_scope(engine) as session:
        counts = prune(session, settings.store, now=now)
    return Outcome("done", ", ".join(f"{count} {name}" for name, count in counts.items()))


def run_once(engine: Engine, settings: Settings) -> Iterator[Ledger]:
    """Do all that is due now, crawling first so that the digests are fresh; yields what was recorded."""
    crawled = crawl_due(engine, settings, now=utc_now())
    if crawled is not None:
        yield crawled
    yield from weekly_tasks(engine, settings, now=utc_now())

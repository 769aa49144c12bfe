"""What the scheduler does beside issues: crawl what is due, prune, back up. What is done and when is the plan's (`plan`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from crawler.fetching.report import RunReport
from crawler.fetching.run import crawl
from crawler.sources.source import Source, load_sources
from store.database import Engine, Session, session_scope, utc_now
from store.errors import FetchError, SourceError, StoreBusyError, YixunError
from store.items import sources_with_pending
from store.models import Ledger
from store.prune import prune
from store.sources import drop_unlisted, due_sources, not_asked_since, sync_sources
from store.sources import enabled_sources as polled_sources
from store.status import LedgerStatus, RunStatus

from .backups import rotate
from .config import Settings
from .slots import Outcome, recorded


def enabled_sources(session: Session, known: Sequence[Source], *, now: datetime) -> list[Source]:
    """The sources to poll: those the catalogue or the operator switched on, never those it says to skip. The store is told of all."""
    sync_sources(session, [source.model_dump(mode="json") for source in known], now=now)
    session.flush()
    polled = polled_sources(session)
    return [source for source in known if source.id in polled]


def choose_due(
    session: Session, known: Sequence[Source], *, now: datetime, since: datetime | None = None
) -> tuple[list[Source], list[Source]]:
    """The sources to poll now, and those of which an earlier crawl left articles unread.

    With `since` (aware UTC) every source that was not asked since then is polled, due or not.
    """
    enabled = enabled_sources(session, known, now=now)
    due = set(due_sources(session, [source.id for source in enabled], now=now))
    if since is not None:
        due.update(not_asked_since(session, since, now=now))
    pending = set(sources_with_pending(session, [source.id for source in enabled])) - due
    return [s for s in enabled if s.id in due], [s for s in enabled if s.id in pending]


def crawl_due(engine: Engine, settings: Settings, *, now: datetime, since: datetime | None = None) -> Ledger | None:
    """Crawl what is due and record it; None when nothing is, and nothing is wrong with the sources. `since` as in `choose_due`.

    Sources that are in no file any more are left out from now on, unless a file cannot be read.
    """
    slot = now.replace(microsecond=0)
    try:
        known, broken = load_sources(added=settings.crawl.sources, catalogue=settings.crawl.catalogue)
        with session_scope(engine) as session:
            if not broken:
                drop_unlisted(session, [source.id for source in known])
            asked, resume = choose_due(session, known, now=now, since=since)
    except YixunError as error:
        failed = Outcome(LedgerStatus.failed, str(error))
        return recorded(engine, "crawl", slot, lambda: failed)
    if not asked and not resume and not broken:
        return None
    if settings.schedule.workers:
        return recorded(engine, "crawl", slot, lambda: _leave_to_workers(settings, [*asked, *resume], since, broken))
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


def _leave_to_workers(settings: Settings, chosen: list[Source], since: datetime | None, broken: list[SourceError]) -> Outcome:
    # What the queue needs is loaded only where there is one.
    from .queue import defer

    wrong = [str(error) for error in broken]
    try:
        put = defer(settings, chosen, since=since)
    except YixunError as error:
        return Outcome(LedgerStatus.failed, "; ".join([str(error), *wrong]))
    note = f"{put} sources left to the workers, {len(chosen) - put} wait with them already"
    return Outcome(LedgerStatus.partly if broken else LedgerStatus.done, "; ".join([note, *wrong]))


def crawl_part(engine: Engine, settings: Settings, wanted: Mapping[str, datetime | None]) -> tuple[RunReport | None, dict[str, YixunError]]:
    """Crawl sources that are still due or left unread, beside crawls of others.

    `wanted` are their ids, each with `since` as in `choose_due`. Returns the report, None when nothing is left to do, and what kept sources
    from being crawled to the end: those that are in no file here, that another crawl is at, or of which articles are still unread though
    no host asked for patience. Raises what `crawl` raises.
    """
    known, broken = load_sources(added=settings.crawl.sources)
    ours = {source.id: source for source in known if source.id in wanted}
    why = f": {broken[0]}" if broken else ""
    failed: dict[str, YixunError] = {
        name: SourceError(f"is in no source file of this machine{why}", subject=name) for name in wanted if name not in ours
    }
    asked: list[Source] = []
    resume: list[Source] = []
    with session_scope(engine) as session:
        for name, source in ours.items():
            chosen = choose_due(session, [source], now=utc_now(), since=wanted[name])
            asked += chosen[0]
            resume += chosen[1]
    if not asked and not resume:
        return None, failed
    report = crawl(asked, settings.crawl, settings.store, resume=resume, is_part=True, knowledge=settings.knowledge, on_event=_pass_on)
    failed |= {name: StoreBusyError("is crawled by another process", subject=name) for name in report.left}
    failed |= {name: FetchError("has articles that could not be read or saved this time", subject=name) for name in report.unread}
    return report, failed


def _pass_on(event: dict[str, Any]) -> None:
    """Log what went wrong in the process of the crawl, traces included, where the scheduler logs."""
    if event.get("level") in ("error", "critical"):
        structlog.get_logger().error("crawl: " + str(event.pop("event", "")), **{f"crawl_{name}": value for name, value in event.items()})


def prune_store(engine: Engine, settings: Settings, *, now: datetime, stopped: Callable[[], bool]) -> Outcome:
    """Remove what the store need not keep; what is left when `stopped` says so is removed the next time."""
    counts = prune(engine, settings.store, now=now, stopped=stopped)
    return Outcome(LedgerStatus.done, ", ".join(f"{count} {name}" for name, count in counts.items()))


def back_up_store(engine: Engine, settings: Settings, config: Path | None, *, now: datetime) -> Outcome:
    """Make the backup of the day and remove those that need not be kept."""
    file, contents, removed = rotate(engine, settings, config, now=now)
    note = f"{file}: {sum(contents.rows.values())} rows, read back"
    return Outcome(LedgerStatus.done, "; ".join([note, *([f"{len(removed)} older removed"] if removed else [])]))

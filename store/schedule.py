"""When a source is due. The one place that decides it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from .models import Fetch, SourceState

_RETRY = timedelta(minutes=15)
_DAY = timedelta(days=1)


def due_sources(session: Session, source_ids: Sequence[str], *, now: datetime) -> list[str]:
    """Those of `source_ids` that are due at `now`: never fetched, or past their next due time."""
    rows = session.exec(
        select(SourceState.source_id).where(
            col(SourceState.source_id).in_(list(source_ids)),
            or_(col(SourceState.next_due_at).is_(None), col(SourceState.next_due_at) <= now),
        )
    )
    return sorted(rows)


def after_fetch(
    session: Session, source_id: str, fetch: Fetch, *, now: datetime, interval: timedelta, newest_entry_at: datetime | None = None
) -> None:
    """Learn from one fetch of a source and set when it is due next.

    `fetch` says how it went (status, error_kind, found, new); `interval` is what the source's definition asks for;
    `newest_entry_at` is the latest date among the entries that were found.
    """
    state = session.get_one(SourceState, source_id)
    state.last_fetch_at = now
    state.interval_seconds = int(interval.total_seconds())
    if fetch.error_kind is None:
        state.failures, state.last_success_at, state.first_crawl_done = 0.0, now, True
        if fetch.new:
            state.last_new_at = now
        if newest_entry_at and (state.newest_entry_at is None or newest_entry_at > state.newest_entry_at):
            state.newest_entry_at = newest_entry_at
        state.next_due_at = now + interval
    else:
        state.failures += 1.0
        state.next_due_at = now + min(_DAY, max(interval, state.failures * _RETRY))

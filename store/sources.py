"""Sources as rows: synced from their definitions at each crawl."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, delete, or_, select

from .models import SourceRow, SourceState, SourceUrlState
from .status import SourceStatus

# A moment this far in the future was written under a wrong clock.
CLOCK_SLACK = timedelta(hours=1)
_COLUMNS = ("name", "name_zh", "homepage", "language", "category", "kind", "scope", "tier", "access")


def sync_sources(session: Session, definitions: Iterable[dict[str, Any]], *, now: datetime) -> None:
    """Write the definitions (plain values of `crawler.sources.source.Source`, with every field) into the source tables.

    A source whose definition changed loses its validators, so that the next poll reads it in full with the new rules; one that was
    dropped (`drop_unlisted`) is back.
    """
    known = {row.id: row for row in session.exec(select(SourceRow))}
    overrides = dict(session.exec(select(SourceState.source_id, SourceState.overrides)).all())
    for definition in definitions:
        source_id = str(definition["id"])
        row = known.get(source_id)
        if row is None:
            columns = {name: definition[name] for name in _COLUMNS} | {"enabled": _is_enabled(definition, {})}
            row = SourceRow(id=source_id, first_seen_at=now, changed_at=now, definition=definition, **columns)
            session.add(row)
        elif row.definition != definition:
            for name in _COLUMNS:
                setattr(row, name, definition[name])
            row.definition, row.changed_at = definition, now
            session.exec(delete(SourceUrlState).where(col(SourceUrlState.source_id) == source_id))
        row.listed, row.enabled = True, _is_enabled(definition, overrides.get(source_id, {}))
        if source_id not in overrides:
            session.flush()
            session.add(SourceState(source_id=source_id, status_since=now))


def _is_enabled(definition: Mapping[str, Any], overrides: Mapping[str, Any]) -> bool:
    """Whether a source is polled: what the operator said, else what its definition says; never one that is to be skipped."""
    return bool(overrides.get("enabled", definition["enabled"])) and not str(definition["access"]).startswith("skip")


def drop_unlisted(session: Session, listed: Iterable[str]) -> None:
    """Leave out, from now on, the sources that are not among `listed`, the ids of all there are: nothing names them any more."""
    gone = (col(SourceRow.listed), col(SourceRow.id).not_in(list(listed)))
    session.connection().execute(update(SourceRow).where(*gone).values(listed=False, enabled=False))


def set_enabled(session: Session, source_id: str, enabled: bool, *, now: datetime) -> None:
    """Note that an operator switched a source on or off; on means due at once."""
    state = session.get_one(SourceState, source_id)
    state.overrides = {**state.overrides, "enabled": enabled}
    row = session.get_one(SourceRow, source_id)
    row.enabled = _is_enabled(row.definition, state.overrides)
    state.next_due_at = None
    state.status, state.status_since = (SourceStatus.new if enabled else SourceStatus.disabled), now
    state.status_reason = "switched on by the operator" if enabled else "switched off by the operator"


def set_verified(session: Session, source_id: str) -> None:
    """Note that a test against the live source succeeded on this installation."""
    session.get_one(SourceState, source_id).unverified = False


def states(session: Session) -> dict[str, SourceState]:
    """What is remembered of every source, by id."""
    return {row.source_id: row for row in session.exec(select(SourceState))}


def enabled_sources(session: Session) -> set[str]:
    """Ids of the sources that are polled."""
    return {source.id for source, _ in conditions(session)}


def conditions(session: Session) -> list[tuple[SourceRow, SourceState]]:
    """The sources that are polled, by id, each with how it is doing: the one truth of schedule, digest, coverage, status and views."""
    query = select(SourceRow, SourceState).join(SourceState, col(SourceState.source_id) == SourceRow.id)
    return list(session.exec(query.where(col(SourceRow.enabled)).order_by(col(SourceRow.id))))


def not_asked_since(session: Session, moment: datetime, *, now: datetime) -> list[str]:
    """Ids of the polled sources that were never asked between `moment` and `now` (aware UTC)."""

    def asked(state: SourceState) -> bool:
        return state.last_fetch_at is not None and moment <= state.last_fetch_at <= now

    return [source.id for source, state in conditions(session) if not asked(state)]


def due_sources(session: Session, source_ids: Sequence[str], *, now: datetime) -> list[str]:
    """Those of `source_ids` that are due at `now`: never fetched, past their next due time, or fetched under a clock that ran ahead."""
    state = SourceState
    due = or_(col(state.next_due_at).is_(None), col(state.next_due_at) <= now, col(state.last_fetch_at) > now + CLOCK_SLACK)
    return sorted(session.exec(select(SourceState.source_id).where(col(SourceState.source_id).in_(list(source_ids)), due)))

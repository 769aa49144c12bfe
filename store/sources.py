"""Sources as rows: synced from their definitions at each crawl."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, or_, select

from .models import SourceRow, SourceState, SourceUrlState
from .status import SourceStatus

_COLUMNS = ("name", "name_zh", "homepage", "language", "category", "kind", "scope", "tier", "access")


def sync_sources(session: Session, definitions: Iterable[dict[str, Any]], *, now: datetime) -> None:
    """Write the definitions (plain values of `crawler.sources.source.Source`, with every field) into the source tables.

    A source whose definition changed loses its validators, so that the next poll reads it in full with the new rules.
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
            row.enabled = _is_enabled(definition, overrides.get(source_id, {}))
            session.exec(delete(SourceUrlState).where(col(SourceUrlState.source_id) == source_id))
        if source_id not in overrides:
            session.flush()
            session.add(SourceState(source_id=source_id, status_since=now))


def _is_enabled(definition: Mapping[str, Any], overrides: Mapping[str, Any]) -> bool:
    """Whether a source is polled: what the operator said, else what its definition says; never one that is to be skipped."""
    return bool(overrides.get("enabled", definition["enabled"])) and not str(definition["access"]).startswith("skip")


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
    """Ids of the sources that are polled: the one truth of schedule, digest, status and views."""
    return set(session.exec(select(SourceRow.id).where(col(SourceRow.enabled))))


def due_sources(session: Session, source_ids: Sequence[str], *, now: datetime) -> list[str]:
    """Those of `source_ids` that are due at `now`: never fetched, or past their next due time."""
    due = or_(col(SourceState.next_due_at).is_(None), col(SourceState.next_due_at) <= now)
    return sorted(session.exec(select(SourceState.source_id).where(col(SourceState.source_id).in_(list(source_ids)), due)))

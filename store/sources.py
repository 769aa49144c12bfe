"""Sources as rows: synced from their definitions at each crawl."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, delete, select

from .models import SourceRow, SourceState, SourceUrlState

_COLUMNS = ("name", "name_zh", "homepage", "language", "category", "kind", "scope", "tier", "access", "enabled")


def sync_sources(session: Session, definitions: Iterable[dict[str, Any]], *, now: datetime) -> None:
    """Write the definitions (plain values of `crawler.sources.source.Source`, with every field) into the source tables.

    A source whose definition changed loses its validators, so that the next poll reads it in full with the new rules.
    """
    known = {row.id: row for row in session.exec(select(SourceRow))}
    with_state = set(session.exec(select(SourceState.source_id)))
    for definition in definitions:
        source_id = str(definition["id"])
        row = known.get(source_id)
        if row is None:
            row = SourceRow(id=source_id, first_seen_at=now, changed_at=now, definition=definition, **{k: definition[k] for k in _COLUMNS})
            session.add(row)
        elif row.definition != definition:
            for name in _COLUMNS:
                setattr(row, name, definition[name])
            row.definition, row.changed_at = definition, now
            session.exec(delete(SourceUrlState).where(col(SourceUrlState.source_id) == source_id))
        if source_id not in with_state:
            session.flush()
            session.add(SourceState(source_id=source_id, status_since=now))


def set_enabled(session: Session, source_id: str, enabled: bool, *, now: datetime) -> None:
    """Note that an operator switched a source on or off; on means due at once."""
    state = session.get_one(SourceState, source_id)
    state.overrides = {**state.overrides, "enabled": enabled}
    state.next_due_at = None
    state.status, state.status_since = ("new" if enabled else "disabled"), now
    state.status_reason = "switched on by the operator" if enabled else "switched off by the operator"


def set_verified(session: Session, source_id: str) -> None:
    """Note that a test against the live source succeeded on this installation."""
    session.get_one(SourceState, source_id).unverified = False


def states(session: Session) -> dict[str, SourceState]:
    """What is remembered of every source, by id."""
    return {row.source_id: row for row in session.exec(select(SourceState))}


def enabled_by_operator(session: Session) -> dict[str, bool]:
    """Sources that an operator switched on or off by hand, whatever their definition says."""
    rows = session.exec(select(SourceState.source_id, SourceState.overrides))
    return {source_id: bool(overrides["enabled"]) for source_id, overrides in rows if "enabled" in overrides}

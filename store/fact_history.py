"""What judging did to facts, kept so that the store can be asked what it said on an earlier day (`v1_fact_changes`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from .facts import FactChange, stated
from .models import FactHistory, fact_id, kind_of


def keep_history(session: Session, changes: Sequence[FactChange], *, judged_with: str, now: datetime) -> None:
    """Keep what judging an item at `now` did to its facts; gained ones must have their numbers already."""
    rows = [row for change in changes for row in _rows(change, judged_with, now)]
    if rows:
        session.connection().execute(insert(FactHistory), rows)


def _rows(change: FactChange, judged_with: str, now: datetime) -> Iterator[dict[str, Any]]:
    row = change.row
    own = {"item_id": row.item_id, "fact_id": fact_id(row), "type": kind_of(row), "changed_at": now, "judged_with": judged_with}
    own |= {"change": change.change, "field": None, "before": None, "after": None}
    if change.change == "gained":
        yield own
    elif change.change == "lost":
        told = {name: plain(value) for name, value in stated(row).items() if value not in (None, [])}
        yield own | {"before": json.dumps(told, ensure_ascii=False)}
    else:
        now_stated = stated(row)
        for name, before in change.before.items():
            yield own | {"field": name, "before": _as_text(before), "after": _as_text(now_stated[name])}


def plain(value: Any) -> Any:
    """A value of a fact as JSON takes it: sums and days as text."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _as_text(value: Any) -> str | None:
    if isinstance(value, list | bool):
        return json.dumps(value, ensure_ascii=False)
    return None if value is None else str(plain(value))

"""How much of the news of a period was looked at: which sources were read since it ended, which of its pages still wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, and_, col, func, or_, select

from .models import Item
from .sources import conditions
from .status import ItemStatus


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at: sources by tier, and pages of items of the period."""

    enabled: dict[str, int]
    read: dict[str, int]  # of these, sources that answered since the period ended
    pages_read: int
    pages_waiting: int


def looked(session: Session, start: datetime, end: datetime, *, now: datetime) -> Looked:
    """Count for the period from `start` until before `end` what was looked at up to `now`; all aware UTC.

    A page that waits counts when its item is dated in the period, or not dated yet.
    """
    enabled: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for source, state in conditions(session):
        enabled[source.tier] += 1
        read[source.tier] += state.last_success_at is not None and end <= state.last_success_at <= now
    dated = and_(col(Item.published_at) >= start, col(Item.published_at) < end)
    pages = select(func.count()).select_from(Item)
    waiting = pages.where(col(Item.status) == ItemStatus.pending, or_(dated, col(Item.published_at).is_(None)))
    # Wrapped, so that no database walks all kept items by an index that begins with the status.
    kept = pages.where(func.coalesce(Item.status, "") == ItemStatus.kept, dated)
    return Looked(dict(enabled), dict(read), session.exec(kept).one(), session.exec(waiting).one())

"""Removing what the store need not keep, in batches so short that nobody else waits for them.

What an issue or a fact refers to is never touched: an issue can always be traced to its items, and a fact to its sentence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, delete, exists, not_, update
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from .database import session_scope
from .models import (
    FACT_TABLES,
    Alert,
    FactReview,
    Fetch,
    HostDay,
    HostState,
    HostTurn,
    IssueEntry,
    Item,
    ItemKey,
    ItemProfile,
    ItemVersion,
    Ledger,
    Run,
)
from .search import index_items
from .settings import StoreSettings
from .statistics import refresh_statistics
from .status import ItemStatus, LedgerStatus, RunStatus

_TURNS_KEPT = timedelta(days=1)
_ROBOTS_BELIEVED = timedelta(days=30)
_FIRST_BATCH, _LEAST_BATCH, _MOST_BATCH = 100, 10, 5_000
# A batch is to hold the write lock about as long; writers that wait look again every tenth of a second at the latest.
_BATCH_SECONDS = 0.2
_PAUSE_SECONDS = 0.12

Rules = tuple[ColumnElement[bool], ...]
Work = Callable[[Session, Sequence[Any], Rules], int]
_OPEN = (LedgerStatus.waiting, LedgerStatus.running)


def prune(engine: Engine, settings: StoreSettings, *, now: datetime, stopped: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Remove old entries that were turned away, old bodies, and old records of fetches, runs, hosts, jobs and alerts; rows of news stay.

    Each batch is a transaction of its own; `stopped` is asked between two, and the rest is left for the next time. Returns the number
    of rows, by what they were. Raises StoreError.
    """
    work = _Batches(engine, stopped)
    fetched_before = now - timedelta(days=settings.keep_fetch_days)
    turned_away_before = now - timedelta(days=settings.keep_turned_away_days)
    away = (col(Item.status) == ItemStatus.turned_away, col(Item.first_seen_at) < turned_away_before, *_unreferred())
    counts = {"entries turned away": work.delete(Item.id, *away)}
    if settings.keep_body_days is not None:
        counts["bodies"] = work.each(Item.id, _with_old_body(now - timedelta(days=settings.keep_body_days)), _remove_bodies(now))
    waits = and_(col(HostState.wait_until).is_not(None), col(HostState.wait_until) > now)
    # A robots.txt may stand in for a host that fails for thirty days; one that is older is believed by nobody.
    robots_before = now - max(_ROBOTS_BELIEVED, timedelta(days=settings.keep_fetch_days))
    fresh = and_(col(HostState.robots_fetched_at).is_not(None), col(HostState.robots_fetched_at) >= robots_before)
    counts |= {
        "keys of stories": work.delete(ItemKey.key, ~exists().where(col(ItemProfile.item_id) == col(ItemKey.item_id))),
        "fetches": work.delete(Fetch.id, col(Fetch.started_at) < fetched_before),
        "runs": work.delete(Run.id, col(Run.started_at) < fetched_before, col(Run.status) != RunStatus.running),
        "days of hosts": work.delete(HostDay.day, col(HostDay.day) < fetched_before.date()),
        "turns at hosts": work.delete(HostTurn.host, col(HostTurn.until) < now - _TURNS_KEPT),
        "hosts": work.delete(HostState.host, not_(waits), not_(fresh)),
        "slots of jobs": work.delete(Ledger.id, *_old_slots(fetched_before)),
        "alerts": work.delete(Alert.id, col(Alert.closed_at) < fetched_before),
    }
    refresh_statistics(engine)
    return counts


def _unreferred() -> Iterator[ColumnElement[bool]]:
    """Rules for items that no issue, no fact and no word of a person on a fact refers to, nor to a story that is in an issue."""
    tables: tuple[Any, ...] = (*FACT_TABLES.values(), FactReview)
    for table in tables:
        yield ~exists().where(col(table.item_id) == col(Item.id))
    yield ~exists().where(col(IssueEntry.item_id) == col(Item.id))
    yield ~exists().where(col(IssueEntry.story_id) == col(Item.story_id))


def _with_old_body(before: datetime) -> Rules:
    done = col(Item.status).in_((ItemStatus.kept, ItemStatus.unread))
    return (done, col(Item.first_seen_at) < before, col(Item.text) != "", *_unreferred())


def _remove_bodies(now: datetime) -> Work:
    def remove(session: Session, ids: Sequence[Any], rules: Rules) -> int:
        connection = session.connection()
        connection.execute(update(Item).where(col(Item.id).in_(ids), *rules).values(text="", text_removed_at=now))
        emptied: list[Any] = list(
            connection.execute(columns(col(Item.id)).where(col(Item.id).in_(ids), col(Item.text_removed_at) == now)).scalars()
        )
        connection.execute(update(ItemVersion).where(col(ItemVersion.item_id).in_(emptied)).values(text=""))
        index_items(session, emptied)
        return len(emptied)

    return remove


def _old_slots(before: datetime) -> Rules:
    """Slots that are over; the newest of each job stays, for it says when the job ran last, and those of issues are their history."""
    later = aliased(Ledger)
    newer = exists().where(col(later.job) == col(Ledger.job), col(later.slot) > col(Ledger.slot))
    return (col(Ledger.slot) < before, col(Ledger.status).not_in(_OPEN), not_(col(Ledger.job).like("digest %")), newer)


class _Batches:
    """Work on rows in batches whose size follows how long the last one held the lock."""

    def __init__(self, engine: Engine, stopped: Callable[[], bool]) -> None:
        self._engine, self._stopped = engine, stopped

    def delete(self, key: Any, *rules: ColumnElement[bool]) -> int:
        """Delete the rows that all rules hold for, found by the column `key`; returns how many."""

        def remove(session: Session, keys: Sequence[Any], rules: Rules) -> int:
            return int(session.connection().execute(delete(key.class_).where(key.in_(keys), *rules)).rowcount)

        return self.each(key, rules, remove)

    def each(self, key: Any, rules: Rules, work: Work) -> int:
        """Do `work` on all rows that the rules hold for, in the order of the column `key`; returns how many rows it was done on."""
        total, size = 0, _FIRST_BATCH
        rest: Rules = ()
        while not self._stopped():
            # Looked for apart from the write, which holds the lock.
            with session_scope(self._engine) as session:
                keys = list(session.connection().execute(columns(key).where(*rules, *rest).order_by(key).limit(size)).scalars())
            if not keys:
                break
            began = time.monotonic()
            with session_scope(self._engine) as session:
                total += work(session, keys, rules)
            taken = max(time.monotonic() - began, 0.001)
            rest = (key > keys[-1],)
            size = max(_LEAST_BATCH, min(_MOST_BATCH, int(size * min(2.0, _BATCH_SECONDS / taken))))
            time.sleep(_PAUSE_SECONDS)
        return total

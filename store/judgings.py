"""Judging stored items again: which are to be judged, how far a run is, and what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, delete, func, select

from .clock import SHANGHAI
from .facts import FactChange
from .items import ReadItem, save_judgements
from .models import Item, Judging, JudgingFault
from .status import ItemStatus

# What has a text, or an entry in its place; what was judged by a text that is gone keeps its judgement.
_JUDGED = (col(Item.status).in_((ItemStatus.kept, ItemStatus.unread)), col(Item.text_removed_at).is_(None))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which items are to be judged: those that another version judged (`outdated`), those published or first seen `since`, or all."""

    outdated: bool = False
    since: datetime | None = None

    def __str__(self) -> str:
        return "outdated" if self.outdated else f"since {self.since.astimezone(SHANGHAI):%Y-%m-%d}" if self.since else "all"


def begin(session: Session, asked: Asked, version: str, *, now: datetime, resume: bool) -> Judging:
    """A new run, or, to `resume`, the last one for which the same was asked of the same version, unless it came to its end."""
    if resume:
        same = (Judging.asked == str(asked), Judging.judged_with == version)
        last = session.exec(select(Judging).where(*same).order_by(col(Judging.id).desc()).limit(1)).first()
        if last is not None and last.finished_at is None:
            return last
    return Judging(asked=str(asked), judged_with=version, started_at=now)


def some_to_judge(session: Session, asked: Asked, version: str, *, after: int, limit: int) -> list[Item]:
    """The next items that `asked` names, in the order of their ids, beginning behind `after`."""
    query = select(Item).where(col(Item.id) > after, *_JUDGED)
    if asked.outdated:
        query = query.where(Item.judged_with != version)
    if asked.since is not None:
        query = query.where(func.coalesce(Item.published_at, Item.first_seen_at) >= asked.since)
    return list(session.exec(query.order_by(col(Item.id)).limit(limit)))


def save_batch(
    session: Session,
    run: Judging,
    read: Sequence[ReadItem],
    broken: Mapping[int, str],
    *,
    seen: Mapping[int, datetime],
    now: datetime,
) -> dict[int, list[FactChange]]:
    """Save a batch of a run, and how far the run is, in one transaction; returns how the facts of each item changed.

    `broken` are items that our own code broke on, with the trace: they keep what was judged before. `seen` says when each item was last
    changed as it was judged; an item that a crawl has changed meanwhile is left to what the crawl made of it.
    """
    ids = [item.item_id for item in read]
    present = dict(session.exec(select(Item.id, Item.changed_at).where(col(Item.id).in_(ids))).all())
    judged = [item for item in read if present.get(item.item_id) == seen[item.item_id]]
    for item in judged:
        session.connection().execute(update(Item).where(col(Item.id) == item.item_id).values(**item.values))
    changes = save_judgements(session, judged, now=now)
    session.exec(delete(JudgingFault).where(col(JudgingFault.item_id).in_([item.item_id for item in judged])))
    for item_id, trace in broken.items():
        _note(session, item_id, trace, run.judged_with, now)
    count(run, [change for made in changes.values() for change in made], judged=len(judged), failed=len(broken))
    session.add(run)
    session.flush()
    return changes


def count(run: Judging, changes: Sequence[FactChange], *, judged: int, failed: int) -> None:
    """Add what a batch did to the figures of its run."""
    run.judged, run.failed = run.judged + judged, run.failed + failed
    for change in changes:
        setattr(run, change.change, getattr(run, change.change) + 1)


def count_outdated(session: Session, version: str) -> int:
    """How many items another version judged."""
    query = select(func.count()).select_from(Item).where(*_JUDGED, Item.judged_with != version)
    return session.exec(query).one()


def faults(session: Session) -> list[JudgingFault]:
    """The items that our code broke on when they were judged again, latest first."""
    return list(session.exec(select(JudgingFault).order_by(col(JudgingFault.happened_at).desc(), col(JudgingFault.item_id))))


def _note(session: Session, item_id: int, trace: str, version: str, now: datetime) -> None:
    if session.get(Item, item_id) is None:
        return
    fault = session.get(JudgingFault, item_id) or JudgingFault(item_id=item_id, judged_with=version, trace=trace, happened_at=now)
    fault.tries = fault.tries + 1 if fault.judged_with == version else 1
    fault.judged_with, fault.trace, fault.happened_at = version, trace, now
    session.add(fault)

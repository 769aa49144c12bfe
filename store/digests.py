"""Queries behind a digest: what falls in a period, frozen issues, and the ledger of deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Session, SQLModel, col, delete, select

from .models import (
    FACT_TABLES,
    Delivery,
    DeliveryColumns,
    DigestIssue,
    FactColumns,
    IssueEntry,
    Item,
    ItemTopic,
    Organisation,
    SourceRow,
    Story,
    Topic,
    WatchDelivery,
    kind_of,
)
from .sources import CLOCK_SLACK
from .status import DeliveryState, ItemStatus

# An item first seen this long after its own day is old news (docs/digest.md).
LATE = timedelta(hours=48)

Row = TypeVar("Row", bound=SQLModel)


@dataclass(slots=True)
class Candidate:
    """An item that may enter a digest, with everything known about it."""

    item: Item
    source: SourceRow
    topics: list[ItemTopic] = field(default_factory=list)
    facts: list[FactColumns] = field(default_factory=list)

    def announced(self, *kinds: str) -> list[Any]:
        """The facts of these kinds that the item announces rather than recalls."""
        return [fact for fact in self.facts if not fact.background and kind_of(fact) in kinds]


def _in_period(start: datetime, end: datetime, *, with_late: bool) -> ColumnElement[bool]:
    seen_now = and_(col(Item.first_seen_at) >= start, col(Item.first_seen_at) < end, col(Item.backlog).is_(False))
    dated = and_(col(Item.published_at) >= start, col(Item.published_at) < end)
    undated = and_(col(Item.published_at).is_(None), seen_now)
    rules = [dated, undated]
    if with_late:
        # The exact 48 hours are held against each item in Python: date arithmetic differs between the databases.
        rules.append(and_(col(Item.published_at) < start, col(Item.published_at) >= start - LATE, seen_now))
    return and_(col(Item.status) == ItemStatus.kept, col(Item.relevant).is_(True), or_(*rules))


def candidates(session: Session, start: datetime, end: datetime, *, with_late: bool, least_confidence: float) -> list[Candidate]:
    """Kept and relevant items of a period (aware UTC, `end` excluded), by id, with their topics and the facts to be relied on.

    Facts that a person called wrong are none of these, and those below `least_confidence` only when a person called them right.

    An item belongs by its own date; without one by its first sight, unless it was backlog. `with_late` adds items dated
    before the period but first seen in it, no more than `LATE` after their date.
    """
    rule = _in_period(start, end, with_late=with_late)
    query = select(Item, SourceRow).join(SourceRow, col(SourceRow.id) == col(Item.source_id)).where(rule).order_by(col(Item.id))
    found: dict[int, Candidate] = {}
    for item, source in session.exec(query):
        if item.published_at is None or item.published_at >= start or item.first_seen_at - item.published_at <= LATE:
            found[item.id or 0] = Candidate(item, source)
    for item_id, topics in _of_items(session, ItemTopic, rule).items():
        if item_id in found:
            found[item_id].topics = topics
    for table in FACT_TABLES.values():
        for item_id, facts in _of_items(session, table, rule).items():
            if item_id in found:
                found[item_id].facts += [fact for fact in facts if _relied_on(fact, least_confidence)]
    return list(found.values())


def _relied_on(fact: FactColumns, least_confidence: float) -> bool:
    return fact.confidence >= least_confidence if fact.reviewed is None else fact.reviewed != "wrong"


def _of_items(session: Session, table: type[Row], rule: ColumnElement[bool]) -> dict[int, list[Row]]:
    item_id: Any = table.item_id  # type: ignore[attr-defined]
    rows: dict[int, list[Row]] = defaultdict(list)
    query = select(table).join(Item, col(Item.id) == col(item_id)).where(rule).order_by(col(table.id))  # type: ignore[attr-defined]
    for row in session.exec(query):
        rows[row.item_id].append(row)  # type: ignore[attr-defined]
    return rows


def organisation_names(session: Session) -> dict[str, tuple[str | None, str | None]]:
    """English and Chinese name of every organisation of the catalogue, by id."""
    return {row.id: (row.name_en, row.name_zh) for row in session.exec(select(Organisation))}


def topic_rows(session: Session) -> list[Topic]:
    """All topics, in the order of digest sections."""
    return list(session.exec(select(Topic).order_by(col(Topic.position), col(Topic.id))))


def find_issue(session: Session, digest: str, period: str) -> DigestIssue | None:
    """The frozen issue of a digest for a period, if it was built."""
    return session.exec(select(DigestIssue).where(DigestIssue.digest == digest, DigestIssue.period == period)).first()


def list_issues(session: Session, digest: str | None = None) -> list[DigestIssue]:
    """Built issues of one digest or of all, newest period first."""
    query = select(DigestIssue).order_by(col(DigestIssue.starts_on).desc(), col(DigestIssue.digest), col(DigestIssue.id).desc())
    return list(session.exec(query.where(DigestIssue.digest == digest) if digest else query))


def entries_of(session: Session, issue: DigestIssue) -> list[IssueEntry]:
    """The entries of an issue, in the order they were frozen."""
    return list(session.exec(select(IssueEntry).where(IssueEntry.issue_id == issue.id).order_by(col(IssueEntry.id))))


def entries_of_other_weeks(session: Session, digest: str, period: str) -> list[tuple[DigestIssue, IssueEntry]]:
    """All entries that stand in other weekly issues of the same digest, each with its issue."""
    query = (
        select(DigestIssue, IssueEntry)
        .join(IssueEntry, col(DigestIssue.id) == col(IssueEntry.issue_id))
        .where(DigestIssue.digest == digest, DigestIssue.period != period, ~col(DigestIssue.period).contains(".."))
    )
    return list(session.exec(query))


def stories_now(session: Session, story_ids: Iterable[int]) -> set[int]:
    """Stories by the ids that they had, with those that they went into since."""
    found, asked = set(story_ids), set(story_ids)
    while asked:
        rows = session.exec(select(Story.merged_into).where(col(Story.id).in_(asked), col(Story.merged_into).is_not(None)))
        asked = {into for into in rows if into is not None} - found
        found |= asked
    return found


def save_issue(session: Session, issue: DigestIssue, entries: Sequence[IssueEntry]) -> DigestIssue:
    """Freeze an issue with its entries; an earlier issue of the same digest and period is replaced, keeping its id."""
    before = find_issue(session, issue.digest, issue.period)
    if before is not None:
        session.exec(delete(IssueEntry).where(col(IssueEntry.issue_id) == before.id))
        for name in ("built_at", "language", "subject", "coverage", "frozen", "starts_on", "ends_on"):
            setattr(before, name, getattr(issue, name))
        issue = before
    session.add(issue)
    session.flush()
    for entry in entries:
        entry.issue_id = issue.id or 0
        session.add(entry)
        # One flush an entry keeps ids in the order of the issue on every database.
        session.flush()
    return issue


def deliveries_of(session: Session, issue_id: int) -> list[Delivery]:
    """The deliveries of an issue, by recipient."""
    return list(session.exec(select(Delivery).where(Delivery.issue_id == issue_id).order_by(col(Delivery.recipient))))


def find_delivery(session: Session, issue_id: int, recipient: str) -> Delivery | None:
    """The delivery of an issue to a recipient, freshly read."""
    query = select(Delivery).where(Delivery.issue_id == issue_id, Delivery.recipient == recipient)
    return session.exec(query.execution_options(populate_existing=True)).first()


def claim_delivery(session: Session, row: DeliveryColumns, *, now: datetime) -> bool:
    """Take a delivery for sending, just before the text of the mail is handed over.

    True for exactly one of several senders; False when it was sent, is being sent, or waits for a person.
    """
    table: Any = type(row)
    rule = and_(table.id == row.id, table.state.in_((DeliveryState.queued, DeliveryState.failed)))
    values = {"state": DeliveryState.sending, "tried_at": now, "tries": table.tries + 1, "error": None}
    return session.connection().execute(update(table).where(rule).values(**values)).rowcount == 1


def close_delivery(session: Session, row: DeliveryColumns, state: DeliveryState, *, now: datetime, error: str | None = None) -> None:
    """Write how a delivery ended."""
    table: Any = type(row)
    values: dict[str, Any] = {"state": state, "tried_at": now, "error": error}
    if state == DeliveryState.sent:
        values["sent_at"] = now
    session.connection().execute(update(table).where(table.id == row.id).values(**values))


def sent_since(session: Session, moment: datetime) -> int:
    """How many mails the server took since `moment` (aware UTC): issues and stories of watches."""
    counts = [
        session.exec(
            select(func.count()).select_from(table).where(col(table.state) == DeliveryState.sent, col(table.sent_at) >= moment)
        ).one()
        for table in (Delivery, WatchDelivery)
    ]
    return sum(counts)


def set_aside_future_issues(session: Session, *, now: datetime) -> int:
    """Give up issues that were built under a clock that ran ahead, so that theirs is not the word on a week to come; returns how many.

    One that went to nobody is deleted. One that was mailed is kept under a name of its own, with its deliveries.
    """
    ahead = session.exec(select(DigestIssue).where(col(DigestIssue.built_at) > now + CLOCK_SLACK)).all()
    for issue in ahead:
        if deliveries_of(session, issue.id or 0):
            issue.period = f"{issue.period} ({issue.built_at:%Y-%m-%d %H:%M:%S} UTC)"
            issue.built_at = now
        else:
            session.delete(issue)
    session.flush()
    return len(ahead)

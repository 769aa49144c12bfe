"""Queries behind a digest: frozen issues, what they told, and the ledger of deliveries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import and_, func, update
from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, select

from .models import Delivery, DeliveryColumns, DigestIssue, IssueEntry, WatchDelivery
from .sources import CLOCK_SLACK
from .status import DeliveryState

_CHUNK = 1000  # ids a statement


def find_issue(session: Session, digest: str, period: str) -> DigestIssue | None:
    """The frozen issue of a digest for a period, if it was built."""
    return session.exec(select(DigestIssue).where(DigestIssue.digest == digest, DigestIssue.period == period)).first()


def list_issues(session: Session, digest: str | None = None) -> list[DigestIssue]:
    """Built issues of one digest or of all, newest period first."""
    query = select(DigestIssue).order_by(col(DigestIssue.starts_on).desc(), col(DigestIssue.digest), col(DigestIssue.id).desc())
    return list(session.exec(query.where(DigestIssue.digest == digest) if digest else query))


def newest_issues(session: Session, digests: Sequence[str]) -> list[DigestIssue]:
    """The issue of the latest period of each of these digests that has any."""
    query = select(DigestIssue).order_by(col(DigestIssue.ends_on).desc(), col(DigestIssue.id).desc()).limit(1)
    found = (session.exec(query.where(DigestIssue.digest == name)).first() for name in digests)
    return [issue for issue in found if issue is not None]


def entries_of(session: Session, issue: DigestIssue) -> list[IssueEntry]:
    """The entries of an issue, in the order they were frozen."""
    return list(session.exec(select(IssueEntry).where(IssueEntry.issue_id == issue.id).order_by(col(IssueEntry.id))))


def told_before(session: Session, digest: str, *, starts_on: date, stories: Mapping[int, int]) -> dict[int, str]:
    """Which of `stories` (ids that they had, each with what it is now) an earlier issue of a digest told, each with its last period.

    Issues of spans of days are none of a row, and do not count.
    """
    found: dict[int, str] = {}
    for chunk in _chunks(stories):
        query = _entries(col(IssueEntry.story_id), digest)
        query = query.where(col(IssueEntry.story_id).in_(chunk), col(DigestIssue.starts_on) < starts_on)
        for story_id, period in session.connection().execute(query.order_by(col(DigestIssue.starts_on))):
            found[stories[story_id]] = period
    return found


def items_told_elsewhere(session: Session, digest: str, period: str, item_ids: Collection[int]) -> set[int]:
    """Those of the items that stand in an issue of a digest for another period, spans of days aside."""
    found: set[int] = set()
    for chunk in _chunks(item_ids):
        query = _entries(col(IssueEntry.item_id), digest).where(col(IssueEntry.item_id).in_(chunk), col(DigestIssue.period) != period)
        found |= {row[0] for row in session.connection().execute(query)}
    return found


def _entries(key: Any, digest: str) -> Any:
    query = columns(key, col(DigestIssue.period)).join(DigestIssue, col(DigestIssue.id) == col(IssueEntry.issue_id))
    return query.where(col(DigestIssue.digest) == digest, ~col(DigestIssue.period).contains(".."))


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def issues_before(session: Session, digest: str, starts_on: date, *, limit: int) -> list[DigestIssue]:
    """The last issues of a digest for periods before a day, the latest first; spans of days aside."""
    query = select(DigestIssue).where(DigestIssue.digest == digest, DigestIssue.starts_on < starts_on)
    query = query.where(~col(DigestIssue.period).contains("..")).order_by(col(DigestIssue.starts_on).desc())
    return list(session.exec(query.limit(limit)))


@dataclass(frozen=True, slots=True)
class EntryKey:
    """An entry of an issue without its text."""

    id: int
    issue_id: int
    section: str
    item_id: int | None
    story_id: int | None


def entries_in(session: Session, issue_ids: Collection[int]) -> list[EntryKey]:
    """The entries of issues without their texts."""
    named = (IssueEntry.id, IssueEntry.issue_id, IssueEntry.section, IssueEntry.item_id, IssueEntry.story_id)
    query = columns(*named).where(col(IssueEntry.issue_id).in_(issue_ids)).order_by(col(IssueEntry.id))  # type: ignore[call-overload]
    return [EntryKey(*row) for row in session.connection().execute(query)]


def lines_of(session: Session, entry_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What entries say, as it was frozen, by id."""
    found: dict[int, dict[str, Any]] = {}
    asked = columns(col(IssueEntry.id), col(IssueEntry.frozen))
    for chunk in _chunks(entry_ids):
        found |= {row[0]: row[1] for row in session.connection().execute(asked.where(col(IssueEntry.id).in_(chunk)))}
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


def delivery_states(session: Session, issue_id: int) -> list[DeliveryState]:
    """How far each mail of an issue is, whoever it is to."""
    return [DeliveryState(state) for state in session.exec(select(Delivery.state).where(Delivery.issue_id == issue_id))]


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


def take_back_issues(session: Session, *, now: datetime) -> int:
    """Give issues that were set aside their week again when their time has come and the week has no other; returns how many.

    Then it was not the clock that built them which was wrong, but a later one that ran behind: they are not to be mailed twice.
    """
    taken = 0
    for issue in session.exec(select(DigestIssue).where(col(DigestIssue.period).like("% UTC)"))).all():
        period, _, moment = issue.period.removesuffix(" UTC)").partition(" (")
        built_at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        if built_at <= now and find_issue(session, issue.digest, period) is None:
            issue.period, issue.built_at, taken = period, built_at, taken + 1
    session.flush()
    return taken


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

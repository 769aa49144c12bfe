"""What went on of late, counted without reading the items: for status, doctor and metrics, whatever the size of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import Engine, text
from sqlmodel import Session, col, func, select

from .clock import SHANGHAI
from .database import failures_told
from .models import Delivery, DigestIssue, Fetch, Item, Ledger, Run, SourceRow, SourceState
from .status import DeliveryState, ItemStatus, LedgerStatus, SourceStatus


@dataclass(frozen=True, slots=True)
class DayCount:
    """Items first seen on one day of Shanghai: all of them, and those kept as being on topic."""

    day: date
    items: int
    on_topic: int


def items_per_day(session: Session, *, now: datetime, days: int = 7) -> list[DayCount]:
    """How many items the last `days` days brought, today first."""
    today = now.astimezone(SHANGHAI).date()
    return [_of_day(session, today - timedelta(days=back)) for back in range(days)]


def _of_day(session: Session, day: date) -> DayCount:
    start = datetime.combine(day, time(), SHANGHAI)
    seen = (col(Item.first_seen_at) >= start, col(Item.first_seen_at) < start + timedelta(days=1))
    found = session.exec(select(func.count()).select_from(Item).where(*seen)).one()
    kept = (col(Item.status) == ItemStatus.kept, col(Item.relevant).is_(True))
    return DayCount(day, found, session.exec(select(func.count()).select_from(Item).where(*kept, *seen)).one())


def last_of_job(session: Session, job: str) -> Ledger | None:
    """The newest row of a job in the ledger."""
    return session.exec(select(Ledger).where(Ledger.job == job).order_by(col(Ledger.slot).desc()).limit(1)).first()


def last_success(session: Session, job: str) -> datetime | None:
    """When a job last ended well, in whole or in part."""
    fine = col(Ledger.status).in_((LedgerStatus.done, LedgerStatus.partly))
    query = select(Ledger.finished_at).where(Ledger.job == job, fine).order_by(col(Ledger.slot).desc()).limit(1)
    return session.exec(query).first()


def missed_since(session: Session, job: str, moment: datetime) -> list[Ledger]:
    """The slots of a job that were found missed since `moment`, oldest first."""
    rule = (Ledger.job == job, Ledger.status == LedgerStatus.missed, col(Ledger.finished_at) > moment)
    return list(session.exec(select(Ledger).where(*rule).order_by(col(Ledger.slot))))


@dataclass(frozen=True, slots=True)
class SourceTrouble:
    """A polled source that does not give what it should."""

    id: str
    tier: str
    status: SourceStatus
    since: datetime
    reason: str


def polled_sources_in(session: Session, states: tuple[SourceStatus, ...]) -> list[SourceTrouble]:
    """The polled sources whose state is one of `states`, by id."""
    rows = session.exec(
        select(SourceRow, SourceState)
        .join(SourceState, col(SourceState.source_id) == SourceRow.id)
        .where(col(SourceRow.enabled), col(SourceState.status).in_(states))
        .order_by(col(SourceRow.id))
    )
    return [SourceTrouble(source.id, source.tier, state.status, state.status_since, state.status_reason) for source, state in rows]


def polled_by_tier(session: Session) -> dict[str, int]:
    """How many sources are polled, by tier."""
    return dict(session.exec(select(SourceRow.tier, func.count()).where(col(SourceRow.enabled)).group_by(SourceRow.tier)).all())


def next_due(session: Session) -> datetime | None:
    """When the next polled source is due, None where one never was asked or none is polled."""
    query = select(func.min(SourceState.next_due_at)).join(SourceRow, col(SourceRow.id) == SourceState.source_id)
    return session.exec(query.where(col(SourceRow.enabled))).one()


def deliveries_in(session: Session, states: tuple[DeliveryState, ...]) -> list[tuple[DigestIssue, Delivery]]:
    """The deliveries of the last issue of each digest that are in one of `states`."""
    last = select(func.max(DigestIssue.id)).group_by(DigestIssue.digest)
    query = select(DigestIssue, Delivery).join(Delivery, col(Delivery.issue_id) == DigestIssue.id)
    rows = session.exec(query.where(col(DigestIssue.id).in_(last), col(Delivery.state).in_(states)).order_by(col(Delivery.id)))
    return [(issue, delivery) for issue, delivery in rows]


def runs_since(session: Session, moment: datetime) -> list[Run]:
    """The crawls that began since `moment`, newest first."""
    return list(session.exec(select(Run).where(col(Run.started_at) > moment).order_by(col(Run.id).desc())))


def fetches_since(session: Session, moment: datetime) -> dict[str, int]:
    """How many requests for listings were made since `moment`, by what came of them."""
    query = select(Fetch.status, func.count()).where(col(Fetch.started_at) > moment).group_by(Fetch.status)
    return {str(status): count for status, count in session.exec(query)}


def store_bytes(engine: Engine) -> int:
    """The bytes that the store takes on its disk."""
    if engine.dialect.name == "sqlite":
        file = Path(engine.url.database or "")
        parts = (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm"))
        return sum(part.stat().st_size for part in parts if part.is_file())
    with failures_told(engine.url), engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())

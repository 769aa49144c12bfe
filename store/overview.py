"""What the store holds, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from .kinds import tables
from .models import FACT_TABLES, Delivery, DigestIssue, Fetch, Item, Ledger, Run, SourceRow, SourceState, Story
from .status import FetchStatus, ItemStatus, LedgerStatus, SourceStatus

_WORTH_A_LOOK = (LedgerStatus.failed, LedgerStatus.missed)
FINE = (SourceStatus.ok, SourceStatus.new, SourceStatus.disabled)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source that is not well: its state, since when, and why."""

    source: str
    status: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class IssueRow:
    """The last issue of a digest, and how many mails of it are in which state."""

    digest: str
    period: str
    built_at: datetime
    mails: dict[str, int]


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts and last events; times are aware UTC."""

    items: dict[str, int]  # by status
    relevant: int
    stories: int
    facts: dict[str, int]  # by kind
    sources: dict[str, int]  # enabled ones by state, and `disabled`
    troubles: list[Trouble]
    last_run: Run | None
    failed_fetches: int  # of the last run
    issues: list[IssueRow]
    open_slots: list[Ledger]  # failed or missed, newest first


def overview(session: Session) -> Overview:
    """Count what is there."""
    last_run = session.exec(select(Run).order_by(col(Run.id).desc()).limit(1)).first()
    of_last_run = Fetch.run_id == (last_run.id if last_run else 0)
    failed = select(func.count()).select_from(Fetch).where(of_last_run, Fetch.status == FetchStatus.failed)
    return Overview(
        items=dict(session.exec(select(Item.status, func.count()).group_by(Item.status)).all()),
        relevant=session.exec(select(func.count()).select_from(Item).where(col(Item.relevant), Item.status == ItemStatus.kept)).one(),
        stories=session.exec(select(func.count()).select_from(Story)).one(),
        facts=_facts(session),
        sources=_sources(session),
        troubles=_troubles(session),
        last_run=last_run,
        failed_fetches=session.exec(failed).one(),
        issues=_issues(session),
        open_slots=list(
            session.exec(select(Ledger).where(col(Ledger.status).in_(_WORTH_A_LOOK)).order_by(col(Ledger.slot).desc()).limit(5))
        ),
    )


def _facts(session: Session) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, kinds in tables().items():
        table: Any = FACT_TABLES[name]
        if len(kinds) == 1:
            counts[kinds[0].name] = session.exec(select(func.count()).select_from(table)).one()
        else:
            by_type = dict(session.exec(select(table.type, func.count()).group_by(table.type)).all())
            counts |= {kind.name: by_type.get(kind.name, 0) for kind in kinds}
    return counts


def _sources(session: Session) -> dict[str, int]:
    rows = session.exec(select(SourceRow.enabled, SourceState.status).join(SourceState, col(SourceState.source_id) == SourceRow.id))
    counts: dict[str, int] = {}
    for enabled, status in rows:
        state = status if enabled else SourceStatus.disabled
        counts[state] = counts.get(state, 0) + 1
    return counts


def _troubles(session: Session) -> list[Trouble]:
    rows = session.exec(
        select(SourceState)
        .join(SourceRow, col(SourceRow.id) == SourceState.source_id)
        .where(col(SourceRow.enabled), col(SourceState.status).not_in(FINE))
        .order_by(col(SourceState.status_since).desc())
    )
    return [Trouble(row.source_id, row.status, row.status_since, row.status_reason) for row in rows]


def _issues(session: Session) -> list[IssueRow]:
    last = select(func.max(DigestIssue.id)).group_by(DigestIssue.digest)
    rows = []
    for issue in session.exec(select(DigestIssue).where(col(DigestIssue.id).in_(last)).order_by(DigestIssue.digest)):
        mails = session.exec(select(Delivery.state, func.count()).where(Delivery.issue_id == issue.id).group_by(Delivery.state)).all()
        rows.append(IssueRow(issue.digest, issue.period, issue.built_at, dict(mails)))
    return rows

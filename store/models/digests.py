"""Tables about built digests and their deliveries."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, SQLModel, UniqueConstraint

from store.status import DeliveryState, EditKind, LedgerStatus

from .base import json_value, long_text, moment, only, owned_by, word


class DigestIssue(SQLModel, table=True):
    """One built edition of a digest. Frozen: rendering reads only this row and its entries."""

    __tablename__ = "digest_issue"
    __table_args__ = (UniqueConstraint("digest", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(index=True)  # name of the definition
    period: str  # 2026-W47, or 2026-11-01..2026-11-07
    starts_on: date
    ends_on: date  # last day, included
    built_at: datetime = moment()
    language: str
    subject: str = long_text()
    coverage: float = 0.0  # share of the sources that had been read since the end of the period (`store.coverage`)
    frozen: dict[str, Any] = json_value(dict)  # header figures, health footer, rendering settings


class IssueEntry(SQLModel, table=True):
    """One line of an issue: a story or a fact, with all that rendering needs."""

    __tablename__ = "issue_entry"

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = owned_by("digest_issue.id")
    section: str = Field(index=True)  # a topic id, or a table: funding, adoption
    position: int
    item_id: int | None = owned_by("item.id", nullable=True, cascade=False)
    story_id: int | None = owned_by("story.id", nullable=True, cascade=False)
    frozen: dict[str, Any] = json_value(dict)


class IssueEdit(SQLModel, table=True):
    """What an editor did to an issue, or the schedule for one: who, when, and what of it. Never changed, never removed."""

    __tablename__ = "issue_edit"
    __table_args__ = (only("kind", EditKind),)

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = owned_by("digest_issue.id")
    kind: EditKind = word(EditKind)
    item_id: int | None = Field(default=None)  # of the story that was dropped or taken back
    said: str = long_text(default="")
    who: str = long_text()
    at: datetime = moment()


class DeliveryColumns(SQLModel):
    """What every delivery keeps. Written before the mail is handed over, so that nothing is sent twice."""

    id: int | None = Field(default=None, primary_key=True)
    recipient: str = long_text(index=True)  # the key of a reader, or `channel:NAME`
    state: DeliveryState = word(DeliveryState, default=DeliveryState.queued, index=True)
    message_id: str = long_text(index=True)
    tries: int = 0
    tried_at: datetime | None = moment(nullable=True)
    sent_at: datetime | None = moment(nullable=True)
    error: str | None = long_text(default=None)


class Delivery(DeliveryColumns, table=True):
    """One issue to one recipient."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("issue_id", "recipient"), only("state", DeliveryState))

    issue_id: int = owned_by("digest_issue.id")


class Watched(SQLModel, table=True):
    """A watch of the configuration, and since when it looks for what its search says now."""

    __tablename__ = "watched"

    name: str = Field(primary_key=True)
    search: str = long_text()
    since: datetime = moment()


class WatchDelivery(DeliveryColumns, table=True):
    """One story of a watch to one recipient."""

    __tablename__ = "watch_delivery"
    __table_args__ = (UniqueConstraint("watch", "story_id", "recipient"), only("state", DeliveryState))

    watch: str
    story_id: int = owned_by("story.id")


class Ledger(SQLModel, table=True):
    """What the scheduler did: one row a job and slot."""

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("job", "slot"), only("status", LedgerStatus))

    id: int | None = Field(default=None, primary_key=True)
    job: str = Field(index=True)
    slot: datetime = moment()
    started_at: datetime | None = moment(nullable=True)
    finished_at: datetime | None = moment(nullable=True)
    status: LedgerStatus = word(LedgerStatus, default=LedgerStatus.waiting)
    note: str = long_text(default="")


class StoreLock(SQLModel, table=True):
    """Who holds the store for a kind of work; the holder renews `seen_at`."""

    __tablename__ = "store_lock"

    name: str = Field(primary_key=True)
    holder: str = long_text()
    pid: int
    host: str = long_text()
    taken_at: datetime = moment()
    seen_at: datetime = moment()

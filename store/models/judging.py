"""Tables about judging stored items again."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from .base import long_text, moment


class Judging(SQLModel, table=True):
    """One time that stored items were judged again: what was asked for, how far it came, and what changed."""

    __tablename__ = "judging"

    id: int | None = Field(default=None, primary_key=True)
    asked: str  # all, outdated, since 2026-11-01
    judged_with: str  # version of weights, rules and code
    started_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    last_item_id: int = 0  # items are judged in the order of their ids
    judged: int = 0
    gained: int = 0
    lost: int = 0
    changed: int = 0
    failed: int = 0


class JudgingFault(SQLModel, table=True):
    """An item that our own code broke on when it was judged again; gone when it was judged."""

    __tablename__ = "judging_fault"

    item_id: int = Field(primary_key=True, foreign_key="item.id", ondelete="CASCADE")
    judged_with: str  # the version that broke
    tries: int = 0  # of that version
    trace: str = long_text()
    happened_at: datetime = moment()

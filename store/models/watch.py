"""Tables about the daemon itself: whether it lives, and what it told people."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from store.status import AlertKind

from .base import json_value, long_text, moment, only, word


class DaemonRow(SQLModel, table=True):
    """The daemon of this store: alive while `seen_at` is renewed and `stopped_at` is empty."""

    __tablename__ = "daemon"

    name: str = Field(primary_key=True)
    host: str = long_text()
    pid: int
    started_at: datetime = moment()
    seen_at: datetime = moment()
    stopped_at: datetime | None = moment(nullable=True)
    ended: str = long_text(default="")  # why it stopped, where nobody had told it to
    refused: str = long_text(default="")  # what is wrong with a configuration that it did not take up
    listens: str = long_text(default="")  # the address of /healthz, /readyz and /metrics
    next_runs: dict[str, str] = json_value(dict)  # job → when it next begins, ISO 8601 in UTC


class Alert(SQLModel, table=True):
    """One trouble that needs a person, from the moment it was found until it was healed."""

    __tablename__ = "alert"
    __table_args__ = (only("kind", AlertKind), Index("ix_alert_kind_subject", "kind", "subject"))

    id: int | None = Field(default=None, primary_key=True)
    kind: AlertKind = word(AlertKind)
    subject: str = long_text()
    what: str = long_text()
    todo: str = long_text(default="")
    since: datetime = moment()
    seen_at: datetime = moment()
    told_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True, index=True)
    healing_told_at: datetime | None = moment(nullable=True)

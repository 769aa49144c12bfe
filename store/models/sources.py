"""Tables about sources and what crawling them was like."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from store.status import FetchStatus, RunStatus, SourceStatus

from .base import json_value, long_text, moment, only, owned_by, word


class SourceRow(SQLModel, table=True):
    """A source as last loaded from its YAML entry."""

    __tablename__ = "source"

    id: str = Field(primary_key=True)
    name: str = long_text()
    name_zh: str | None = long_text(default=None)
    homepage: str = long_text()
    language: str
    category: str
    kind: str
    scope: str
    tier: str
    access: str = long_text()
    enabled: bool  # whether it is polled, all told (`store.sources`)
    listed: bool = True  # whether the catalogue or a file of the operator still names it
    definition: dict[str, Any] = json_value(dict)
    first_seen_at: datetime = moment()
    changed_at: datetime = moment()


class SourceState(SQLModel, table=True):
    """What the crawler must remember of a source between runs; one row a source."""

    __tablename__ = "source_state"
    __table_args__ = (only("status", SourceStatus),)

    source_id: str = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    status: SourceStatus = word(SourceStatus, default=SourceStatus.new, index=True)
    status_since: datetime = moment()
    status_reason: str = long_text(default="")
    next_due_at: datetime | None = moment(nullable=True, index=True)
    interval_seconds: int = Field(default=3600)
    failures: float = Field(default=0.0)  # weighted by kind, 0 after a success
    last_fetch_at: datetime | None = moment(nullable=True)
    last_success_at: datetime | None = moment(nullable=True)
    last_new_at: datetime | None = moment(nullable=True)
    newest_entry_at: datetime | None = moment(nullable=True)
    unverified: bool = Field(default=True)
    overrides: dict[str, Any] = json_value(dict)  # what an operator set: enabled


class SourceUrlState(SQLModel, table=True):
    """Validators of one URL of a source, for conditional requests."""

    __tablename__ = "source_url_state"
    __table_args__ = (UniqueConstraint("source_id", "url"),)

    id: int | None = Field(default=None, primary_key=True)
    source_id: str = Field(foreign_key="source.id", ondelete="CASCADE", index=True)
    url: str = long_text()
    etag: str | None = long_text(default=None)
    last_modified: str | None = long_text(default=None)
    body_hash: str | None = long_text(default=None)
    fetched_at: datetime | None = moment(nullable=True)
    full_at: datetime | None = moment(nullable=True)  # when it was last read in full
    polls_since_full: int = Field(default=0)
    distrusted: bool = False  # its 304 were once proven wrong: asked in full ever since
    ttl_seconds: int | None = None  # what the feed or its headers ask for


class Run(SQLModel, table=True):
    """One crawl: who asked for what, and how it ended."""

    __tablename__ = "run"
    __table_args__ = (only("status", RunStatus),)

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = moment(index=True)
    finished_at: datetime | None = moment(nullable=True)
    status: RunStatus = word(RunStatus, default=RunStatus.running, index=True)
    host: str = long_text(default="")
    pid: int = 0
    asked: list[str] = json_value(list)  # source ids
    network_down: bool = False
    note: str = long_text(default="")
    totals: dict[str, Any] = json_value(dict)


class Fetch(SQLModel, table=True):
    """One request of a run for a feed, list, API answer or sitemap (not for single articles)."""

    __tablename__ = "fetch"
    # The requests of a source's last days are counted from the index alone.
    __table_args__ = (only("status", FetchStatus), Index("ix_fetch_source_id_started_at_status", "source_id", "started_at", "status"))

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = owned_by("run.id")
    source_id: str = Field(foreign_key="source.id", ondelete="CASCADE")
    url: str = long_text()
    started_at: datetime = moment(index=True)
    seconds: float = 0.0
    status: FetchStatus = word(FetchStatus)
    http_status: int | None = None
    bytes: int = 0
    found: int = 0
    new: int = 0
    changed: int = 0
    turned_away: int = 0
    error_kind: str | None = None  # dns, own_network, timeout, connection, http_404, http_429, http_5xx, parse, challenge, robots, ...
    note: str = long_text(default="")


class HostDay(SQLModel, table=True):
    """What one host was asked for on one day (UTC): the politeness ledger."""

    __tablename__ = "host_day"

    host: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    too_many: int = 0  # 429 and 503 with Retry-After
    robots_allowed: int = 0
    robots_refused: int = 0


class HostTurn(SQLModel, table=True):
    """Whose turn it is to ask a host name, where several crawls share a store: at most one request at a time (`store.turns`)."""

    __tablename__ = "host_turn"

    host: str = Field(primary_key=True)
    holder: str
    until: datetime = moment()  # when the turn lapses
    free_at: datetime = moment()  # when the next one may begin


class HostState(SQLModel, table=True):
    """What must be remembered of a host: until when it asked to be left alone, and its robots.txt."""

    __tablename__ = "host_state"

    host: str = Field(primary_key=True)
    wait_until: datetime | None = moment(nullable=True)
    robots_text: str | None = long_text(default=None)
    robots_status: int | None = None
    robots_fetched_at: datetime | None = moment(nullable=True)
    crawl_delay: float | None = None

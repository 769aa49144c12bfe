"""What the schedule asks of the store: how a source was last polled, when its entries appeared, and what asks it to wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from .models import Fetch, HostState, Item, SourceUrlState


class Appearance(NamedTuple):
    """What is known of when an entry appeared; times are aware UTC."""

    item_id: int
    published_at: datetime | None
    precision: str | None
    first_seen_at: datetime
    backlog: bool


def last_unchanged(session: Session, source_id: str, url: str) -> datetime | None:
    """When an address was last answered with 304."""
    return session.exec(
        select(Fetch.started_at)
        .where(col(Fetch.source_id) == source_id, col(Fetch.url) == url, col(Fetch.http_status) == 304)
        .order_by(col(Fetch.id).desc())
        .limit(1)
    ).first()


def has_older_entry(session: Session, source_id: str, *, seen_at: datetime, after: datetime, before: datetime) -> bool:
    """Whether an entry first seen at `seen_at` tells a time of publication between the two."""
    proof = select(Item.id).where(
        col(Item.source_id) == source_id,
        col(Item.first_seen_at) == seen_at,
        col(Item.published_precision) != "day",
        col(Item.published_at) < before,
        col(Item.published_at) > after,
    )
    return session.exec(proof.limit(1)).first() is not None


def fetches_by_run(session: Session, source_id: str, *, limit: int) -> list[Sequence[Fetch]]:
    """The last `limit` fetches of a source, one list a run, newest first."""
    query = select(Fetch).where(col(Fetch.source_id) == source_id).order_by(col(Fetch.id).desc()).limit(limit)
    runs: dict[int, list[Fetch]] = {}
    for fetch in session.exec(query):
        runs.setdefault(fetch.run_id, []).append(fetch)
    return list(runs.values())


def appearances(session: Session, source_id: str, *, limit: int) -> list[Appearance]:
    """When the last `limit` entries of a source appeared, the last seen first."""
    query = (
        columns(col(Item.id), col(Item.published_at), col(Item.published_precision), col(Item.first_seen_at), col(Item.backlog))
        .where(col(Item.source_id) == source_id)
        .order_by(col(Item.first_seen_at).desc(), col(Item.id))
        .limit(limit)
    )
    rows = session.connection().execute(query)
    return [Appearance(number or 0, published, precision, seen, backlog) for number, published, precision, seen, backlog in rows]


def asked_pause(session: Session, source_id: str) -> timedelta:
    """The longest pause that answers of a source ask for (RSS ttl, Cache-Control)."""
    asked = session.exec(select(SourceUrlState.ttl_seconds).where(col(SourceUrlState.source_id) == source_id)).all()
    return timedelta(seconds=max((seconds or 0 for seconds in asked), default=0))


def latest_wait(session: Session, hosts: Iterable[str]) -> datetime | None:
    """Until when the last of these hosts asked to be left alone (429, 503 with Retry-After)."""
    waits = session.exec(select(HostState.wait_until).where(col(HostState.host).in_(list(hosts)))).all()
    return max((moment for moment in waits if moment), default=None)

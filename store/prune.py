"""Removing what the store need not keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, not_
from sqlmodel import Session, col

from .models import Fetch, HostDay, HostState, Item, Run
from .settings import StoreSettings
from .status import ItemStatus, RunStatus
from .stories import sweep_keys

_ROBOTS_BELIEVED = timedelta(days=30)


def prune(session: Session, settings: StoreSettings, *, now: datetime) -> dict[str, int]:
    """Remove old entries that were turned away, and old records of fetches, runs and hosts; news and facts stay.

    Returns the number of rows removed, by what they were.
    """
    turned_away_before = now - timedelta(days=settings.keep_turned_away_days)
    fetched_before = now - timedelta(days=settings.keep_fetch_days)

    def remove(table: type[Any], *rules: ColumnElement[bool]) -> int:
        return int(session.connection().execute(delete(table).where(*rules)).rowcount)

    # A robots.txt may stand in for a host that fails for thirty days; one that is older is believed by nobody.
    robots_before = now - max(_ROBOTS_BELIEVED, timedelta(days=settings.keep_fetch_days))
    waits = and_(col(HostState.wait_until).is_not(None), col(HostState.wait_until) > now)
    fresh = and_(col(HostState.robots_fetched_at).is_not(None), col(HostState.robots_fetched_at) >= robots_before)
    return {
        "entries turned away": remove(Item, col(Item.status) == ItemStatus.turned_away, col(Item.first_seen_at) < turned_away_before),
        "fetches": remove(Fetch, col(Fetch.started_at) < fetched_before),
        "keys of stories": sweep_keys(session),
        "runs": remove(Run, col(Run.started_at) < fetched_before, col(Run.status) != RunStatus.running),
        "days of hosts": remove(HostDay, col(HostDay.day) < fetched_before.date()),
        "hosts": remove(HostState, not_(waits), not_(fresh)),
    }

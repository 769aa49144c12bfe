"""What is remembered of hosts: robots.txt, until when they asked to be left alone, and the daily ledger of requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from .models import HostDay, HostState


def host_of(url: str) -> str:
    """The host of a URL as it is remembered: lower case, with its port where that is not the usual one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, usual) else f"{host}:{parts.port}"


def host_state(session: Session, host: str) -> HostState | None:
    """What is remembered of a host (with its port where that is not the usual one), its robots.txt included."""
    return session.get(HostState, host)


def save_host_state(session: Session, host: str, values: Mapping[str, Any]) -> None:
    """Remember `values` (columns of HostState) of a host."""
    row = session.get(HostState, host)
    if row is None:
        session.add(HostState(host=host, **values))
        return
    for name, value in values.items():
        setattr(row, name, value)


def add_host_counts(session: Session, counts: Mapping[tuple[str, date], Mapping[str, int]]) -> None:
    """Add to the ledger: (host, UTC day) → columns of HostDay and how much to add."""
    for (host, day), numbers in counts.items():
        row = session.get(HostDay, (host, day))
        if row is None:
            row = HostDay(host=host, day=day)
            session.add(row)
            session.flush()
        for name, number in numbers.items():
            # Added by the database: another machine may count the same host at this moment.
            setattr(row, name, getattr(HostDay, name) + number)


def ledger(session: Session, *, since: date, hosts: Iterable[str] | None = None) -> list[HostDay]:
    """The ledger from `since` (UTC day) on, newest day first, then by host; of these hosts only when given."""
    query = select(HostDay).where(col(HostDay.day) >= since)
    if hosts is not None:
        query = query.where(col(HostDay.host).in_(list(hosts)))
    return list(session.exec(query.order_by(col(HostDay.day).desc(), col(HostDay.host))))


def waiting_hosts(session: Session, now: datetime) -> dict[str, datetime]:
    """Hosts that asked to be left alone, and until when."""
    rows = session.exec(select(HostState).where(col(HostState.wait_until) > now))
    return {row.host: row.wait_until for row in rows if row.wait_until is not None}

"""Whose turn it is to ask a host: one request at a time, with its pause, over all machines that crawl for one store.

PostgreSQL's clock is everybody's. A store on SQLite is crawled by one process at a time, which needs no turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

_TAKE = text(
    "INSERT INTO host_turn (host, holder, until, free_at)"
    " VALUES (:host, :holder, clock_timestamp() + make_interval(secs => :lease), clock_timestamp() + make_interval(secs => :pause))"
    " ON CONFLICT (host) DO UPDATE SET holder = excluded.holder, until = excluded.until, free_at = excluded.free_at"
    " WHERE host_turn.until <= clock_timestamp() AND host_turn.free_at <= clock_timestamp() RETURNING host"
)
_WAIT = text("SELECT EXTRACT(EPOCH FROM free_at - clock_timestamp()) FROM host_turn WHERE host = :host")
_GIVE_BACK = text(
    "UPDATE host_turn SET until = clock_timestamp(), free_at = greatest(free_at, clock_timestamp() + make_interval(secs => :pause))"
    " WHERE host = :host AND holder = :holder"
)
_RESTS = text("SELECT host, wait_until FROM host_state WHERE split_part(host, ':', 1) = :host AND wait_until > clock_timestamp()")


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether the host may be asked now, else how many seconds to wait at least; and the rests it asked for, by host and port."""

    taken: bool
    wait: float
    rests: dict[str, datetime]


def take_turn(session: Session, host: str, holder: str, *, lease: float, pause: float) -> Turn:
    """Ask for the turn at a host name. It lapses after `lease` seconds; the next one may begin `pause` seconds after this one."""
    connection = session.connection()
    taken = connection.execute(_TAKE, {"host": host, "holder": holder, "lease": lease, "pause": pause}).first() is not None
    rests = {name: until for name, until in connection.execute(_RESTS, {"host": host})}  # noqa: C416 - rows are no pairs for mypy
    wait = 0.0 if taken else float(connection.execute(_WAIT, {"host": host}).scalar() or 0.0)
    return Turn(taken, max(0.0, wait), rests)


def give_turn_back(session: Session, host: str, holder: str, *, pause: float) -> None:
    """End a turn; the next one may begin `pause` seconds from now. Nothing happens when it has lapsed and is another's."""
    session.connection().execute(_GIVE_BACK, {"host": host, "holder": holder, "pause": pause})

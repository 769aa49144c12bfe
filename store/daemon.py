"""The daemon's own row: that it lives, what it will do next, and how it ended."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from .locks import is_alive
from .models import DaemonRow

NAME = "run"
# A daemon that has not said so for as long is not alive; it says so every minute.
SILENT = timedelta(minutes=5)


def note_started(session: Session, *, listens: str, now: datetime) -> None:
    """Record that this process is the daemon from now on; `listens` is where it answers questions about its health."""
    row = session.get(DaemonRow, NAME) or DaemonRow(name=NAME, host="", pid=0, started_at=now, seen_at=now)
    row.host, row.pid, row.started_at, row.seen_at = socket.gethostname(), os.getpid(), now, now
    row.stopped_at, row.ended, row.refused, row.listens, row.next_runs = None, "", "", listens, {}
    session.add(row)


def note_alive(session: Session, next_runs: Mapping[str, datetime], *, refused: str, now: datetime) -> None:
    """Record that the daemon lives, when each job begins next, and what is wrong with a configuration it did not take up."""
    row = _ours(session)
    if row is None:
        return
    row.seen_at, row.refused = now, refused
    row.next_runs = {job: moment.astimezone(UTC).isoformat(timespec="seconds") for job, moment in sorted(next_runs.items())}


def note_stopped(session: Session, *, ended: str, now: datetime) -> None:
    """Record that the daemon stopped; `ended` says why where nobody had told it to."""
    row = _ours(session)
    if row is not None:
        row.stopped_at, row.ended, row.next_runs = now, ended, {}


def _ours(session: Session) -> DaemonRow | None:
    """The row of the daemon where it is this process, and not one that took the store over."""
    row = session.get(DaemonRow, NAME)
    return row if row is not None and (row.host, row.pid) == (socket.gethostname(), os.getpid()) else None


def daemon_of(session: Session) -> DaemonRow | None:
    """The row of the daemon that runs or ran last; None where none ever did."""
    return session.get(DaemonRow, NAME)


def lives(row: DaemonRow, *, now: datetime) -> bool:
    """Whether the daemon of this row is at work: not stopped, not silent, and its process there where it is one of this machine."""
    if row.stopped_at is not None or now - row.seen_at > SILENT:
        return False
    return row.host != socket.gethostname() or is_alive(row.pid)

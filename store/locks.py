"""Who holds the store for a kind of work: at most one crawl at a time, whatever machine it runs on."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from .errors import StoreBusyError
from .models import StoreLock

CRAWL = "crawl"
# A holder renews its lock every RENEW; one that has not for STALE is gone, or sleeps and must give up when it wakes.
RENEW = timedelta(seconds=20)
STALE = timedelta(minutes=3)
# A holder that could not renew for so long stops its work. One more attempt may begin just before, and take the longest
# `store.lock_seconds`: it must be over before STALE.
LEASE = timedelta(seconds=100)
# After an attempt that failed.
RETRY = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Hold:
    """Locks that are held: their names, and the moment they were taken, which tells them from a later holder's."""

    names: tuple[str, ...]
    taken_at: datetime
    pid: int


class Lease:
    """How long a holder may go on while it cannot renew its lock, for the database fails."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def renewed(self, began: float) -> None:
        """Note a renewal that began at `began` (of `time.monotonic`) and succeeded."""
        self._began = began

    @property
    def is_over(self) -> bool:
        """Whether the work must stop, because another holder may soon begin."""
        return time.monotonic() - self._began > LEASE.total_seconds()


def take_lock(session: Session, name: str, *, purpose: str, now: datetime) -> Hold:
    """Take the lock `name` for this process, or take it over from a holder that is dead or silent for `STALE`.

    Commits. Raises StoreBusyError when another process holds it.
    """
    hold = Hold((name,), now, os.getpid())
    values = {"holder": purpose, "pid": hold.pid, "host": socket.gethostname(), "taken_at": now, "seen_at": now}
    try:
        session.connection().execute(insert(StoreLock).values(name=name, **values))
        session.commit()
        return hold
    except IntegrityError:
        session.rollback()
    held = session.get(StoreLock, name, populate_existing=True)
    if held is None:
        return take_lock(session, name, purpose=purpose, now=now)
    if not _is_gone(held, now):
        raise _busy(held)
    same = (col(StoreLock.name) == name, col(StoreLock.taken_at) == held.taken_at, col(StoreLock.pid) == held.pid)
    taken = session.connection().execute(update(StoreLock).where(*same).values(**values))
    session.commit()
    if taken.rowcount != 1:
        raise _busy(session.get(StoreLock, name, populate_existing=True) or held)
    return hold


def take_crawl_locks(session: Session, parts: Sequence[str], *, now: datetime) -> Hold:
    """Take the locks for crawling these parts of the sources, or with none the lock for the whole: parts go side by side, the whole alone.

    Parts that others crawl are left out (see `parts_held`). Commits. Raises StoreBusyError when that leaves nothing, or when a crawl is
    under way that leaves no room for this one.
    """
    taken: list[str] = []
    busy: StoreBusyError | None = None
    for name in [f"{CRAWL} {part}" for part in parts] or [CRAWL]:
        try:
            taken += take_lock(session, name, purpose="a crawl", now=now).names
        except StoreBusyError as error:
            busy = error
    if busy and not taken:
        raise busy
    hold = Hold(tuple(taken), now, os.getpid())
    others = col(StoreLock.name) == CRAWL if parts else col(StoreLock.name).startswith(f"{CRAWL} ")
    for held in session.exec(select(StoreLock).where(others)).all():
        if not _is_gone(held, now):
            release_lock(session, hold)
            session.commit()
            raise _busy(held)
    return hold


def parts_held(hold: Hold) -> set[str]:
    """The parts of the sources that a hold of `take_crawl_locks` is for; none for the whole."""
    return {name.removeprefix(f"{CRAWL} ") for name in hold.names if name != CRAWL}


def renew_lock(session: Session, hold: Hold, *, now: datetime) -> bool:
    """Say that the holder is alive. False when somebody else has taken a lock over: the work must stop."""
    return session.connection().execute(update(StoreLock).where(*_same(hold)).values(seen_at=now)).rowcount == len(hold.names)


def release_lock(session: Session, hold: Hold) -> None:
    """Give the locks back; nothing happens to one that is no longer ours."""
    session.connection().execute(delete(StoreLock).where(*_same(hold)))


def _same(hold: Hold) -> tuple[ColumnElement[bool], ...]:
    return (col(StoreLock.name).in_(hold.names), col(StoreLock.taken_at) == hold.taken_at, col(StoreLock.pid) == hold.pid)


def _is_gone(held: StoreLock, now: datetime) -> bool:
    if now - held.seen_at > STALE:
        return True
    return held.host == socket.gethostname() and not is_alive(held.pid)


def busy_with(session: Session, name: str) -> StoreBusyError:
    """The error that says who holds the lock `name`."""
    held = session.get(StoreLock, name, populate_existing=True)
    return _busy(held) if held else StoreBusyError("held by another process", subject=f"store lock {name!r}", hint="wait until it is done")


def _busy(held: StoreLock) -> StoreBusyError:
    return StoreBusyError(
        f"held by {held.holder} (process {held.pid} on {held.host}) since {held.taken_at:%Y-%m-%d %H:%M:%S} UTC",
        subject=f"store lock {held.name!r}",
        hint="wait until it is done",
    )


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

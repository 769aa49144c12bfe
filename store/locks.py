"""Who holds the store for a kind of work: at most one crawl at a time, whatever machine it runs on."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, update
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
    """A lock that is held: its name, and the moment it was taken, which tells it from a later holder's."""

    name: str
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
    hold = Hold(name, now, os.getpid())
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


def take_crawl_lock(session: Session, part: str | None, *, now: datetime) -> Hold:
    """Take the lock for crawling a part of the sources, or for crawling as a whole: parts go side by side, the whole goes alone.

    Commits. Raises StoreBusyError when a crawl is under way that leaves no room for this one.
    """
    hold = take_lock(session, CRAWL if part is None else f"{CRAWL} {part}", purpose="a crawl", now=now)
    others = col(StoreLock.name) == CRAWL if part else col(StoreLock.name).startswith(f"{CRAWL} ")
    for held in session.exec(select(StoreLock).where(others)).all():
        if not _is_gone(held, now):
            release_lock(session, hold)
            session.commit()
            raise _busy(held)
    return hold


def renew_lock(session: Session, hold: Hold, *, now: datetime) -> bool:
    """Say that the holder is alive. False when somebody else has taken the lock over: the work must stop."""
    same = (col(StoreLock.name) == hold.name, col(StoreLock.taken_at) == hold.taken_at, col(StoreLock.pid) == hold.pid)
    return session.connection().execute(update(StoreLock).where(*same).values(seen_at=now)).rowcount == 1


def release_lock(session: Session, hold: Hold) -> None:
    """Give the lock back; nothing happens when it is no longer ours."""
    same = (col(StoreLock.name) == hold.name, col(StoreLock.taken_at) == hold.taken_at, col(StoreLock.pid) == hold.pid)
    session.connection().execute(delete(StoreLock).where(*same))


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

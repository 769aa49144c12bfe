"""Holding a lock of the store for as long as a piece of work takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from store import locks
from store.advisory import AdvisoryLock
from store.database import Engine, session_scope, utc_now
from store.errors import StoreError
from store.locks import Hold, Lease, busy_with, release_lock, renew_lock, take_lock

log = structlog.get_logger()


class Loss:
    """Whether a lock that was held is lost, so that the work must stop, and why."""

    def __init__(self, name: str, on_loss: Callable[[], None]) -> None:
        self._subject, self._on_loss = f"store lock {name!r}", on_loss
        self.reason = ""  # empty while the lock is held

    def tell(self, reason: str) -> None:
        """Note the loss; the first reason stays."""
        if not self.reason:
            self.reason = reason
            log.error("the lock is lost, the work stops", lock=self._subject, reason=reason)
            self._on_loss()

    def check(self) -> None:
        """Let the work go on. Raises StoreError when the lock is lost."""
        if self.reason:
            raise StoreError(f"lost: {self.reason}", subject=self._subject)


@contextmanager
def holding(engine: Engine, name: str, purpose: str, *, on_loss: Callable[[], None] = lambda: None) -> Iterator[Loss]:
    """Hold the lock `name` during the block. Raises StoreBusyError when another process has it.

    A thread renews it. What is yielded tells of the loss: somebody took the lock over because this machine slept too long, or the
    database failed for so long that somebody soon could. The work must stop then; `on_loss` is called from that thread.
    """
    advisory = AdvisoryLock(engine, name)
    try:
        # The server's lock goes first: it knows no clock that could be wrong. The row says who holds it, and serves both databases.
        free = advisory.take()
        with session_scope(engine) as session:
            if not free:
                raise busy_with(session, name)
            hold = take_lock(session, name, purpose=purpose, now=utc_now())
        over, loss = threading.Event(), Loss(name, on_loss)
        thread = threading.Thread(target=_keep, args=(engine, hold, advisory, over, loss), name=f"lock {name}", daemon=True)
        thread.start()
        try:
            yield loss
        finally:
            over.set()
            thread.join()
            _give_back(engine, hold)
    finally:
        advisory.let_go()


def _keep(engine: Engine, hold: Hold, advisory: AdvisoryLock, over: threading.Event, loss: Loss) -> None:
    """Renew the lock until `over`; tells the loss when that is impossible, and when this thread ends for any other reason."""
    try:
        lease, pause = Lease(), locks.RENEW
        while not over.wait(pause.total_seconds()):
            began = time.monotonic()
            try:
                with session_scope(engine) as session:
                    kept = renew_lock(session, hold, now=utc_now())
                kept = kept and advisory.keep()
            except StoreError as error:
                log.warning("the lock could not be renewed", lock=hold.names[0], error=str(error))
                if lease.is_over:
                    loss.tell(f"it could not be renewed in time: {error}")
                    return
                pause = locks.RETRY
                continue
            if not kept:
                loss.tell("another process took it over")
                return
            lease.renewed(began)
            pause = locks.RENEW
    finally:
        if not over.is_set():
            loss.tell("its renewal ended")


def _give_back(engine: Engine, hold: Hold) -> None:
    try:
        with session_scope(engine) as session:
            release_lock(session, hold)
    except StoreError as error:
        # It lapses by itself: this process ends, or does not renew it any more.
        log.warning("the lock could not be given back", lock=hold.names[0], error=str(error))

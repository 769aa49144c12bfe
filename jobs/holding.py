"""Holding a lock of the store for as long as a piece of work takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from store.database import session_scope, utc_now
from store.locks import RENEW, release_lock, renew_lock, take_lock


@contextmanager
def holding(engine: Engine, name: str, purpose: str, *, on_loss: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock `name` during the block. Raises StoreBusyError when another process has it.

    `on_loss` is called, from another thread, when somebody else took the lock over because this machine slept too long.
    """
    with session_scope(engine) as session:
        hold = take_lock(session, name, purpose=purpose, now=utc_now())
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW.total_seconds()):
            with session_scope(engine) as session:
                kept = renew_lock(session, hold, now=utc_now())
            if not kept:
                if on_loss is not None:
                    on_loss()
                return

    thread = threading.Thread(target=renew, name=f"lock {name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with session_scope(engine) as session:
            release_lock(session, hold)

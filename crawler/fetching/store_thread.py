"""The store as the crawl sees it: one thread, short transactions, never the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from store.database import session_scope
from store.errors import StoreConflictError, StoreError

P = ParamSpec("P")
T = TypeVar("T")
# Crawls that save reports of one event at the same moment stand in each other's way, and the database lets one of them go on.
_TRIES = 5
_ADDED_TWICE = "23505"


def _came_in_between(error: StoreConflictError | IntegrityError) -> bool:
    """Whether the same work, done anew, finds what the other transaction wrote: a row that neither had found and both have added, too."""
    return isinstance(error, StoreConflictError) or getattr(error.orig, "sqlstate", "") == _ADDED_TWICE


class StoreThread:
    """Runs functions of the store, each in a transaction of its own, one after the other in one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._given_up: StoreError | None = None

    def now(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` at once, in this thread; anew where another crawl's transaction came in between."""
        for tries_left in reversed(range(_TRIES)):
            try:
                with session_scope(self._engine) as session:
                    return work(session, *args, **kwargs)
            except (StoreConflictError, IntegrityError) as error:
                if not tries_left or not _came_in_between(error):
                    raise
        raise AssertionError("the last try returns or raises")

    async def do(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in the store's thread and wait for its result. Raises StoreError at once after `give_up`."""

        def turn() -> T:
            if self._given_up is not None:
                raise self._given_up
            return self.now(work, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._thread, turn)

    def give_up(self, reason: str) -> None:
        """Let nothing more wait for a store that cannot be written: what is asked of it from now on fails at once."""
        self._given_up = StoreError(reason, subject="store")

    async def attempt(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> BaseException | None:
        """Run as `do`, but return what `work` raised, for whoever answers for many items at once; None when all went well."""
        [outcome] = await asyncio.gather(self.do(work, *args, **kwargs), return_exceptions=True)
        return outcome if isinstance(outcome, BaseException) else None

    def close(self) -> None:
        """Wait for what is under way."""
        self._thread.shutdown(wait=True)

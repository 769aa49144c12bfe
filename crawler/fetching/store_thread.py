"""The store as the crawl sees it: one thread, short transactions, never the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine
from sqlmodel import Session

from store.database import session_scope

P = ParamSpec("P")
T = TypeVar("T")


class StoreThread:
    """Runs functions of the store, each in a transaction of its own, one after the other in one thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    def now(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` at once, in this thread."""
        with session_scope(self._engine) as session:
            return work(session, *args, **kwargs)

    async def do(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, …)` in the store's thread and wait for its result."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self.now(work, *args, **kwargs))

    def close(self) -> None:
        """Wait for what is under way."""
        self._thread.shutdown(wait=True)

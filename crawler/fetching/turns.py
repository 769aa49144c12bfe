"""Turns at hosts that several crawls on one store share (`store.turns`)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from store.turns import give_turn_back, take_turn

from .hosts import Hosts
from .store_thread import StoreThread

_LOOK_SECONDS = 0.2, 2.0
# A turn whose holder is gone lapses so many seconds after its answer should have been there.
_GRACE_SECONDS = 30.0


class Turns:
    """Lets requests out one at a time a host name, whichever machine they come from; of a store that one crawl has, at once."""

    def __init__(self, store: StoreThread, hosts: Hosts, *, shared: bool, timeout: float) -> None:
        """`shared` says whether other crawls work on this store; `timeout` is how many seconds an answer may take."""
        self._store, self._hosts, self._shared = store, hosts, shared
        self._lease = timeout + _GRACE_SECONDS
        self._holder = f"{os.getpid()}@{socket.gethostname()}"

    @asynccontextmanager
    async def turn(self, host: str, pause: float, check: Callable[[], None]) -> AsyncIterator[None]:
        """Wait for the turn at `host` and keep it during the block; the next one begins `pause` seconds after its end at the earliest.

        `check` is called before each look and once the turn is there; what it raises is raised.
        """
        if not self._shared:
            yield
            return
        while True:
            check()
            turn = await self._store.do(take_turn, host, self._holder, lease=self._lease, pause=pause)
            for name, until in turn.rests.items():
                self._hosts.ask_rest(name, until)
            if turn.taken:
                break
            await asyncio.sleep(min(_LOOK_SECONDS[1], max(_LOOK_SECONDS[0], turn.wait)))
        try:
            check()
            yield
        finally:
            # A busy machine sends its request long after the turn was given to it: only when the answer is there the host surely had it.
            # A turn that cannot be given back lapses.
            await self._store.attempt(give_turn_back, host, self._holder, pause=pause)

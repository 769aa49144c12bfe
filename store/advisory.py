"""A lock that PostgreSQL itself holds for a connection: it is gone in the moment that the holder is, and no clock has a part in it."""

from __future__ import annotations

import zlib

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from .database import failures_told

# Any number will do, as long as all processes use the same one; the second number is made of the name.
_CLASS = 7_194_266
_TAKE = text("SELECT pg_try_advisory_lock(:space, :name)")
_GIVE = text("SELECT pg_advisory_unlock_all()")
_HELD = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND classid = :space AND objid = :name")


# The server lets the lock of a machine that fell silent go after about as long as others take a row over (`locks.STALE`).
_SILENCE = text("SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 20; SET tcp_keepalives_count = 5")


class AdvisoryLock:
    """The lock `name` of a store on PostgreSQL; on SQLite, which one machine has, it holds nothing."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._values = {"space": _CLASS, "name": zlib.crc32(name.encode()) & 0x7FFF_FFFF}
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take the lock; False when another connection has it. Raises StoreError when the server cannot be reached."""
        if self._engine.dialect.name != "postgresql":
            return True
        with failures_told(self._engine.url):
            # Not in a transaction, which would hold back the server's cleaning up for as long as the daemon runs; and for its own, for
            # a connection that is handed back to others takes the lock along.
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            connection.detach()
            self._connection = connection
            connection.execute(_SILENCE)
            if connection.execute(_TAKE, self._values).scalar():
                return True
        self.let_go()
        return False

    def keep(self) -> bool:
        """Whether the lock is held, taken again where the connection was lost. False when another has it: the work must stop.

        Raises StoreError while the server cannot be reached.
        """
        if self._engine.dialect.name != "postgresql":
            return True
        if self._connection is not None and not self._connection.invalidated:
            try:
                if self._connection.execute(_HELD, self._values).scalar():
                    return True
            except DBAPIError:
                # The server was started anew, or the connection was cut: the lock went with it.
                pass
        self.let_go()
        return self.take()

    def let_go(self) -> None:
        """Give the lock back; nothing happens where it is not held."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if not connection.invalidated:
                # The server hears of a closed connection only after this process has gone on, which would find the lock still taken.
                connection.execute(_GIVE)
            connection.close()
        except DBAPIError:
            connection.invalidate()

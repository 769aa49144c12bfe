"""Engine, sessions and column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Numeric, String, create_engine, event
from sqlalchemy import Engine as Engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session as Session

from .errors import ConfigError, StoreConflictError, StoreError, StoreFullError, StoreLockedError
from .query_language import holds
from .settings import StoreSettings


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time. Refuses naive times; SQLite keeps it as text without zone, PostgreSQL as timestamptz."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise StoreError(f"naive time {value.isoformat()}, expected an aware one")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """One word of an enumeration, kept as text. Refuses any other, on its way in and on its way out."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Money(TypeDecorator[Decimal]):
    """A sum of money, two decimals, up to 10^20. A number in SQL on both databases, a Decimal in Python.

    SQLite has no decimal type: beyond 10^13 the hundredths are rounded there.
    """

    impl = Numeric(22, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Numeric(22, 2, asdecimal=False))
        return dialect.type_descriptor(Numeric(22, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | float | None:
        return float(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Decimal | float | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


# A server that is gone without a word must not be waited for without end: seconds, the last one milliseconds.
_POSTGRESQL = {"connect_timeout": 10, "keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 40_000}


def utc_now() -> datetime:
    """The present moment, aware UTC."""
    return datetime.now(UTC)


_EXPECTED = "expected sqlite:///FILE or postgresql://USER@HOST/NAME"


def store_url(settings: StoreSettings) -> URL:
    """The URL with its driver spelled out: `postgres://` and `postgresql://` go through psycopg.

    Raises ConfigError for a URL that is none, or of another kind of database; what was written is not shown, for it may hold a
    password that nobody can tell from the rest.
    """
    try:
        url = make_url(settings.url.get_secret_value())
    except (ArgumentError, ValueError):
        # The cause would show what was written, too.
        raise ConfigError(f"is no URL of a database; {_EXPECTED}", subject="store.url") from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ConfigError(f"unknown kind of database; {_EXPECTED}", subject=f"store.url {safe_url(url)}")
    return url


def postgresql_address(settings: StoreSettings) -> str:
    """The store's URL for libpq, password included. Raises ConfigError for a store that is not on PostgreSQL."""
    url = store_url(settings)
    if url.get_backend_name() != "postgresql":
        hint = "on SQLite `yixun run` crawls by itself"
        raise ConfigError("workers share a store on PostgreSQL", subject="store.url", hint=hint)
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def has_password(text: str) -> bool:
    """Whether a URL of a store holds a password, before its host or among its options; a text that is no URL holds none."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return False
    return url.password is not None or any("password" in name.lower() for name in url.query)


def safe_url(url: URL) -> str:
    """The URL for messages, its passwords hidden."""
    hidden = {name: "***" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def connect(settings: StoreSettings) -> Engine:
    """Make an engine for the store without looking whether its schema is there (`migrate.open_store` does).

    A SQLite file's folder is made. Raises ConfigError for a wrong URL, StoreError when the folder cannot be made or when the
    driver is missing.
    """
    url = store_url(settings)
    options: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"its folder cannot be made: {error.strerror}", subject=safe_url(url)) from error
        options["connect_args"] = {"timeout": settings.lock_seconds}
    elif url.get_backend_name() == "postgresql":
        options["connect_args"] = {name: value for name, value in _POSTGRESQL.items() if name not in url.query}
    try:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() == "postgresql", **options)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError("the driver is not installed", subject=safe_url(url), hint="pip install 'yixun[postgres]'") from error
    milliseconds = int(settings.lock_seconds * 1000)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: _sqlite_pragmas(connection, milliseconds))
        event.listen(engine, "savepoint", _sqlite_begin)
    else:
        # 0 would mean to wait without end.
        event.listen(engine, "connect", lambda connection, _: _postgresql_waits(connection, max(1, milliseconds)))
    return engine


def _sqlite_pragmas(connection: Any, milliseconds: int) -> None:
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={milliseconds}", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # What the search index cannot tell by itself (`store.search`).
    connection.create_function("yixun_holds", -1, holds, deterministic=True)


def _postgresql_waits(connection: Any, milliseconds: int) -> None:
    connection.execute(f"SET lock_timeout = {milliseconds}")
    connection.commit()


def _sqlite_begin(connection: Connection, _name: str | None) -> None:
    # The driver opens a transaction only at the first write; a savepoint before that would commit on its own.
    driver: Any = connection.connection.dbapi_connection
    if not driver.in_transaction:
        driver.execute("BEGIN IMMEDIATE")


# Classes of SQLSTATE that tell of the server, not of the statement: connection, resources, operator, system, login, name.
_SERVER_STATES = ("08", "53", "57", "58", "28", "3D")
_SQLITE_FAILURES = ("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_PROTOCOL")


def failure_of(error: DBAPIError | sqlite3.Error, url: URL) -> StoreError | None:
    """What a database suffers from, as one line: locked, full, unreachable, broken. None for a fault of the statement itself."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    subject, reason = safe_url(url), " ".join(str(driver).split())
    name, state = str(getattr(driver, "sqlite_errorname", "") or ""), str(getattr(driver, "sqlstate", "") or "")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or state in ("55P03", "57014"):
        return StoreLockedError("locked by another process for longer than store.lock_seconds", subject=subject, hint="try again later")
    if state.startswith("40"):
        return StoreConflictError(f"given up for another transaction: {reason}", subject=subject, hint="try again")
    if name == "SQLITE_FULL" or state == "53100":
        return StoreFullError("the disk is full: nothing more can be written", subject=subject, hint="make room, then try again")
    if state == "42501":
        return StoreError(reason, subject=subject, hint="`yixun db grant-analyst` tells what an analyst's role may do")
    unreachable = not name and not state and isinstance(error, OperationalError | InterfaceError)
    if unreachable or name.startswith(_SQLITE_FAILURES) or state.startswith(_SERVER_STATES) or state == "25006":
        return StoreError(f"cannot be used: {reason}", subject=subject, hint="check store.url")
    return None


@contextmanager
def failures_told(url: URL) -> Iterator[None]:
    """Raise what a database suffers from in the block as a StoreError of one line; faults of statements stay what they are."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        told = failure_of(error, url)
        if told is None:
            raise
        raise told from error


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """A session that commits at the end of the block and rolls back on any error.

    Raises StoreError for what the database suffers from: StoreLockedError after waiting for `store.lock_seconds`, StoreFullError.
    """
    with failures_told(engine.url), Session(engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise

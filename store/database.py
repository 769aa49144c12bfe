"""Engine, sessions and column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, Engine, Numeric, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session

from .errors import StoreError
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


def utc_now() -> datetime:
    """The present moment, aware UTC."""
    return datetime.now(UTC)


def store_url(settings: StoreSettings) -> URL:
    """The URL with its driver spelled out: `postgres://` and `postgresql://` go through psycopg.

    Raises StoreError for a URL that is none, or of another kind of database.
    """
    try:
        url = make_url(settings.url)
    except ArgumentError as error:
        raise StoreError(
            "is no URL; expected sqlite:///FILE or postgresql://USER@HOST/NAME", subject=f"store.url {settings.url!r}"
        ) from error
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError("unknown kind of database; expected sqlite:///FILE or postgresql://USER@HOST/NAME", subject=safe_url(url))
    return url


def safe_url(url: URL) -> str:
    """The URL for messages, its password hidden."""
    return url.render_as_string(hide_password=True)


def connect(settings: StoreSettings) -> Engine:
    """Make an engine for the store without looking whether its schema is there (`migrate.open_store` does).

    A SQLite file's folder is made. Raises StoreError when it cannot be, or when the driver is missing.
    """
    url = store_url(settings)
    options: dict[str, Any] = {}
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"its folder cannot be made: {error.strerror}", subject=safe_url(url)) from error
        options["connect_args"] = {"timeout": 30}
    try:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() == "postgresql", **options)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError("the driver is not installed", subject=safe_url(url), hint="pip install 'yixun[postgres]'") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "savepoint", _sqlite_begin)
    return engine


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection, _name: str | None) -> None:
    # The driver opens a transaction only at the first write; a savepoint before that would commit on its own.
    driver: Any = connection.connection.dbapi_connection
    if not driver.in_transaction:
        driver.execute("BEGIN IMMEDIATE")


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """A session that commits at the end of the block and rolls back on any error."""
    with Session(engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise

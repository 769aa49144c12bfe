"""SQL from analysts: read-only on both databases, limited in time and rows."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from .errors import StoreError, UsageError

_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_LARGEST_VALUE = 64 * 1024 * 1024
_STEPS = 10_000  # of SQLite's machine between two looks at the clock


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave; `cut` when there were more rows than asked for."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    cut: bool

    def as_dicts(self) -> list[dict[str, Any]]:
        """One mapping a row."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def run_query(engine: Engine, sql: str, *, max_rows: int, seconds: float) -> Answer:
    """Run one SELECT and return at most `max_rows` rows.

    Nothing can be written: SQLite opens the file read-only and allows no other kind of statement, PostgreSQL runs a
    cursor in a read-only transaction. Raises UsageError for no SQL at all, StoreError for SQL that is wrong, that writes, or that
    takes longer than `seconds`.
    """
    if not sql.strip():
        raise UsageError("expected a SELECT", subject="query")
    if engine.dialect.name == "sqlite":
        return _on_sqlite(engine, sql, max_rows, seconds)
    return _on_postgresql(engine, sql, max_rows, seconds)


def _cut(columns: list[str], rows: list[tuple[Any, ...]], max_rows: int) -> Answer:
    names = [name if columns.count(name) == 1 else f"{name}_{number}" for number, name in enumerate(columns, 1)]
    return Answer(names, rows[:max_rows], len(rows) > max_rows)


@contextmanager
def _read_only_file(engine: Engine) -> Iterator[sqlite3.Connection]:
    path = Path(engine.url.database or "").resolve()
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
        # Opening the full-text index for the first time takes rights that a query must not have.
        connection.execute("SELECT rowid FROM item_words LIMIT 0")
        connection.set_authorizer(_allow)
        yield connection
    finally:
        connection.close()


def _allow(action: int, argument: str | None, *_: str | None) -> int:
    # The full-text index asks for this one by itself.
    harmless = action == sqlite3.SQLITE_PRAGMA and argument == "data_version"
    return sqlite3.SQLITE_OK if action in _READING or harmless else sqlite3.SQLITE_DENY


def _on_sqlite(engine: Engine, sql: str, max_rows: int, seconds: float) -> Answer:
    ends_at = time.monotonic() + seconds
    try:
        with _read_only_file(engine) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > ends_at, _STEPS)
            cursor = connection.execute(sql)
            rows = cursor.fetchmany(max_rows + 1)
            return _cut([column[0] for column in cursor.description or ()], rows, max_rows)
    except (sqlite3.Error, sqlite3.Warning) as error:
        if str(error) == "interrupted":
            raise StoreError(f"stopped after {seconds:g} seconds", subject="query") from error
        hint = "only reading is allowed" if "not authorized" in str(error) or "prohibited" in str(error) else None
        raise StoreError(" ".join(str(error).split()), subject="query", hint=hint) from error


def _on_postgresql(engine: Engine, sql: str, max_rows: int, seconds: float) -> Answer:
    import psycopg

    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.execute("SET TRANSACTION READ ONLY")
            driver.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
            # A cursor on the server takes one SELECT and nothing else, and hands out no more rows than are fetched.
            with driver.cursor(name="yixun_query") as cursor:
                cursor.execute(sql.rstrip().removesuffix(";"))
                rows = cursor.fetchmany(max_rows + 1)
                return _cut([column.name for column in cursor.description or ()], rows, max_rows)
        except psycopg.errors.QueryCanceled as error:
            raise StoreError(f"stopped after {seconds:g} seconds", subject="query") from error
        except psycopg.Error as error:
            hint = "only reading is allowed" if isinstance(error, psycopg.errors.ReadOnlySqlTransaction) else None
            raise StoreError(" ".join(str(error).split()), subject="query", hint=hint) from error
        finally:
            driver.rollback()

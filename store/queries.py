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
from .reading_only import check, guard, refused

_LARGEST_VALUE = 64 * 1024 * 1024
_STEPS = 10_000  # of SQLite's machine between two looks at the clock
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Rows:
    """What a query gives, in batches as they are read; `columns` are told apart by a number where several have one name."""

    columns: list[str]
    batches: Iterator[list[tuple[Any, ...]]]


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
    """Run one SELECT and return at most `max_rows` rows. Raises what `open_query` does."""
    with open_query(engine, sql, seconds=seconds) as found:
        rows: list[tuple[Any, ...]] = []
        for batch in found.batches:
            rows += batch
            if len(rows) > max_rows:
                break
    return Answer(found.columns, rows[:max_rows], len(rows) > max_rows)


@contextmanager
def open_query(engine: Engine, sql: str, *, seconds: float) -> Iterator[Rows]:
    """Run one SELECT on the views and read its rows within the block, a few thousand at a time.

    Nothing can be written and nothing but the views and the search index be read, whoever asks (`store.reading_only`).
    Raises UsageError for no SQL at all, StoreError for SQL that is wrong, that reads or does anything else, or that
    takes longer than `seconds`, the time that is taken to read its rows included.
    """
    sql, ends_at = sql.strip().removesuffix(";"), time.monotonic() + seconds
    on = _on_sqlite if engine.dialect.name == "sqlite" else _on_postgresql
    if not sql:
        raise UsageError("expected a SELECT", subject="query")
    with on(engine, sql, seconds) as cursor:
        if cursor.description is None:
            raise UsageError("expected a SELECT", subject="query")
        yield Rows(_told_apart([column[0] for column in cursor.description]), _batches(cursor, ends_at, seconds))


def _batches(cursor: Any, ends_at: float, seconds: float) -> Iterator[list[tuple[Any, ...]]]:
    while batch := cursor.fetchmany(_BATCH):
        yield batch
        if time.monotonic() > ends_at:
            raise _stopped(seconds)


def _stopped(seconds: float) -> StoreError:
    return StoreError(f"stopped after {seconds:g} seconds", subject="query")


def _told_apart(columns: list[str]) -> list[str]:
    return [name if columns.count(name) == 1 else f"{name}_{number}" for number, name in enumerate(columns, 1)]


@contextmanager
def _on_sqlite(engine: Engine, sql: str, seconds: float) -> Iterator[sqlite3.Cursor]:
    ends_at = time.monotonic() + seconds
    path = Path(engine.url.database or "").resolve()
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        connection.execute("PRAGMA query_only=ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE)
        guard(connection)
        connection.set_progress_handler(lambda: time.monotonic() > ends_at, _STEPS)
        yield connection.execute(sql)
    except (sqlite3.Error, sqlite3.Warning) as error:
        if str(error) == "interrupted":
            raise _stopped(seconds) from error
        raise refused(str(error)) from error
    finally:
        connection.close()


@contextmanager
def _on_postgresql(engine: Engine, sql: str, seconds: float) -> Iterator[Any]:
    import psycopg

    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.rollback()
            driver.execute(f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}")
            check(driver, sql)
            # A cursor on the server hands out no more rows than are fetched.
            with driver.cursor(name="yixun_query") as cursor:
                cursor.execute(sql)
                yield cursor
        except psycopg.errors.QueryCanceled as error:
            raise _stopped(seconds) from error
        except psycopg.Error as error:
            raise refused(error.diag.message_primary or str(error)) from error
        finally:
            if not driver.closed:
                driver.rollback()

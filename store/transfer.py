"""Rows on their way from one database to another: reading at one moment, writing as JSON, typing again, and sums to compare by.

Works on the tables as they are in the database, whatever the version of its schema.
"""

from __future__ import annotations

import base64
import hashlib
import json
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Boolean, Connection, Date, DateTime, Engine, Integer, LargeBinary, MetaData, Numeric, Table, func, inspect, select
from sqlalchemy.exc import SAWarning

from .models import DaemonRow, StoreLock
from .schema import SEARCH, WEEKS, WORDS

CHUNK = 500
# What is told of processes that run now means nothing in another store.
OF_THE_MOMENT = frozenset({StoreLock.__tablename__, DaemonRow.__tablename__})
# Made anew from the others, or by the upgrade.
_DERIVED = (SEARCH.name, WORDS.name, WEEKS.name, "alembic_version", "sqlite_")
_SUM = 2**128


def tables_of(connection: Connection) -> list[Table]:
    """The tables of a store that hold what it knows, owners before what they own."""
    names = [name for name in inspect(connection).get_table_names() if name not in OF_THE_MOMENT and not name.startswith(_DERIVED)]
    metadata = MetaData()
    with warnings.catch_warnings():
        # Rows are carried, not indexes: those on expressions, which reflection cannot tell, are not missed.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index", SAWarning)
        metadata.reflect(connection, only=names)
    return [table for table in metadata.sorted_tables if table.name in names]


@contextmanager
def one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection that sees the store as it is now, however long it reads and whoever writes meanwhile."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        yield connection


def rows_of(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """All rows of a table by column, in the order of the primary key."""
    names = [column.name for column in table.columns]
    rows = connection.execute(select(table).order_by(*table.primary_key.columns), execution_options={"yield_per": CHUNK})
    return (dict(zip(names, row, strict=True)) for row in rows)


def as_line(row: Mapping[str, Any]) -> str:
    """A row as one line of JSON, the same from either database."""
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        # PostgreSQL gives back whole numbers of JSON without their point.
        return int(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, Decimal) else value


class Sum:
    """How many rows there are, and a checksum of them that does not depend on their order: databases sort texts differently."""

    def __init__(self) -> None:
        self.rows = 0
        self._total = 0

    def add(self, line: str) -> None:
        """Count one row, as `as_line` gives it."""
        self.rows += 1
        self._total = (self._total + int.from_bytes(hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=16).digest())) % _SUM

    @property
    def checksum(self) -> str:
        """The checksum, in hexadecimal digits."""
        return f"{self._total:032x}"


def sum_of(connection: Connection, table: Table) -> Sum:
    """The sum of a table."""
    total = Sum()
    for row in rows_of(connection, table):
        total.add(as_line(row))
    return total


def typed(row: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """A row of `as_line`, read back, as the columns of a table want it. Raises KeyError, TypeError or ValueError for one that is none."""
    return {name: _typed(value, table.columns[name].type) for name, value in row.items()}


def _typed(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment if kind.timezone else moment.replace(tzinfo=None)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Boolean):
        return bool(value)
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    return Decimal(value) if isinstance(kind, Numeric) and isinstance(value, str) else value


def chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows, so many at a time as one statement takes."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def let_ids_follow(connection: Connection, tables: Sequence[Table]) -> None:
    """After rows came with their ids: the next id that PostgreSQL gives out follows the highest."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        if isinstance(getattr(table.columns.get("id"), "type", None), Integer):
            highest = select(func.max(table.c.id)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))

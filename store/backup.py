"""Backups that either database can read back: a ZIP with one file of JSON lines a table.

Made from one moment of the store while others work on it, and the way from SQLite to PostgreSQL.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from .database import failure_of, failures_told, safe_url, utc_now
from .errors import StoreError, StoreNewerError
from .migrate import current_revision, known_revision, upgrade
from .models import DaemonRow, StoreLock

_MANIFEST = "manifest.json"
# What is told of processes that run now means nothing in another store.
_OF_THE_MOMENT = (StoreLock.__tablename__, DaemonRow.__tablename__)
_CHUNK = 500


def tables() -> list[str]:
    """The tables of a backup, owners before what they own."""
    return [table.name for table in SQLModel.metadata.sorted_tables if table.name not in _OF_THE_MOMENT]


def _reflected(connection: Connection, names: Iterable[str]) -> dict[str, Table]:
    there = set(inspect(connection).get_table_names())
    metadata = MetaData()
    return {name: Table(name, metadata, autoload_with=connection) for name in names if name in there}


def write_backup(engine: Engine, path: Path) -> dict[str, int]:
    """Write the whole store to `path` and return the number of rows a table; an existing file is replaced at the end.

    Raises StoreError when the file cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    counts: dict[str, int] = {}
    try:
        with failures_told(engine.url), _one_moment(engine) as connection, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, table in _reflected(connection, tables()).items():
                counts[name] = _write_table(connection, table, archive)
            manifest = {"revision": current_revision(connection), "made_at": utc_now().isoformat(), "rows": counts}
            archive.writestr(_MANIFEST, json.dumps(manifest, indent=1))
        part.replace(path)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", subject=str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return counts


def _one_moment(engine: Engine) -> Connection:
    if engine.dialect.name == "postgresql":
        return engine.connect().execution_options(isolation_level="REPEATABLE READ")
    connection = engine.connect()
    connection.exec_driver_sql("BEGIN")
    return connection


def _write_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> int:
    count = 0
    names = [column.name for column in table.columns]
    rows = connection.execution_options(yield_per=_CHUNK).execute(select(table).order_by(*table.primary_key.columns))
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as raw, io.TextIOWrapper(raw, encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_plain) + "\n")
            count += 1
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def read_backup(engine: Engine, path: Path) -> dict[str, int]:
    """Fill an empty store from a backup and bring it to this version; returns the number of rows a table.

    All or nothing. Raises StoreError for a store that is not empty and for a file that is no whole backup,
    StoreNewerError for a backup of a newer version.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            revision, wanted = str(manifest["revision"]), dict(manifest["rows"])
            if not known_revision(revision):
                raise StoreNewerError("made by a newer version of Yixun", subject=str(path), hint="upgrade Yixun")
            _refuse_filled(engine, revision)
            upgrade(engine, to=revision)
            with engine.begin() as connection:
                counts = {name: _read_table(connection, table, archive) for name, table in _reflected(connection, tables()).items()}
                if counts != wanted:
                    raise StoreError("is not whole: it holds other numbers of rows than it says", subject=str(path))
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror}", subject=str(path)) from error
    except DBAPIError as error:
        unfit = StoreError(f"does not fit the store: {' '.join(str(error.orig).split())}", subject=str(path))
        raise failure_of(error, engine.url) or unfit from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as error:
        raise StoreError("is no backup of a store", subject=str(path)) from error
    upgrade(engine)
    return counts


def _refuse_filled(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        if current_revision(connection) not in (None, revision):
            hint = "restore into a new database: name it in store.url"
            raise StoreError(f"the backup has schema {revision}, this store another", subject=safe_url(engine.url), hint=hint)
        for table in _reflected(connection, tables()).values():
            if connection.execute(select(func.count()).select_from(table)).scalar():
                hint = "restore into an empty one: name it in store.url"
                raise StoreError(f"the store is not empty ({table.name} has rows)", subject=safe_url(engine.url), hint=hint)


def _read_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> int:
    count = 0
    with archive.open(f"{table.name}.jsonl") as raw:
        rows = (json.loads(line) for line in io.TextIOWrapper(raw, encoding="utf-8"))
        for chunk in _chunks({name: _typed(value, table, name) for name, value in row.items()} for row in rows):
            connection.execute(insert(table), chunk)
            count += len(chunk)
    if connection.dialect.name == "postgresql" and count and isinstance(getattr(table.columns.get("id"), "type", None), Integer):
        # The ids came along; the next one given out must follow them.
        highest = select(func.max(table.c.id)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))
    return count


def _chunks(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _typed(value: Any, table: Table, name: str) -> Any:
    """A value of JSON as the column's type wants it."""
    kind = table.columns[name].type
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

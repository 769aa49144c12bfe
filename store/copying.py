"""Copying a store into another database, row for row: from SQLite to PostgreSQL and back. A copy that was cut off goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, func, insert, select, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from .backup import refuse_rows
from .check import damage
from .database import failure_of, failures_told, safe_url, utc_now
from .errors import StoreError
from .migrate import COPYING, checked_revision, newest_revision, upgrade
from .models import StoreLock
from .search import index_missing
from .statistics import refresh_statistics
from .transfer import CHUNK, as_line, chunks, let_ids_follow, one_moment, rows_of, sum_of, tables_of, typed

Progress = Callable[[str, int], None]


def copy_store(source: Engine, target: Engine, *, progress: Progress = lambda _table, _rows: None) -> dict[str, int]:
    """Make an empty database the same store as `source` is at this moment; returns the number of rows a table.

    Each few hundred rows are a transaction: called again after it was cut off, it compares what is there and copies the rest. At the end
    the counts and checksums of all tables are compared. `progress` is told of each table that is the same. Raises StoreError for a source
    of another version, for a target that holds rows of anything else, and for sums that differ.
    """
    with one_moment(source) as reading:
        if checked_revision(reading) != newest_revision():
            raise StoreError("has another schema than this version", subject=safe_url(source.url), hint="run `yixun db upgrade`")
        _begin(source, target)
        with failures_told(target.url), target.connect() as writing:
            there = {table.name: table for table in tables_of(writing)}
        counts = {}
        pairs = [(table, there[table.name]) for table in tables_of(reading)]
        for pair in pairs:
            counts[pair[0].name] = _copy_table(reading, target, *pair)
            progress(pair[0].name, counts[pair[0].name])
        with failures_told(target.url), target.begin() as writing:
            let_ids_follow(writing, [table for _, table in pairs])
        _index(target)
        _compare(reading, target, pairs)
    wrong = damage(target)
    if wrong:
        raise StoreError(f"the copy is damaged: {'; '.join(wrong)}", subject=safe_url(target.url))
    with failures_told(target.url), Session(target) as session:
        session.exec(delete(StoreLock).where(col(StoreLock.name) == COPYING))
        session.commit()
    refresh_statistics(target)
    return counts


def _begin(source: Engine, target: Engine) -> None:
    """Make the schema of the target and mark it as a copy that is not done; goes on with one that is marked so."""
    upgrade(target)
    purpose = f"copy of {safe_url(source.url)}"
    with failures_told(target.url), Session(target) as session:
        mark = session.get(StoreLock, COPYING)
        if mark is not None and mark.holder != purpose:
            hint = "name an empty database"
            raise StoreError(f"holds an unfinished {mark.holder}", subject=safe_url(target.url), hint=hint)
        if mark is None:
            refuse_rows(session.connection())
            now = utc_now()
            session.add(StoreLock(name=COPYING, holder=purpose, pid=0, host="", taken_at=now, seen_at=now))
        session.commit()


def _copy_table(reading: Connection, target: Engine, here: Table, there: Table) -> int:
    """Bring a table of the target to what it is in the source; returns the number of its rows."""
    count = 0
    with _unfit_told(target, here.name), target.connect() as writing:
        for chunk in chunks(rows_of(reading, here)):
            _bring(writing, there, [as_line(row) for row in chunk])
            writing.commit()
            count += len(chunk)
        if writing.execute(select(func.count()).select_from(there)).scalar() != count:
            _drop_surplus(reading, writing, here, there)
        writing.commit()
    return count


@contextmanager
def _unfit_told(target: Engine, name: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        unfit = StoreError(f"{name} does not fit: {' '.join(str(error.orig).split())}", subject=safe_url(target.url))
        raise failure_of(error, target.url) or unfit from error


def _bring(writing: Connection, there: Table, lines: Sequence[str]) -> None:
    """Insert the rows that are missing, and write anew those that say something else since the copy was cut off."""
    rows = {line: typed(json.loads(line), there) for line in lines}
    found = {as_line(dict(row._mapping)) for row in writing.execute(select(there).where(_among(there, list(rows.values()))))}
    other = [row for line, row in rows.items() if line not in found]
    if not other:
        return
    keys = there.primary_key.columns.keys()
    known = {tuple(row) for row in writing.execute(select(*there.primary_key.columns).where(_among(there, other)))}
    missing = [row for row in other if tuple(row[key] for key in keys) not in known]
    if missing:
        writing.execute(insert(there), missing)
    for row in other:
        if tuple(row[key] for key in keys) in known:
            writing.execute(update(there).where(*(there.c[key] == row[key] for key in keys)).values(**row))


def _among(table: Table, rows: Sequence[dict[str, Any]]) -> ColumnElement[bool]:
    """The rule that holds for rows with the keys of these."""
    keys = table.primary_key.columns
    if len(keys) == 1:
        key = next(iter(keys))
        return key.in_([row[key.name] for row in rows])
    return tuple_(*keys).in_([tuple(row[key.name] for key in keys) for row in rows])


def _drop_surplus(reading: Connection, writing: Connection, here: Table, there: Table) -> None:
    """Delete rows that the source has deleted since the copy was cut off."""
    wanted = {as_line(row) for row in _keys_of(reading, here)}
    for row in [row for row in _keys_of(writing, there) if as_line(row) not in wanted]:
        writing.execute(delete(there).where(*(there.c[key] == value for key, value in row.items())))


def _keys_of(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    return (dict(row._mapping) for row in connection.execute(select(*table.primary_key.columns)))


def _index(target: Engine) -> None:
    """Make the search index of what it does not know yet; it is another on each database."""
    with failures_told(target.url), Session(target) as session:
        while index_missing(session, limit=CHUNK):
            session.commit()


def _compare(reading: Connection, target: Engine, pairs: Sequence[tuple[Table, Table]]) -> None:
    with failures_told(target.url), one_moment(target) as other:
        for table, copy in pairs:
            here, there = sum_of(reading, table), sum_of(other, copy)
            if (here.rows, here.checksum) != (there.rows, there.checksum):
                what = f"{table.name} differs: {here.rows} rows ({here.checksum[:8]}) and {there.rows} ({there.checksum[:8]})"
                raise StoreError(what, subject=safe_url(target.url), hint="call the copy again: it mends what differs")

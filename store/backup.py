"""Backups that either database can read back: a ZIP with one file of JSON lines a table, and the files of the configuration.

Made from one moment of the store while others work on it, and read back before it is called a backup.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Connection, Engine, Table, func, insert, select
from sqlalchemy.exc import DBAPIError

from .database import failure_of, failures_told, safe_url, utc_now
from .errors import StoreError, StoreNewerError
from .migrate import current_revision, known_revision, upgrade
from .statistics import refresh_statistics
from .transfer import Sum, as_line, chunks, let_ids_follow, one_moment, rows_of, sum_of, tables_of, typed

_MANIFEST = "manifest.json"
_CONFIGURATION = "configuration/"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup says it holds: the revision of the schema, the number of rows and the checksum of each table, other files."""

    revision: str
    rows: dict[str, int]
    checksums: dict[str, str]
    files: list[str]


def write_backup(engine: Engine, path: Path, *, files: Mapping[str, Path] | None = None) -> Contents:
    """Write the whole store to `path`, readable by its owner alone, and read it back; an existing file is replaced at the end.

    `files` go along by their names: what of them cannot be read is left out. Raises StoreError when the file cannot be written, or says
    something else than the store.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with failures_told(engine.url), one_moment(engine) as connection, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            sums = {table.name: _write_table(connection, table, archive) for table in tables_of(connection)}
            contents = Contents(
                str(current_revision(connection)),
                {name: one.rows for name, one in sums.items()},
                {name: one.checksum for name, one in sums.items()},
                _write_files(archive, files or {}),
            )
            archive.writestr(_MANIFEST, json.dumps({"made_at": utc_now().isoformat(), **asdict(contents)}, indent=1))
        _flush(part)
        verify_backup(part)
        part.replace(path)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", subject=str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return contents


def _flush(path: Path) -> None:
    """Let a file be on its disk, and not in memory alone, before it takes the place of an older one."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> Sum:
    total = Sum()
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as raw, io.TextIOWrapper(raw, encoding="utf-8") as file:
        for row in rows_of(connection, table):
            line = as_line(row)
            total.add(line)
            file.write(line + "\n")
    return total


def _write_files(archive: zipfile.ZipFile, files: Mapping[str, Path]) -> list[str]:
    written = []
    for name, path in sorted(files.items()):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        archive.writestr(_CONFIGURATION + name, content)
        written.append(name)
    return written


@contextmanager
def _faults_told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror or error}", subject=str(path)) from error
    except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, EOFError, AttributeError) as error:
        raise StoreError("is no backup of a store", subject=str(path)) from error


def verify_backup(path: Path) -> Contents:
    """Read a backup to its end, and return what it holds. Raises StoreError for one that is not whole, StoreNewerError for a newer one."""
    with _faults_told(path), zipfile.ZipFile(path) as archive:
        said: dict[str, Any] = json.loads(archive.read(_MANIFEST))
        contents = Contents(str(said["revision"]), dict(said["rows"]), dict(said["checksums"]), list(said["files"]))
        if not known_revision(contents.revision):
            raise StoreNewerError("made by a newer version of Yixun", subject=str(path), hint="upgrade Yixun")
        for name in contents.rows:
            total = Sum()
            with _lines(archive, name) as lines:
                for line in lines:
                    total.add(line.rstrip("\n"))
            if (total.rows, total.checksum) != (contents.rows[name], contents.checksums[name]):
                raise StoreError(f"is not whole: {name} holds other rows than it says", subject=str(path))
        for name in contents.files:
            archive.read(_CONFIGURATION + name)
    return contents


@contextmanager
def _lines(archive: zipfile.ZipFile, table: str) -> Iterator[TextIO]:
    with archive.open(f"{table}.jsonl") as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as lines:
        yield lines


def read_backup(engine: Engine, path: Path) -> Contents:
    """Fill an empty store from a backup and bring it to this version.

    The file is read to its end first, and the rows in the store are compared with it before they count: all or nothing. Raises StoreError
    for a store that is not empty and for a file that is no whole backup, StoreNewerError for a backup of a newer version.
    """
    contents = verify_backup(path)
    with failures_told(engine.url):
        _refuse_filled(engine, contents.revision)
        upgrade(engine, to=contents.revision)
    try:
        with _faults_told(path), zipfile.ZipFile(path) as archive, engine.begin() as connection:
            _fill(connection, archive, contents, path)
    except DBAPIError as error:
        unfit = StoreError(f"does not fit the store: {' '.join(str(error.orig).split())}", subject=str(path))
        raise failure_of(error, engine.url) or unfit from error
    upgrade(engine)
    refresh_statistics(engine)
    return contents


def _fill(connection: Connection, archive: zipfile.ZipFile, contents: Contents, path: Path) -> None:
    tables = tables_of(connection)
    if {table.name for table in tables} != set(contents.rows):
        raise StoreError(f"has other tables than schema {contents.revision}", subject=str(path))
    for table in tables:
        with _lines(archive, table.name) as lines:
            for chunk in chunks(typed(json.loads(line), table) for line in lines):
                connection.execute(insert(table), chunk)
        if sum_of(connection, table).checksum != contents.checksums[table.name]:
            raise StoreError(f"{table.name} came out of the store other than it went in", subject=str(path))
    let_ids_follow(connection, tables)


def read_files(path: Path, folder: Path) -> list[Path]:
    """Write the files of the configuration that a backup holds into a folder, which is made; returns them. Nothing is overwritten.

    Raises StoreError when they cannot be read or written, and for one that is there already.
    """
    with _faults_told(path), zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith(_CONFIGURATION)]
        found = {name.removeprefix(_CONFIGURATION): archive.read(name) for name in names}
    written = []
    for name, content in found.items():
        target = folder / Path(name).name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(content)
        except OSError as error:
            raise StoreError(f"cannot be written: {error.strerror}", subject=str(target)) from error
        written.append(target)
    return written


def _refuse_filled(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        if current_revision(connection) not in (None, revision):
            hint = "restore into a new database: name it in store.url"
            raise StoreError(f"the backup has schema {revision}, this store another", subject=safe_url(engine.url), hint=hint)
        refuse_rows(connection)


def refuse_rows(connection: Connection) -> None:
    """Raise StoreError unless all tables are empty."""
    for table in tables_of(connection):
        if connection.execute(select(func.count()).select_from(table)).scalar():
            hint = "name an empty one"
            raise StoreError(f"the store is not empty ({table.name} has rows)", subject=safe_url(connection.engine.url), hint=hint)

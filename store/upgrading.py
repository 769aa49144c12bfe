"""Upgrading a store that holds rows: a copy first, then the upgrade, which an interruption leaves undone."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from .backup import write_backup
from .database import failure_of, failures_told, safe_url
from .errors import StoreError
from .migrate import checked_revision, newest_revision, upgrade
from .statistics import refresh_statistics

_PAGES = 4096


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The revisions of the schema before and after, and the copy of the store as it was; None where none was made."""

    before: str | None
    after: str
    copy: Path | None


def upgrade_safely(engine: Engine, backups: Path | None) -> Upgraded:
    """Copy a store of an older version, read the copy back, then bring the store to this version; one that was cut off is done anew.

    The copy of a SQLite file lies beside it and can take its place; of PostgreSQL it is a backup in the folder `backups`, where one is
    named. Raises StoreError when no copy can be made: the store is left as it was.
    """
    try:
        with engine.connect() as connection:
            before = checked_revision(connection)
    except DBAPIError as error:
        raise failure_of(error, engine.url) or StoreError(f"cannot be used: {error.orig}", subject=safe_url(engine.url)) from error
    copy = None
    if before not in (None, newest_revision()):
        copy = _copy_file(engine, before) if engine.dialect.name == "sqlite" else _back_up(engine, backups, before)
    before, after = upgrade(engine)
    if before not in (None, after):
        refresh_statistics(engine)
    return Upgraded(before, after, copy)


def _back_up(engine: Engine, folder: Path | None, revision: str | None) -> Path | None:
    if folder is None:
        return None
    path = folder / f"before-upgrade-from-{revision}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"cannot be made: {error.strerror}", subject=str(folder)) from error
    write_backup(engine, path)
    return path


def _copy_file(engine: Engine, revision: str | None) -> Path:
    """A copy of the database file by SQLite itself, whole whoever writes meanwhile, readable by its owner alone."""
    path = Path(f"{engine.url.database}.{revision}")
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with failures_told(engine.url), engine.connect() as connection:
            there: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
            copy = sqlite3.connect(part)
            try:
                there.backup(copy, pages=_PAGES)
                found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
            finally:
                copy.close()
        if found != "ok":
            raise StoreError(f"its copy is damaged: {found}", subject=safe_url(engine.url), hint="`yixun db check` says more")
        part.replace(path)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", subject=str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return path

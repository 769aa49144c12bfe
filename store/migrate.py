"""Opening a store: its schema is made when empty, checked when there, upgraded when asked.

`python -m store.migrate "what changes"` writes the next migration from the difference between models and schema;
`python -m store.migrate --first` writes the first one anew.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from .database import connect, failure_of, safe_url, store_url
from .errors import StoreError, StoreNewerError
from .grants import analysts, grant_reading
from .placed import place_all_names
from .schema import drop_derived, make_derived
from .search import index_missing
from .settings import StoreSettings

if TYPE_CHECKING:
    # Loading it takes a fifth of what most commands take, and only a schema that is made or changed needs it.
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
# The lock that marks a store as a copy which is not done (`store.copying`).
COPYING = "copy"
_UNFINISHED = text("SELECT holder FROM store_lock WHERE name = :name").bindparams(name=COPYING)
# Any number will do, as long as all processes use the same one.
_ADVISORY_LOCK = 7_194_265


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _revisions() -> list[str]:
    """The revisions that this version of Yixun has migrations to: a migration's file begins with its number."""
    return sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def newest_revision() -> str:
    """The revision this version of Yixun works with."""
    return _revisions()[-1]


def known_revision(revision: str) -> bool:
    """Whether this version of Yixun has the migration `revision`."""
    return revision in _revisions()


def current_revision(connection: Connection) -> str | None:
    """The revision of a store's schema, None when it has none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _one_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction that no second process can run at the same time, and that holds schema changes on SQLite too."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # SQLite changes a table by making it anew: with keys enforced, dropping the old one would delete what
            # hangs on it. The driver would begin only at the first write of rows, after the tables were changed.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        try:
            yield connection
            connection.commit()
        finally:
            if engine.dialect.name == "sqlite":
                # Inside a transaction the word would mean nothing, and the connection goes back to where others take it from.
                connection.rollback()
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def upgrade(engine: Engine, *, to: str = "head") -> tuple[str | None, str]:
    """Bring a store's schema to revision `to`; an interrupted upgrade leaves it as it was.

    Returns the revisions before and after. Raises StoreNewerError when the store is newer than this version, and
    StoreError when the database holds something else or cannot be reached.
    """
    from alembic import command

    try:
        with _one_transaction(engine) as connection:
            before = checked_revision(connection)
            readers = analysts(connection)
            drop_derived(connection)
            command.upgrade(_config(connection), to)
            if to == "head":
                make_derived(connection)
                with Session(connection) as session:
                    index_missing(session)
                    place_all_names(session)
                    session.flush()
                grant_reading(connection, readers)
            after = str(current_revision(connection))
    except DBAPIError as error:
        raise _unreachable(engine, error) from error
    return before, after


def checked_revision(connection: Connection) -> str | None:
    """The revision of a store's schema, None for an empty database.

    Raises StoreNewerError when the store is newer than this version, StoreError when the database holds something else.
    """
    revision = current_revision(connection)
    subject = safe_url(connection.engine.url)
    if revision is None and inspect(connection).get_table_names():
        raise StoreError("this database holds something else than a Yixun store", subject=subject, hint="name another one in store.url")
    if revision is not None and not known_revision(revision):
        raise StoreNewerError(
            f"made by a newer version of Yixun (schema {revision}, this version knows {newest_revision()})",
            subject=subject,
            hint="upgrade Yixun",
        )
    return revision


def _unreachable(engine: Engine, error: DBAPIError) -> StoreError:
    reason = " ".join(str(error.orig).split())
    return failure_of(error, engine.url) or StoreError(f"cannot be used: {reason}", subject=safe_url(engine.url), hint="check store.url")


def open_store(settings: StoreSettings, *, create: bool = True) -> Engine:
    """Open the store that `settings` name, making the schema of an empty one when `create`.

    Raises StoreNewerError for a store of a newer version; StoreError for one that needs `yixun db upgrade`, that holds
    something else, that is missing although `create` is false, or that cannot be reached.
    """
    url = store_url(settings)
    if not create and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise StoreError("there is no store yet", subject=safe_url(url), hint="`yixun init` or `yixun crawl` makes it")
    engine = connect(settings)
    try:
        _make_or_check(engine, create=create)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _make_or_check(engine: Engine, *, create: bool) -> None:
    subject = safe_url(engine.url)
    try:
        with engine.connect() as connection:
            revision = checked_revision(connection)
            unfinished = revision == newest_revision() and connection.execute(_UNFINISHED).first()
    except DBAPIError as error:
        raise _unreachable(engine, error) from error
    if unfinished:
        hint = "`yixun db copy FROM TO` goes on with it"
        raise StoreError(f"is a {unfinished[0]} that was cut off", subject=subject, hint=hint)
    if revision is None and not create:
        raise StoreError("the store is empty", subject=subject, hint="`yixun init` or `yixun crawl` fills it")
    if revision is None:
        upgrade(engine)
    elif revision != newest_revision():
        raise StoreError(f"made by an older version of Yixun (schema {revision})", subject=subject, hint="run `yixun db upgrade`")


def write_migration(message: str, *, first: bool = False) -> Path:
    """Write the migration that leads from the newest schema to the models, or the first one anew.

    Returns the file. Compares on SQLite; types are written so that they mean the same on PostgreSQL.
    """
    from alembic import command

    versions = MIGRATIONS / "versions"
    if first:
        for path in versions.glob("*.py"):
            path.unlink()
    number = f"{int(max(_revisions(), default='0')) + 1:04d}"
    with TemporaryDirectory() as folder:
        engine = connect(StoreSettings(url=f"sqlite:///{folder}/empty.db"))
        with engine.connect() as connection:
            if not first:
                command.upgrade(_config(connection), "head")
            made = command.revision(_config(connection), message=message, autogenerate=True, rev_id=number)
        engine.dispose()
    assert made is not None and not isinstance(made, list)
    return Path(made.path)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("message", nargs="?", default="the first schema")
    arguments.add_argument("--first", action="store_true", help="write the first migration anew instead of the next one")
    chosen = arguments.parse_args()
    write_migration(chosen.message, first=chosen.first)

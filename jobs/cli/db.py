"""`yixun db`: upgrade, backup, restore, check, copy and prune the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import EXIT_FAILED, AsJson, ConfigFile, out, out_json, say, settings_of

File = Annotated[Path, typer.Argument(help="The backup, a ZIP file.")]
BackupTo = Annotated[Path | None, typer.Argument(metavar="FILE", help="The ZIP file to write; by default one more in backup.folder.")]
Into = Annotated[Path | None, typer.Option("--files", metavar="DIR", help="Write the configuration files of the backup there as well.")]
From = Annotated[str, typer.Argument(metavar="FROM", help="The store that is copied: a URL, or a file of SQLite.")]
To = Annotated[str, typer.Argument(metavar="TO", help="The empty database: a URL, or a file of SQLite that is not there yet.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="Upgrade, back up, restore, check, copy and prune the store.", no_args_is_help=True, rich_markup_mode=None)
    noun.command("upgrade")(upgrade)
    noun.command("backup")(backup)
    noun.command("restore")(restore)
    noun.command("check")(check)
    noun.command("copy")(copy)
    noun.command("prune")(prune)
    noun.command("grant-analyst")(grant_analyst)
    app.add_typer(noun, name="db")


def upgrade(config: ConfigFile = None) -> None:
    """Copy the store, then bring its schema to this version of Yixun; the rows stay.

    The copy of a SQLite file lies beside it, named by the old schema. Of PostgreSQL a backup is made in backup.folder, where that is set.
    The upgrade is one transaction: cut off, it leaves the store as it was, and the next call does it anew.
    """
    from store.database import connect, safe_url
    from store.upgrading import upgrade_safely

    settings = settings_of(config)
    engine = connect(settings.store)
    try:
        done = upgrade_safely(engine, settings.backup.folder)
    finally:
        engine.dispose()
    changed = done.before not in (None, done.after)
    word = f"schema {done.before} → {done.after}" if changed else "made" if done.before is None else "is up to date"
    out(f"{safe_url(engine.url)}: {word}")
    if changed:
        out(f"as it was before: {done.copy}" if done.copy else "no copy was made: backup.folder names no folder")


def grant_analyst(
    role: Annotated[str, typer.Argument(help="Name of the role; made when there is none.")],
    login: Annotated[
        bool | None, typer.Option("--login/--no-login", help="Whether the role may log in; a new one may not unless told so.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Let a role of PostgreSQL read the views, and what `query`, `search`, `export`, `status` and the other reading commands need.

    It sees no recipient and writes nothing. Run it again after a password or membership is set: it changes nothing else. Upgrades of the
    store keep what it may.
    """
    from store.grants import grant_analyst as grant
    from store.migrate import open_store
    from store.schema import view_names

    engine = open_store(settings_of(config).store, create=False)
    try:
        made = grant(engine, role, login=login)
    finally:
        engine.dispose()
    out(f"role {role}: {'made, ' if made else ''}may read {len(view_names())} views")


def backup(file: BackupTo = None, config: ConfigFile = None) -> None:
    """Write the whole store, the configuration and the files of sources to a ZIP file, as they are now, while others work; read it back.

    Without FILE it goes into backup.folder, where some of each day, week and month are kept. It can be restored into SQLite or
    PostgreSQL, whichever it came from. It holds the recipients of digests; only its owner can read it.
    """
    from jobs.backups import back_up, rotate
    from jobs.hours import BACKUP
    from store.database import utc_now
    from store.ledger import close_slot, open_slot
    from store.migrate import open_store
    from store.status import LedgerStatus

    settings = settings_of(config)
    engine = open_store(settings.store, create=False)
    try:
        began = utc_now()
        if file is None:
            file, contents, removed = rotate(engine, settings, config, now=began)
        else:
            contents, removed = back_up(engine, settings, config, file), []
        # That one was made is told by `status`; which one is old needs a person.
        row = open_slot(engine, BACKUP, began, now=began)
        close_slot(engine, row, status=LedgerStatus.done, note=str(file), now=utc_now())
    finally:
        engine.dispose()
    older = f"; {len(removed)} older removed" if removed else ""
    out(f"{file}: {sum(contents.rows.values())} rows, {contents.rows['item']} of them items, read back{older}")


def restore(file: File, files: Into = None, config: ConfigFile = None) -> None:
    """Fill an empty store from a backup and bring it to this version. A store that holds rows is left alone.

    The file is read to its end before anything is written; the rows are compared with it, and the store is checked when it is filled.
    """
    from store.backup import read_backup, read_files
    from store.check import damage
    from store.database import connect, safe_url

    engine = connect(settings_of(config).store)
    try:
        contents = read_backup(engine, file)
        found = damage(engine)
    finally:
        engine.dispose()
    out(f"{safe_url(engine.url)}: {sum(contents.rows.values())} rows restored, {contents.rows['item']} of them items")
    for path in read_files(file, files) if files else []:
        out(f"{path}: written")
    _tell(found)


def _tell(damaged: list[str]) -> None:
    """Say what is damaged, and end with status 1 when something is."""
    for line in damaged:
        out(line)
    if damaged:
        raise typer.Exit(EXIT_FAILED)
    out("whole")


def copy(source: From, target: To) -> None:
    """Copy a store into an empty database, from SQLite to PostgreSQL or back, and compare all rows at the end.

    FROM and TO are URLs as in store.url, or files of SQLite. A copy that was cut off goes on when called again. No scheduler may work on
    the store that is copied.
    """
    from jobs.config import load_settings
    from jobs.daemon import LOCK
    from jobs.holding import holding
    from store.copying import copy_store
    from store.database import connect, safe_url
    from store.migrate import open_store

    urls = [url if ":" in url else f"sqlite:///{url}" for url in (source, target)]
    stores = [load_settings(None, environ={"YIXUN_STORE__URL": url}).store for url in urls]
    original = open_store(stores[0], create=False)
    fresh = connect(stores[1])
    try:
        with holding(original, LOCK, "yixun db copy"):
            counts = copy_store(original, fresh, progress=lambda table, rows: say(f"{table}: {rows} rows"))
    finally:
        original.dispose()
        fresh.dispose()
    out(f"{safe_url(fresh.url)}: {sum(counts.values())} rows, {counts['item']} of them items, the same in both")


def check(config: ConfigFile = None) -> None:
    """Read the whole store and say what is damaged: what the database finds itself, rows that point nowhere, the search index.

    Takes seconds a gigabyte. Exit status 1 when something is damaged.
    """
    from store.check import damage
    from store.migrate import open_store

    engine = open_store(settings_of(config).store, create=False)
    try:
        found = damage(engine)
    finally:
        engine.dispose()
    _tell(found)


def prune(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Remove what need not be kept: old entries that were turned away, old records of fetches, runs and jobs, old bodies where asked.

    How old is old, store.keep_turned_away_days, store.keep_fetch_days and store.keep_body_days say. News, facts and digests stay, and
    nothing goes that they refer to. Works in small steps, so that nobody waits: it may be called at any time, and stopped at any time.
    """
    from store.database import utc_now
    from store.migrate import open_store
    from store.prune import prune as remove_old

    settings = settings_of(config)
    engine = open_store(settings.store, create=False)
    try:
        counts = remove_old(engine, settings.store, now=utc_now())
    finally:
        engine.dispose()
    if as_json:
        out_json(counts)
    else:
        out("removed: " + ", ".join(f"{count} {name}" for name, count in counts.items()))

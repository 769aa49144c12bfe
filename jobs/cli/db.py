"""`yixun db`: upgrade, backup, restore, check and prune the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import EXIT_FAILED, AsJson, ConfigFile, out, out_json, settings_of, store_session

File = Annotated[Path, typer.Argument(help="The backup, a ZIP file.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="Upgrade, back up, restore, check and prune the store.", no_args_is_help=True, rich_markup_mode=None)
    noun.command("upgrade")(upgrade)
    noun.command("backup")(backup)
    noun.command("restore")(restore)
    noun.command("check")(check)
    noun.command("prune")(prune)
    noun.command("grant-analyst")(grant_analyst)
    app.add_typer(noun, name="db")


def upgrade(config: ConfigFile = None) -> None:
    """Bring the schema of the store to this version of Yixun; the rows stay. Make a backup first."""
    from store.database import connect, safe_url
    from store.migrate import upgrade as upgrade_store

    engine = connect(settings_of(config).store)
    try:
        before, after = upgrade_store(engine)
    finally:
        engine.dispose()
    out(f"{safe_url(engine.url)}: {'is up to date' if before == after else f'schema {before} → {after}' if before else 'made'}")


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


def backup(file: File, config: ConfigFile = None) -> None:
    """Write the whole store to a file, as it is at this moment, while others may work on it.

    The file can be restored into SQLite or PostgreSQL, whichever it came from. It holds the recipients of digests.
    """
    from jobs.troubles import BACKUP_JOB
    from store.backup import write_backup
    from store.database import utc_now
    from store.ledger import close_slot, open_slot
    from store.migrate import open_store
    from store.status import LedgerStatus

    engine = open_store(settings_of(config).store, create=False)
    try:
        began = utc_now()
        counts = write_backup(engine, file)
        # That one was made is told by `status`; which one is old needs a person.
        row = open_slot(engine, BACKUP_JOB, began, now=began)
        close_slot(engine, row, status=LedgerStatus.done, note=str(file), now=utc_now())
    finally:
        engine.dispose()
    out(f"{file}: {sum(counts.values())} rows, {counts['item']} of them items")


def restore(file: File, config: ConfigFile = None) -> None:
    """Fill an empty store from a backup and bring it to this version. A store that holds rows is left alone."""
    from store.backup import read_backup
    from store.database import connect, safe_url

    engine = connect(settings_of(config).store)
    try:
        counts = read_backup(engine, file)
    finally:
        engine.dispose()
    out(f"{safe_url(engine.url)}: {sum(counts.values())} rows restored, {counts['item']} of them items")


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
    for line in found:
        out(line)
    if found:
        raise typer.Exit(EXIT_FAILED)
    out("whole")


def prune(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Remove what need not be kept: old entries that were turned away, old records of fetches and runs.

    News, facts and digests stay. How old is old, store.keep_turned_away_days and store.keep_fetch_days say.
    """
    from store.database import utc_now
    from store.prune import prune as remove_old

    settings = settings_of(config)
    with store_session(settings) as session:
        counts = remove_old(session, settings.store, now=utc_now())
    if as_json:
        out_json(counts)
    else:
        out("removed: " + ", ".join(f"{count} {name}" for name, count in counts.items()))

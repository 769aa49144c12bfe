"""`yixun recipients`: who gets which digest, who left, and whom no server takes mail for."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import EXIT_PARTLY, AsJson, ConfigFile, out, out_rows, say, settings_of, store_session

if TYPE_CHECKING:
    from jobs.config import Settings
    from store.database import Session
    from store.models import Recipient

Digest = Annotated[str, typer.Option("--digest", help="Name of the digest, as in [digest.NAME] of the configuration.")]
Language = Annotated[str | None, typer.Option("--language", help="Language of the issues: en, zh or both; default that of the digest.")]
Addresses = Annotated[list[str], typer.Argument(help="Addresses, plain or as 'Name <address>'.", metavar="ADDRESS")]
Again = Annotated[bool, typer.Option("--again", help="Take those back who unsubscribed: only when they asked for it.")]
Confirm = Annotated[
    bool | None, typer.Option("--confirm/--no-confirm", help="Ask by mail first, and send nothing before that; default serve.confirm.")
]

_COLUMNS = {"digest": "digest", "recipient": "recipient", "language": "language", "from": "from", "state": "state", "since": "since"}
_FIELDS = ("address", "name", "digest", "language")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="Who gets which digest, and who does not any more.", no_args_is_help=True, rich_markup_mode=None)
    for name, command in (
        ("list", list_recipients),
        ("add", add),
        ("import", import_csv),
        ("remove", remove),
        ("export", export),
        ("suppressed", suppressed),
        ("collect", collect),
    ):
        noun.command(name)(command)
    app.add_typer(noun, name="recipients")


def list_recipients(
    digest: Annotated[str | None, typer.Option("--digest", help="Only readers of this digest.")] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """List the readers of each digest: those of yixun.toml and those of the store, and whether they get it."""
    settings = settings_of(config)
    with store_session(settings) as session:
        rows = list(_rows(session, settings, digest))
    out_rows(rows, as_json=as_json, columns=_COLUMNS)


def _rows(session: Session, settings: Settings, digest: str | None) -> Iterator[dict[str, Any]]:
    from reports.addresses import reader_key
    from store.recipients import recipients_of, refused_addresses
    from store.status import RecipientState

    refused = refused_addresses(session)
    for name, definition in settings.digest.items():
        if digest not in (None, name):
            continue
        kept = {row.address: row for row in recipients_of(session, name)}
        listed = {reader_key(recipient): recipient for recipient in definition.recipients}
        for address in dict.fromkeys([*listed, *(one for one, row in kept.items() if row.kept_here or row.left_at)]):
            row = kept.get(address)
            state = row.state if row else RecipientState.active
            yield {
                "digest": name,
                "recipient": listed.get(address) or (row.written if row else address),
                "language": (row.language if row else None) or definition.language,
                "from": "yixun.toml" if address in listed else "store" if row and row.kept_here else "",
                "state": "suppressed" if state == RecipientState.active and address in refused else state,
                "since": (row.left_at or row.confirmed_at or row.added_at) if row else None,
            }


def add(
    addresses: Addresses,
    digest: Digest = "weekly",
    language: Language = None,
    again: Again = False,
    confirm: Confirm = None,
    config: ConfigFile = None,
) -> None:
    """Add readers to a digest. One who is there already gets the name and the language given now; one who left stays out."""
    settings = settings_of(config)
    lines = [{"address": address, "digest": digest, "language": language or ""} for address in addresses]
    _keep(settings, list(enumerate(lines, 1)), "argument", again=again, confirm=confirm)


def import_csv(
    file: Annotated[Path, typer.Argument(help="CSV with a heading: address, and, as you like, name, digest, language.")],
    digest: Digest = "weekly",
    language: Language = None,
    again: Again = False,
    confirm: Confirm = None,
    config: ConfigFile = None,
) -> None:
    """Add the readers of a CSV file; --digest and --language hold where a line says nothing. Exit status 3: some lines were wrong."""
    settings = settings_of(config)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file}: {error}", param_hint="FILE") from error
    reader = csv.DictReader(text.splitlines())
    unknown = sorted(set(reader.fieldnames or ()) - set(_FIELDS))
    if unknown or "address" not in (reader.fieldnames or ()):
        found = ", ".join(reader.fieldnames or ()) or "nothing"
        raise typer.BadParameter(f"{file}: expected a heading of {', '.join(_FIELDS)}, got {found}", param_hint="FILE")
    given = {"digest": digest, "language": language or ""}
    lines = [(reader.line_num, given | {key: value.strip() for key, value in row.items() if value and key}) for row in reader]
    _keep(settings, lines, f"{file}: line", again=again, confirm=confirm)


def _keep(settings: Settings, lines: list[tuple[int, dict[str, str]]], where: str, *, again: bool, confirm: bool | None) -> None:
    """Keep the readers that lines name, say what is wrong with others, and ask those who are to confirm."""
    from jobs.confirming import ask, can_ask
    from store.database import session_scope, utc_now
    from store.migrate import open_store
    from store.recipients import enlist, welcome_back
    from store.status import RecipientState

    waits = settings.serve.confirm if confirm is None else confirm
    if waits:
        can_ask(settings)
    wrong = added = 0
    rows: list[Recipient] = []
    engine = open_store(settings.store)
    with session_scope(engine) as session:
        for number, line in lines:
            try:
                digest, key, written, language = _checked(settings, line)
            except ValueError as error:
                wrong += 1
                say(f"{where} {number}: {error}")
                continue
            row, changed = enlist(session, digest, key, written, language=language, waits=waits, now=utc_now())
            if row.state == RecipientState.unsubscribed and again:
                welcome_back(session, row)
            elif row.state == RecipientState.unsubscribed:
                say(f"{where} {number}: {written} unsubscribed from {digest} and stays out; --again takes the address back")
                continue
            added += changed
            rows.append(row)
    asked = ask(engine, settings, [row for row in rows if row.state == RecipientState.waiting]) if waits else []
    for recipient, fault in asked:
        out(f"{recipient}: {'asked to confirm' if fault is None else f'could not be asked: {fault}'}")
    out(f"{added} added or changed, {len(rows) - added} as they were{f', {wrong} wrong' if wrong else ''}")
    if wrong or any(fault for _, fault in asked):
        raise typer.Exit(EXIT_PARTLY)


def _checked(settings: Settings, line: dict[str, str]) -> tuple[str, str, str, str | None]:
    """Digest, key, address as written and language of a line. Raises ValueError for what is none of these."""
    from reports.addresses import check_recipient, named, reader_key

    written = named(line["address"], line["name"]) if line.get("name") else check_recipient(line.get("address", ""))
    if line["digest"] not in settings.digest:
        raise ValueError(f"there is no digest {line['digest']!r}; there are: {', '.join(settings.digest)}")
    if (language := line["language"] or None) not in (None, "en", "zh", "both"):
        raise ValueError(f"expected en, zh or both, got {language!r}")
    return line["digest"], reader_key(written), written, language


def remove(
    addresses: Addresses,
    digest: Annotated[str | None, typer.Option("--digest", help="Only from this digest; default from all.")] = None,
    config: ConfigFile = None,
) -> None:
    """Take readers out of the store. Those whom yixun.toml names are taken out there; one who unsubscribed stays known as such."""
    from reports.addresses import reader_key
    from store.errors import UsageError
    from store.recipients import recipients_of
    from store.recipients import remove as take_out

    settings = settings_of(config)
    with store_session(settings) as session:
        for address in addresses:
            try:
                key = reader_key(address)
            except ValueError as error:
                raise typer.BadParameter(str(error), param_hint="ADDRESS") from error
            rows = [row for row in recipients_of(session, digest, address=key) if row.kept_here]
            named = [name for name, one in settings.digest.items() if digest in (None, name) and key in map(reader_key, one.recipients)]
            if not rows and not named:
                raise UsageError("gets no digest", subject=address, hint="`yixun recipients list` shows who does")
            take_out(session, rows)
            out(f"{address}: {'removed from ' + ', '.join(row.digest for row in rows) if rows else 'not in the store'}")
            if named:
                say(f"{address} stands in digest.{named[0]}.recipients of the configuration: take it out there")


def export(
    digest: Annotated[str | None, typer.Option("--digest", help="Only readers of this digest.")] = None, config: ConfigFile = None
) -> None:
    """Write the readers of the store as CSV, in the form that `yixun recipients import` reads."""
    import sys
    from email.utils import parseaddr

    from store.recipients import recipients_of
    from store.status import RecipientState

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_FIELDS)
    with store_session(settings_of(config)) as session:
        for row in recipients_of(session, digest):
            if row.kept_here and row.state == RecipientState.active:
                name, address = parseaddr(row.written)
                writer.writerow((address, name, row.digest, row.language or ""))


def suppressed(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """List the addresses that nothing is sent to: those who unsubscribed, and those that servers refused with two issues in a row."""
    from store.recipients import recipients_of, refused_addresses
    from store.status import RecipientState

    with store_session(settings_of(config)) as session:
        gone = [row for row in recipients_of(session) if row.state == RecipientState.unsubscribed]
        refused = sorted(refused_addresses(session))
    rows = [{"recipient": row.written, "digest": row.digest, "why": f"unsubscribed by {row.left_by}", "since": row.left_at} for row in gone]
    rows += [{"recipient": address, "digest": "all", "why": "refused for good with two issues", "since": None} for address in refused]
    out_rows(rows, as_json=as_json, columns={"recipient": "recipient", "digest": "digest", "why": "why", "since": "since"})


def collect(
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Folder of .eml files to read instead of [mailbox].", exists=True, file_okay=False)
    ] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Read the mails that came back, from [mailbox] or a folder: bounces and wishes to leave are taken to heart, once each."""
    import logging

    from jobs.collecting import collect as collect_mails
    from jobs.logs import log_to
    from store.migrate import open_store

    settings = settings_of(config)
    log_to(settings, least=logging.WARNING)
    found = collect_mails(open_store(settings.store), settings, folder=folder)
    out_rows(
        [{"kind": row.kind, "recipient": row.recipient, "digest": row.digest, "said": row.said} for row in found if row.kind != "other"],
        as_json=as_json,
        columns={"kind": "kind", "recipient": "recipient", "digest": "digest", "said": "what it says"},
    )
    if not as_json:
        say(f"{len(found)} new mails read")

"""`yixun names`: which organisations the catalogue lacks, and adding one of them."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import AsJson, ConfigFile, out, out_rows, say, settings_of, store_session

if TYPE_CHECKING:
    from crawler.judge.knowledge import Knowledge, Organisation
    from jobs.config import Settings

_KINDS = ("company", "hospital", "regulator", "investor", "university", "agency")
Kind = Annotated[str | None, typer.Option("--kind", help=f"One of {', '.join(_KINDS)}.")]
_COLUMNS = {"name": "name", "kind": "kind", "items": "items", "times": "times", "first_seen": "first seen", "example": "latest item"}


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="See which organisations the catalogue lacks, and add them.", no_args_is_help=True, rich_markup_mode=None)
    noun.command("unknown")(unknown)
    noun.command("add")(add)
    app.add_typer(noun, name="names")


def unknown(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many names.")] = 40,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Only items first seen in the last so many days.")] = None,
    kind: Kind = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Rank the organisations that stored items name and the catalogue does not know."""
    from crawler.judge.knowledge import load_knowledge
    from crawler.judge.names import Names
    from store.database import utc_now
    from store.mentions import unknown_names

    settings = settings_of(config)
    since = utc_now() - timedelta(days=days) if days else None
    with store_session(settings) as session:
        rows = unknown_names(session, kind=_checked(kind), since=since)
    names = Names(load_knowledge(settings.knowledge))
    rows = [row for row in rows if not names.knows(row["name"])][:limit]
    if not rows and not as_json:
        say("no name outside the catalogue is stored")
        return
    out_rows(rows if as_json else [row | {"example": _shortened(row["example"])} for row in rows], as_json=as_json, columns=_COLUMNS)


def add(
    name: Annotated[str, typer.Argument(help="The name as items write it.")],
    kind: Kind = None,
    zh: Annotated[str | None, typer.Option("--zh", help="Its name in Chinese; by default NAME when that is Chinese.")] = None,
    en: Annotated[str | None, typer.Option("--en", help="Its name in English; by default NAME when that is not Chinese.")] = None,
    alias: Annotated[list[str] | None, typer.Option("--alias", help="Another name; may be repeated.")] = None,
    ticker: Annotated[str | None, typer.Option("--ticker", help="CODE.MARKET, such as 2158.HK.")] = None,
    id: Annotated[str | None, typer.Option("--id", help="Its id; by default made from the English name.")] = None,
    same_as: Annotated[
        str | None, typer.Option("--same-as", help="The id of an organisation of the catalogue that NAME is another name of.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Add an organisation to the catalogue: an entry at the end of the configuration file, and stored mentions point to it.

    What items say about it is read anew as they are judged; nothing else in the file changes.
    """
    from crawler.judge.knowledge import KnowledgeExtra, load_knowledge
    from crawler.reading.catalogue import catalogue_rows
    from jobs.additions import append_organisation
    from jobs.config import FILE_NAME, find_config

    settings = settings_of(config)
    known = load_knowledge(settings.knowledge)
    if same_as is not None:
        entry = _with_alias(known, same_as, [name, *(alias or [])])
    else:
        values = {"kind": _checked(kind) or _guessed_kind(name), "zh": zh, "en": en, "ticker": ticker, "aliases": alias or []}
        entry = _entry(name, id, values, known)
    path = config or find_config() or Path(FILE_NAME)
    append_organisation(path, entry)
    extra = KnowledgeExtra.model_validate(settings.knowledge.model_dump() | {"organisations": (*settings.knowledge.organisations, entry)})
    linked = _link(settings, entry, catalogue_rows(load_knowledge(extra)))
    out(f"{entry.id} ({entry.kind}) added to {path}" + (f"; {linked} stored mentions point to it" if linked else ""))


def _checked(kind: str | None) -> str | None:
    if kind is not None and kind not in _KINDS:
        raise typer.BadParameter(f"{kind!r}: expected one of {', '.join(_KINDS)}", param_hint="--kind")
    return kind


def _guessed_kind(name: str) -> str:
    from crawler.judge.name_ends import kind_of

    return kind_of(name)


def _entry(name: str, id: str | None, values: dict[str, Any], known: Knowledge) -> Organisation:
    """A new entry; NAME is its Chinese or English name, or an alias where both are given."""
    from pydantic import ValidationError

    from crawler.judge.knowledge import Organisation
    from store.text import is_han

    script = "zh" if any(is_han(char) for char in name) else "en"
    values[script] = values[script] or name
    if values[script] != name:
        values["aliases"] = [name, *values["aliases"]]
    slug = re.sub(r"[^a-z0-9]+", "_", (values["en"] or "").lower()).strip("_")
    id = id or slug or f"name_{sha256(name.encode()).hexdigest()[:8]}"
    if id in known.organisations:
        raise typer.BadParameter(
            f"{id!r} is in the catalogue; give another --id, or --same-as {id} for another name of it", param_hint="--id"
        )
    try:
        return Organisation.model_validate({"id": id} | {key: value for key, value in values.items() if value})
    except ValidationError as error:
        fault = error.errors()[0]
        raise typer.BadParameter(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from error


def _with_alias(known: Knowledge, id: str, names: list[str]) -> Organisation:
    """The catalogue's entry with further names: an entry of the file takes the place of the built-in one."""
    entry = known.organisations.get(id)
    if entry is None:
        raise typer.BadParameter(f"no organisation has the id {id!r}", param_hint="--same-as")
    return entry.model_copy(update={"aliases": tuple(dict.fromkeys((*entry.aliases, *names)))})


def _link(settings: Settings, entry: Organisation, rows: dict[str, list[dict[str, Any]]]) -> int:
    """Bring the store's catalogue up to date and point mentions at the entry; 0 where there is no store yet."""
    from store.catalogue import sync_catalogue
    from store.errors import StoreError
    from store.mentions import link_name

    try:
        with store_session(settings) as session:
            sync_catalogue(session, **rows)
            return link_name(session, entry.id, entry.names(), entry.kind)
    except StoreError as error:
        say(f"the store is left as it is: {error}")
        return 0


def _shortened(title: str) -> str:
    return title if len(title) <= 28 else f"{title[:27]}…"

"""`yixun sources`: what is read, how it is doing, and lists of sources in and out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.status import SourceStatus

from .catalogue import (
    Categories,
    SourceIds,
    Tiers,
    chosen_sources,
    known_sources,
    named_source,
    own_file,
    synced_states,
    write_sources,
)
from .common import EXIT_FAILED, EXIT_PARTLY, AsJson, ConfigFile, out, out_json, out_rows, say, settings_of, store_session

if TYPE_CHECKING:
    from crawler.sources.source import Source
    from store.models import SourceState

SourceId = Annotated[str, typer.Argument(metavar="ID", help="The source's id, as `yixun sources list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add the noun and its commands."""
    from . import sources_probe

    noun = typer.Typer(help="See, test, add and switch sources.", no_args_is_help=True)
    noun.command("list", help="List all sources: state, kind, language, what is wrong and since when.")(_list)
    noun.command("show", help="Show one source: its definition, its state and its last fetches.")(_show)
    noun.command("enable", help="Switch sources on, by id, category or tier; unproven ones are tested first.")(sources_probe.enable)
    noun.command("disable", help="Switch sources off, by id, category or tier.")(_disable)
    noun.command("test", help="Fetch a source or address once, politely, and show what would be read. Stores no items.")(sources_probe.test)
    noun.command("add", help="Find the feeds or headline lists behind an address and write a source entry.")(sources_probe.add)
    noun.command("record", help="Fetch a source once and keep its answers as a test (--out).")(sources_probe.record)
    noun.command("politeness", help="What hosts were asked for: requests, bytes, 304 share, 429s, robots decisions a day.")(_politeness)
    noun.command("import", help="Add the feeds of an OPML file to your own source file.")(_import)
    noun.command("export", help="Write the feeds of all sources as an OPML file.")(_export)
    app.add_typer(noun, name="sources")


def _row(source: Source, state: SourceState, on: bool) -> dict[str, Any]:
    return {
        "id": source.id,
        "state": state.status if on else SourceStatus.disabled,
        "since": state.status_since,
        "kind": source.kind,
        "language": source.language,
        "category": source.category,
        "enabled": on,
        "verified": not state.unverified,
        "next_due": state.next_due_at if on else None,
        "reason": state.status_reason if on else (source.access if source.access != "ok" else state.status_reason or "switched off"),
    }


def _list(
    state: Annotated[str | None, typer.Option("--state", help="Only sources in this state: ok, quiet, stale, failing, …")] = None,
    enabled: Annotated[bool, typer.Option("--enabled", help="Only sources that are fetched.")] = False,
    sources: Annotated[list[Path] | None, typer.Option("--sources", help="Read sources from this file instead.")] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """List sources."""
    settings = settings_of(config)
    known, broken = known_sources(settings, sources)
    remembered = synced_states(settings, known)
    rows = [_row(source, *remembered[source.id]) for source in known]
    rows = [row for row in rows if (state is None or row["state"] == state) and (row["enabled"] or not enabled)]
    columns = {"id": "source", "state": "state", "kind": "kind", "language": "lang", "verified": "verified", "reason": "why"}
    out_rows(rows, as_json=as_json, columns=columns)
    if not as_json:
        fetched = sum(row["enabled"] for row in rows)
        out(f"\n{len(rows)} sources, {fetched} of them fetched, {sum(row['verified'] for row in rows)} verified on this installation.")
    raise typer.Exit(EXIT_PARTLY if broken else 0)


def _show(source_id: SourceId, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show one source."""
    from store.runs import last_fetches

    settings = settings_of(config)
    known, _ = known_sources(settings)
    source = named_source(source_id, known, also_skipped=True)
    remembered = synced_states(settings, known)
    with store_session(settings) as session:
        fetches = [
            {
                "at": f.started_at,
                "status": f.status,
                "http": f.http_status,
                "found": f.found,
                "new": f.new,
                "seconds": f.seconds,
                "note": f.note,
            }
            for f in last_fetches(session, source.id, limit=10)
        ]
    row = _row(source, *remembered[source.id])
    definition = source.model_dump(mode="json", exclude_defaults=True)
    if as_json:
        out_json({**row, "definition": definition, "fetches": fetches})
        return
    import yaml

    out(yaml.safe_dump(definition, allow_unicode=True, sort_keys=False, width=98).rstrip())
    out(f"\n{row['state']}: {row['reason'] or 'not fetched yet'}; {'verified' if row['verified'] else 'unverified'} on this installation")
    if fetches:
        out("")
        out_rows(fetches, as_json=False)


def _disable(names: SourceIds = None, categories: Categories = None, tiers: Tiers = None, config: ConfigFile = None) -> None:
    """Switch sources off."""
    from store.database import utc_now
    from store.sources import set_enabled

    settings = settings_of(config)
    known, _ = known_sources(settings)
    chosen = chosen_sources(names or [], categories or [], tiers or [], known, also_skipped=True)
    synced_states(settings, known)
    with store_session(settings) as session:
        for source in chosen:
            set_enabled(session, source.id, False, now=utc_now())
    for source in chosen:
        say(f"{source.id} is switched off")


def _politeness(
    days: Annotated[int, typer.Option("--days", min=1, max=366, help="How many days back.")] = 7,
    host: Annotated[list[str] | None, typer.Option("--host", help="Only this host; may be repeated.")] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Show the politeness ledger."""
    from store.database import utc_now
    from store.hosts import ledger

    with store_session(settings_of(config), create=True) as session:
        found = ledger(session, since=(utc_now() - timedelta(days=days)).date(), hosts=host or None)
        rows = [
            {
                "day": row.day.isoformat(),
                "host": row.host,
                "requests": row.requests,
                "bytes": row.bytes,
                "unchanged": f"{row.not_modified / row.requests:.0%}" if row.requests else "",
                "too_many": row.too_many,
                "robots_allowed": row.robots_allowed,
                "robots_refused": row.robots_refused,
            }
            for row in found
        ]
    out_rows(rows, as_json=as_json)


def _import(
    opml: Annotated[Path, typer.Argument(help="The OPML file.")],
    to: Annotated[
        Path | None, typer.Option("--to", help="Source file to write to; default the first of crawl.sources, else ./sources.yaml.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Add the feeds of an OPML file."""
    from crawler.sources.opml import new_id, read_opml

    settings = settings_of(config)
    try:
        document = opml.read_bytes()
    except OSError as failure:
        raise typer.BadParameter(f"{opml}: {failure.strerror}") from failure
    found, errors = read_opml(document)
    for error in errors:
        say(f"yixun: {error}")
    known, _ = known_sources(settings)
    addresses, ids = {url.url for source in known for url in source.urls}, {source.id for source in known}
    fresh = []
    for source in found:
        if any(url.url in addresses for url in source.urls):
            continue
        named = source if source.id not in ids else source.model_copy(update={"id": new_id(source.id, ids)})
        ids.add(named.id)
        fresh.append(named)
    if fresh:
        write_sources(own_file(settings, to), fresh, settings)
    say(f"{len(fresh)} new, {len(found) - len(fresh)} known already, {len(errors)} broken")
    raise typer.Exit(EXIT_PARTLY if errors and found else EXIT_FAILED if errors else 0)


def _export(
    opml: Annotated[Path, typer.Argument(help="The OPML file to write; - writes to standard output.")],
    config: ConfigFile = None,
) -> None:
    """Write the feeds of all sources as OPML."""
    from crawler.sources.opml import write_opml

    known, _ = known_sources(settings_of(config))
    feeds = [source for source in known if source.kind == "feed"]
    document = write_opml(feeds)
    if str(opml) == "-":
        out(document.decode().rstrip())
        return
    opml.write_bytes(document)
    say(f"wrote {len(feeds)} feeds to {opml}; {len(known) - len(feeds)} lists and interfaces have rules that OPML cannot hold")

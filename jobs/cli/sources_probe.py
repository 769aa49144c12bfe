"""The commands of `yixun sources` that go out and look: test, add, record, enable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from .catalogue import Categories, SourceIds, Tiers, chosen_sources, known_sources, named_source, synced_states
from .common import EXIT_FAILED, EXIT_PARTLY, AsJson, ConfigFile, as_cell, out, out_json, out_rows, say, settings_of, store_session

if TYPE_CHECKING:
    from crawler.readers.base import Page
    from crawler.scouting.probe import Probe
    from crawler.sources.source import Source
    from jobs.config import Settings
    from store.models import SourceState

Target = Annotated[str, typer.Argument(metavar="ID-or-URL", help="A source's id, or the address of a feed or a page with headlines.")]
_ROWS = 20
_RECORDED = Path("tests/crawler/sources/recorded")


def test(target: Target, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Fetch a source once and show what is read of it."""

    settings = settings_of(config)
    if "/" in target or ":" in target:
        source = _best(settings, _checked(target))
        shown = _probe(source, settings)
    else:
        known, _ = known_sources(settings)
        source = named_source(target, known)
        shown = _probe(source, settings)
        if shown.succeeded:
            _verify(settings, known, source)
    _show(shown, as_json=as_json)
    raise typer.Exit(0 if shown.succeeded else EXIT_FAILED)


def enable(names: SourceIds = None, categories: Categories = None, tiers: Tiers = None, config: ConfigFile = None) -> None:
    """Switch sources on. One that is shipped as unproven must pass the test first."""
    from store.database import utc_now
    from store.sources import set_enabled

    settings = settings_of(config)
    known, _ = known_sources(settings)
    chosen = chosen_sources(names or [], categories or [], tiers or [], known)
    remembered = synced_states(settings, known)
    proven = [source for source in chosen if _is_proven(settings, known, source, remembered[source.id][0])]
    with store_session(settings) as session:
        for source in proven:
            set_enabled(session, source.id, True, now=utc_now())
    for source in proven:
        say(f"{source.id} is switched on and due at once")
    if len(proven) < len(chosen):
        raise typer.Exit(EXIT_PARTLY if proven else EXIT_FAILED)


def _is_proven(settings: Settings, known: list[Source], source: Source, state: SourceState) -> bool:
    """Whether a source is known to work; one of which nobody knows is tested."""
    if source.access == "ok" or not state.unverified:
        return True
    say(f"{source.id} was never proven ({source.notes or source.access}); testing it first")
    shown = _probe(source, settings)
    _show(shown, as_json=False)
    if shown.succeeded:
        _verify(settings, known, source)
    else:
        say(f"yixun: {source.id}: the test failed, it stays off")
    return shown.succeeded


def record(
    source_id: Annotated[str, typer.Argument(metavar="ID", help="The source's id, as `yixun sources list` shows it.")],
    folder: Annotated[Path, typer.Option("--out", help="Where recordings stand, a folder a source.")] = _RECORDED,
    config: ConfigFile = None,
) -> None:
    """Fetch a source once and keep its answers as a test."""
    from crawler.scouting.record import write_recording

    settings = settings_of(config)
    known, _ = known_sources(settings)
    source = named_source(source_id, known)
    shown = _probe(source, settings)
    count = write_recording(folder / source.id, shown.recording())
    say(f"kept {len(shown.pages)} answers and {count} rows in {folder / source.id}: look over expected.json before you keep it")
    raise typer.Exit(0 if shown.succeeded else EXIT_FAILED)


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The address of a site, a feed or a page with headlines.")],
    source_id: Annotated[str | None, typer.Option("--id", help="Id of the new source; default from the host's name.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the new source; default the host's name.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="Source file to write to; default the first of crawl.sources, else ./sources.yaml.")
    ] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Show what was found and write nothing.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Find feeds, news sitemaps or headline lists behind an address, show the rows, write the entry."""
    from crawler.sources.opml import new_id

    from .catalogue import known_sources, own_file, write_sources

    _checked(url)
    settings = settings_of(config)
    known, _ = known_sources(settings)
    taken = {source.id for source in known}
    if source_id in taken:
        raise typer.BadParameter(f"the id {source_id} is taken")
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    found = _best(settings, url).model_copy(update={"id": source_id or new_id(host, taken), "name": name or host})
    shown = _probe(found, settings)
    _show(shown, as_json=as_json)
    if not shown.succeeded:
        say(f"yixun: {url}: nothing that could be read as news with dates was found; write the entry by hand (docs/sources.md)")
        raise typer.Exit(EXIT_FAILED)
    if not dry:
        write_sources(own_file(settings, to), [found], settings)


def _checked(url: str) -> str:
    """A web address unchanged. Raises UsageError for what is none."""
    from crawler.sources.source import SourceUrl
    from store.errors import UsageError

    try:
        SourceUrl(url=url)
        parts = urlsplit(url)
        fine = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine:
        raise UsageError("is no web address; expected one such as https://site.example/news/", subject=url)
    return url


def _best(settings: Settings, url: str) -> Source:
    """The most promising way to read an address: itself as a feed, a feed it declares, one in a usual place, a list on it."""
    from crawler.scouting.discover import sources_at
    from crawler.scouting.probe import ask_once
    from store.errors import FetchError

    refusals: list[str] = []

    def look(urls: Sequence[str]) -> dict[str, Page]:
        seen = ask_once(urls, settings.crawl)
        if not seen.pages and list(urls) == [url]:
            refusals.append(seen.note)
        return seen.pages

    found = sources_at(url, look)
    if not found:
        raise FetchError(next(filter(None, refusals), "no feed, news sitemap or list of headlines was found"), subject=url)
    return found[0]


def _probe(source: Source, settings: Settings) -> Probe:
    from rich.console import Console

    from crawler.scouting.probe import probe

    console = Console(stderr=True, highlight=False)
    with console.status(f"fetching {source.id}, one request at a time"):
        return probe(source, settings.crawl)


def _verify(settings: Settings, known: list[Source], source: Source) -> None:
    from store.sources import set_verified

    synced_states(settings, known)
    with store_session(settings) as session:
        set_verified(session, source.id)


def _show(shown: Probe, *, as_json: bool) -> None:
    summary: dict[str, Any] = {
        "id": shown.source.id,
        "succeeded": shown.succeeded,
        "rows": len(shown.rows),
        "missing": shown.missing(),
        "robots": shown.robots,
        "seconds": shown.seconds,
        "requests": shown.report.requests,
        "problem": shown.report.note if shown.report.error_kind else "",
    }
    if as_json:
        for row in shown.rows[:_ROWS]:
            out_json(row)
        out_json({**summary, "definition": shown.source.model_dump(mode="json", exclude_defaults=True), "article": shown.read})
        return
    out_rows([{"date": _day(row["published"]), "title": row["title"], "link": row["link"]} for row in shown.rows[:_ROWS]], as_json=False)
    out(f"\n{shown.source.id}: {len(shown.rows)} rows in {shown.report.requests} requests and {shown.seconds} s; {shown.robots}")
    for line in [*shown.missing(), *([summary["problem"]] if summary["problem"] else [])]:
        out(f"  {line}")
    if shown.read:
        read = shown.read
        out(f"  article: {read['title'] or 'no title'} · {_day(read['published']) or 'no date'} · {len(read['text'])} characters of text")


def _day(value: str | None) -> str:
    from datetime import datetime

    return as_cell(datetime.fromisoformat(value)) if value else ""

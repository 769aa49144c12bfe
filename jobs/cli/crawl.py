"""`yixun crawl`: poll sources, store what is new."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.clock import SHANGHAI

from .catalogue import known_sources, named_source
from .common import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_PARTLY,
    AsJson,
    ConfigFile,
    out,
    out_json,
    out_rows,
    say,
    settings_of,
    store_session,
)

if TYPE_CHECKING:
    from crawler.fetching.report import RunReport
    from crawler.sources.source import Source
    from jobs.config import Settings

Wanted = Annotated[list[str] | None, typer.Option("--source", help="Poll this source now; may be repeated. Disabled ones too.")]
Since = Annotated[
    datetime | None,
    typer.Option(
        "--since",
        formats=["%Y-%m-%d"],
        help="Fill the store backwards to this day, of all enabled sources or those of --source: older pages of lists and feeds, sitemaps.",
    ),
]
Files = Annotated[
    list[Path] | None, typer.Option("--sources", help="Read sources from this file instead of the built-in catalogue; may be repeated.")
]

_COLUMNS = {
    "id": "source",
    "status": "status",
    "found": "found",
    "new": "new",
    "changed": "changed",
    "turned_away": "turned away",
    "articles": "read",
    "note": "note",
}
_NOTE_WIDTH = 34


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("crawl", help="Poll sources and store what is new: those that are due, or all, or some.")(_crawl)


def _crawl(
    source: Wanted = None,
    every: Annotated[bool, typer.Option("--all", help="Poll every enabled source, due or not.")] = False,
    due: Annotated[bool, typer.Option("--due", help="Poll the sources that are due (the default).")] = False,
    since: Since = None,
    sources: Files = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Poll sources and store what is new."""
    from crawler.fetching.run import crawl

    if sum((bool(source), every, due)) > 1:
        raise typer.BadParameter("--source, --all and --due exclude each other")
    back_to = _moment(since, due=due)
    settings = settings_of(config)
    known, broken = known_sources(settings, sources)
    asked, resume = _choose(known, source or [], every=every or since is not None, settings=settings)
    if not asked and not resume:
        say("no source is due" if known else "no source is enabled")
        raise typer.Exit(EXIT_PARTLY if broken else EXIT_DONE)
    if not settings.crawl.contact and not settings.crawl.allow_networks:
        say("crawl.contact is not set: sites cannot tell whom to ask about this crawler (yixun.toml)")
    with _progress(len(asked)) as on_event:
        report = crawl(asked, settings.crawl, settings.store, resume=resume, since=back_to, knowledge=settings.knowledge, on_event=on_event)
    _print(report, as_json=as_json, back=since is not None)
    raise typer.Exit(_exit_status(report, broken))


def _moment(since: datetime | None, *, due: bool) -> datetime | None:
    """The moment a day began in Shanghai. Raises BadParameter for one that is still to come, or with --due."""
    from store.database import utc_now

    if since is None:
        return None
    if due:
        raise typer.BadParameter("asks every source, and excludes --due", param_hint="--since")
    moment = since.replace(tzinfo=SHANGHAI)
    if moment > utc_now():
        raise typer.BadParameter(f"{since:%Y-%m-%d} is still to come", param_hint="--since")
    return moment


def _choose(known: list[Source], wanted: Sequence[str], *, every: bool, settings: Settings) -> tuple[list[Source], list[Source]]:
    """Which sources to poll, and of which only to read what an earlier crawl left unread."""
    from jobs.tasks import choose_due, enabled_sources
    from store.database import utc_now

    if wanted:
        return [named_source(name, known) for name in dict.fromkeys(wanted)], []
    with store_session(settings, create=True) as session:
        if every:
            return enabled_sources(session, known, now=utc_now()), []
        return choose_due(session, known, now=utc_now())


@contextmanager
def _progress(sources: int) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Show how far the crawl is, on a terminal; warnings and errors of the crawl are said either way."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("polling sources", total=sources)
        seen: set[str] = set()

        def on_event(event: dict[str, Any]) -> None:
            if event.get("event") == "progress" and event.get("step") == "source":
                seen.add(str(event["id"]))
                bar.update(task, completed=len(seen))
            elif event.get("event") == "progress":
                bar.update(task, description=f"{event['new']} new entries, {event['articles']} articles read")
            elif event.get("level") in ("error", "critical"):
                console.print(f"yixun: crawl: {' '.join(str(event.get('event')).split())[:300]}")

        yield on_event


def _print(report: RunReport, *, as_json: bool, back: bool) -> None:
    rows = [source.model_dump(mode="json") for source in report.sources]
    totals = report.totals()
    if as_json:
        for row in rows:
            out_json(row)
        out_json({"run": report.run_id, "status": report.status, "note": report.note, "network_down": report.network_down, **totals})
        return
    for row in rows:
        note = str(row["note"])
        row["note"] = note if len(note) <= _NOTE_WIDTH else note[: _NOTE_WIDTH - 1] + "…"
    out_rows(rows, as_json=False, columns=_COLUMNS | ({"back_to": "back to"} if back else {}))
    seconds = (report.finished_at - report.started_at).total_seconds()
    out(
        f"\nRun {report.run_id} {report.status} in {seconds:.0f} s: {totals['new']} new of {totals['found']} entries, "
        f"{totals['turned_away']} turned away, {totals['articles']} articles read, {totals['articles_failed']} not."
    )
    if report.note:
        out(report.note)
    for source in report.sources:
        if len(source.note) > _NOTE_WIDTH:
            out(f"{source.id}: {source.note}")


def _exit_status(report: RunReport, broken: int) -> int:
    from store.status import RunStatus

    if report.status == RunStatus.failed:
        return EXIT_FAILED
    return EXIT_PARTLY if report.status in (RunStatus.partly, RunStatus.killed) or broken else EXIT_DONE

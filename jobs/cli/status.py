"""`yixun status`: what the store holds and how the work goes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from .common import AsJson, ConfigFile, as_cell, out, out_json, out_rows, settings_of

if TYPE_CHECKING:
    from store.models import Run
    from store.overview import Overview


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("status")(status)


def status(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show what the store holds, which sources are in trouble, and how the last crawl and the last digests went."""
    from store.database import safe_url, session_scope
    from store.migrate import newest_revision, open_store
    from store.overview import overview

    engine = open_store(settings_of(config).store, create=False)
    try:
        with session_scope(engine) as session:
            seen = overview(session)
    finally:
        engine.dispose()
    where = {"store": safe_url(engine.url), "schema": newest_revision()}
    if as_json:
        out_json({**where, **_plain(seen)})
        return
    out(f"Store     {where['store']} (schema {where['schema']})")
    _print(seen)


def _plain(seen: Overview) -> dict[str, Any]:
    return {
        "items": seen.items,
        "relevant": seen.relevant,
        "stories": seen.stories,
        "facts": seen.facts,
        "sources": seen.sources,
        "troubles": [asdict(one) for one in seen.troubles],
        "last_run": seen.last_run.model_dump() if seen.last_run else None,
        "issues": [asdict(one) for one in seen.issues],
        "open_slots": [slot.model_dump() for slot in seen.open_slots],
    }


def _counts(counts: dict[str, int]) -> str:
    return " · ".join(f"{name.replace('_', ' ')} {count}" for name, count in sorted(counts.items()) if count) or "none"


def _print(seen: Overview) -> None:
    out(f"Items     {_counts(seen.items)}; {seen.relevant} on topic, in {seen.stories} stories")
    out(f"Facts     {_counts(seen.facts)}")
    out(f"Last run  {_run(seen.last_run, seen.failed_fetches)}")
    for issue in seen.issues:
        mails = f"mails: {_counts(issue.mails)}" if issue.mails else "not mailed"
        out(f"Digest    {issue.digest} {issue.period}, built {as_cell(issue.built_at)}; {mails}")
    if not seen.issues:
        out("Digest    none built yet")
    for slot in seen.open_slots:
        out(f"Attention {slot.job} of {as_cell(slot.slot)} {slot.status}: {slot.note}")
    out(f"Sources   {_counts(seen.sources)}")
    if seen.troubles:
        out("")
        columns = {"source": "source", "status": "state", "since": "since", "reason": "why"}
        out_rows([asdict(one) for one in seen.troubles], as_json=False, columns=columns)


def _run(run: Run | None, failed: int) -> str:
    if run is None:
        return "none yet; `yixun crawl` starts one"
    ended = f"{run.status}, ended {as_cell(run.finished_at)}" if run.finished_at else run.status
    note = f"; {run.note}" if run.note else ""
    return f"{run.id} began {as_cell(run.started_at)}, {ended}; asked {len(run.asked)} sources, {failed} fetches failed{note}"

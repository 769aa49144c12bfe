"""`yixun status`: what the store holds, how the work goes, and what needs a person."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from .common import EXIT_PARTLY, AsJson, ConfigFile, as_cell, out, out_json, out_rows, settings_of

if TYPE_CHECKING:
    from jobs.standing import Standing
    from store.models import DaemonRow, Run
    from store.overview import Overview


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("status")(status)


def status(config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Show whether the daemon lives, what each job did last and does next, what the store holds, and what needs a person.

    Times are those of Asia/Shanghai, with --json UTC. Exit status 3 when something needs a person: it is said first.
    """
    from jobs.standing import standing
    from store.database import utc_now
    from store.migrate import open_store

    settings = settings_of(config)
    engine = open_store(settings.store, create=False)
    try:
        seen = standing(engine, settings, now=utc_now())
    finally:
        engine.dispose()
    if as_json:
        out_json(_plain(seen))
    else:
        _print(seen)
    if seen.troubles:
        raise typer.Exit(EXIT_PARTLY)


def _plain(seen: Standing) -> dict[str, Any]:
    held = seen.held
    daemon = seen.daemon.model_dump() | {"alive": seen.alive} if seen.daemon else None
    return {
        "store": seen.store,
        "schema": seen.schema,
        "zone": "Asia/Shanghai",
        "attention": [asdict(one) for one in seen.troubles],
        "daemon": daemon,
        "jobs": [asdict(job) for job in seen.jobs],
        "items": held.items,
        "relevant": held.relevant,
        "stories": held.stories,
        "facts": held.facts,
        "days": [asdict(day) for day in seen.days],
        "sources": held.sources,
        "troubles": [asdict(one) for one in held.troubles],
        "last_run": held.last_run.model_dump() if held.last_run else None,
        "issues": [asdict(one) for one in held.issues],
        "open_slots": [slot.model_dump() for slot in held.open_slots],
        "disk": {"store": seen.store_bytes, "out": seen.out_bytes, "free": seen.free_bytes},
    }


def _counts(counts: dict[str, int]) -> str:
    return " · ".join(f"{name.replace('_', ' ')} {count}" for name, count in sorted(counts.items()) if count) or "none"


def _print(seen: Standing) -> None:
    for one in seen.troubles:
        out(f"Attention {one.kind} {one.subject}: {one.what}, since {as_cell(one.since)}{f'; {one.todo}' if one.todo else ''}")
    out(f"Store     {seen.store} (schema {seen.schema}); times are those of Asia/Shanghai")
    out(f"Daemon    {_daemon(seen.daemon, seen.alive)}")
    for job in seen.jobs:
        last = f"{job.status} {as_cell(job.last)}" if job.last else "never ran"
        out(f"Job       {job.job}: {last}{f'; next {as_cell(job.next)}' if job.next else ''}{f'; {job.note}' if job.note else ''}")
    _print_held(seen.held)
    out("Days      " + " · ".join(f"{day.day:%m-%d} {day.items} ({day.on_topic} on topic)" for day in seen.days))
    free = ", ".join(f"{size // 1024**2} MB free for {name}" for name, size in seen.free_bytes.items())
    out(f"Disk      store {seen.store_bytes / 1024**2:.1f} MB, issues {seen.out_bytes / 1024**2:.1f} MB; {free}")
    if seen.held.troubles:
        out("")
        columns = {"source": "source", "status": "state", "since": "since", "reason": "why"}
        out_rows([asdict(one) for one in seen.held.troubles], as_json=False, columns=columns)


def _daemon(row: DaemonRow | None, alive: bool) -> str:
    if row is None:
        return "never ran on this store; `yixun run`, or cron with `yixun run --once`"
    if alive:
        return f"alive since {as_cell(row.started_at)}, process {row.pid} on {row.host}{f', {row.listens}' if row.listens else ''}"
    return f"not running; {'stopped' if row.stopped_at else 'last heard of'} {as_cell(row.stopped_at or row.seen_at)}"


def _print_held(held: Overview) -> None:
    out(f"Items     {_counts(held.items)}; {held.relevant} on topic, in {held.stories} stories")
    out(f"Facts     {_counts(held.facts)}")
    out(f"Last run  {_run(held.last_run, held.failed_fetches)}")
    for issue in held.issues:
        mails = f"mails: {_counts(issue.mails)}" if issue.mails else "not mailed"
        out(f"Digest    {issue.digest} {issue.period}, built {as_cell(issue.built_at)}; {mails}")
    if not held.issues:
        out("Digest    none built yet")
    for slot in held.open_slots:
        out(f"Slot      {slot.job} of {as_cell(slot.slot)} {slot.status}: {slot.note}")
    out(f"Sources   {_counts(held.sources)}")


def _run(run: Run | None, failed: int) -> str:
    if run is None:
        return "none yet; `yixun crawl` starts one"
    ended = f"{run.status}, ended {as_cell(run.finished_at)}" if run.finished_at else run.status
    note = f"; {run.note}" if run.note else ""
    return f"{run.id} began {as_cell(run.started_at)}, {ended}; asked {len(run.asked)} sources, {failed} fetches failed{note}"

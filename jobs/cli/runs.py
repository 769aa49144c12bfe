"""`yixun runs`: what the scheduler did and owes, slot by slot, and a person's word on it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from .common import AsJson, ConfigFile, as_cell, out, out_rows, settings_of, store_session

if TYPE_CHECKING:
    from store.status import LedgerStatus

Job = Annotated[str, typer.Argument(help="Job as `yixun runs list` names it, such as 'digest weekly'.")]
Slot = Annotated[str, typer.Argument(help="Slot as `yixun runs list` shows it (Shanghai time), or its day alone.")]

_COLUMNS = {"job": "job", "slot": "slot", "status": "status", "started_at": "began", "finished_at": "ended", "note": "note"}


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    noun = typer.Typer(help="What the scheduler did and owes, slot by slot.", no_args_is_help=True, rich_markup_mode=None)
    noun.command("list")(list_runs)
    noun.command("retry")(retry)
    noun.command("skip")(skip)
    app.add_typer(noun, name="runs")


def list_runs(
    job: Annotated[str | None, typer.Option("--job", help="Only this job.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, the latest first.")] = 30,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """List what the scheduler did: each job and slot, how it ended, and why."""
    from store.ledger import list_slots

    with store_session(settings_of(config)) as session:
        rows = [row.model_dump(exclude={"id"}) for row in list_slots(session, job, limit=limit)]
    out_rows(rows, as_json=as_json, columns=_COLUMNS)


def retry(job: Job, slot: Slot, config: ConfigFile = None) -> None:
    """Have a slot of a digest worked on again by the next look of the scheduler, whatever came of it; nobody gets a mail twice."""
    from store.status import LedgerStatus

    _say_of(job, slot, LedgerStatus.waiting, "to be tried again, by a person's word", config)


def skip(job: Job, slot: Slot, config: ConfigFile = None) -> None:
    """Let a slot go: it is not worked on any more, and reported as skipped."""
    from store.status import LedgerStatus

    _say_of(job, slot, LedgerStatus.skipped, "skipped by a person's word", config)


def _say_of(job: str, slot: str, status: LedgerStatus, note: str, config: ConfigFile) -> None:
    from jobs.hours import last_slots
    from store.database import utc_now
    from store.errors import UsageError
    from store.ledger import rows_of, set_slot

    settings = settings_of(config)
    latest = last_slots(settings, now=utc_now())
    if job not in latest:
        raise UsageError("is no job with slots", subject=job, hint=f"there are: {', '.join(latest)}")
    with store_session(settings) as session:
        moments = sorted({*rows_of(session, job), latest[job]})
        found = next((moment for moment in moments if _is_named(moment, slot)), None)
        if found is None:
            raise UsageError("has no such slot", subject=f"{job} {slot}", hint=f"`yixun runs list --job '{job}'` shows them")
        set_slot(session, job, found, status, note=note, now=utc_now())
    out(f"{job} {as_cell(found)}: {status}")


def _is_named(moment: datetime, slot: str) -> bool:
    """Whether a slot is meant: by its day or minute in Shanghai, or by its moment as --json prints it."""
    return slot == moment.isoformat() or slot.replace("T", " ") in (as_cell(moment), as_cell(moment)[:10])

"""`yixun run`: the daemon, or all that is due, once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from .common import EXIT_DONE, EXIT_FAILED, EXIT_PARTLY, AsJson, ConfigFile, out, out_json, say, settings_of

if TYPE_CHECKING:
    from store.status import LedgerStatus


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("run")(run)


def run(
    once: Annotated[bool, typer.Option("--once", help="Do all that is due now and exit, for cron.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Keep everything going: crawl sources when they are due, build and send digests when their hour has come.

    An issue is built when its week is over and enough sources were read since (digest.NAME.least_coverage).
    Runs until it is stopped; with --once it does what is due and exits. What was missed while nothing ran is made up
    (schedule.catch_up_days), and what could not be is shown by `yixun status`. One at a time works on a store.
    """
    from jobs.daemon import LOCK, serve
    from jobs.holding import holding
    from jobs.logs import log_to_stderr
    from jobs.plan import carry_out
    from jobs.stopping import Stopping
    from store.database import session_scope
    from store.ledger import close_left_open
    from store.migrate import open_store

    settings = settings_of(config)
    engine = open_store(settings.store)
    log_to_stderr(logging.WARNING if once else logging.INFO)
    if not once:
        serve(engine, settings)
    statuses = []
    stopping = Stopping()
    stopping.on_signal(interrupt=True)
    with holding(engine, LOCK, "yixun run --once") as loss:
        with session_scope(engine) as session:
            close_left_open(session)
        for row in carry_out(engine, settings, stopping):
            statuses.append(row.status)
            if as_json:
                out_json(row.model_dump(exclude={"id"}))
            else:
                out(f"{row.job}: {row.status}: {row.note}")
            loss.check()
    engine.dispose()
    if stopping.asked.is_set():
        say("told to stop: what is left is done by the next run")
        return
    if not statuses:
        say("nothing was due")
    raise typer.Exit(_exit_status(statuses))


def _exit_status(statuses: Sequence[LedgerStatus]) -> int:
    """0 when all was done, 1 when all failed, 3 for what lies between."""
    from store.status import LedgerStatus

    if set(statuses) <= {LedgerStatus.done}:
        return EXIT_DONE
    return EXIT_FAILED if set(statuses) == {LedgerStatus.failed} else EXIT_PARTLY

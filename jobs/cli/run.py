"""`yixun run`: the daemon, or all that is due, once."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from .common import EXIT_FAILED, EXIT_PARTLY, AsJson, ConfigFile, out, out_json, say, settings_of


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
    from store.status import LedgerStatus

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
    elif not statuses:
        say("nothing was due")
    elif set(statuses) == {LedgerStatus.failed}:
        raise typer.Exit(EXIT_FAILED)
    elif set(statuses) != {LedgerStatus.done}:
        raise typer.Exit(EXIT_PARTLY)

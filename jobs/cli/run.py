"""`yixun run`: the daemon, or all that is due, once."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import EXIT_FAILED, EXIT_PARTLY, AsJson, ConfigFile, out, out_json, say, settings_of

if TYPE_CHECKING:
    from jobs.config import Settings
    from store.database import Engine


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
    SIGHUP reads the configuration anew. With --once, exit status 0 says that nothing is owed, 3 that something is (it is said on
    standard error), 1 that all that was tried failed.
    """
    from jobs.daemon import serve
    from jobs.logs import log_to
    from store.migrate import open_store

    settings = settings_of(config)
    engine = open_store(settings.store)
    # Cron mails whatever is said on standard error.
    log_to(settings, least=logging.WARNING if once else logging.DEBUG)
    if not once:
        serve(engine, settings, config)
    try:
        status = _once(engine, settings, config, as_json)
    finally:
        engine.dispose()
    if status:
        raise typer.Exit(status)


def _once(engine: Engine, settings: Settings, config: Path | None, as_json: bool) -> int:
    """Do what is due; returns the exit status."""
    from jobs.alerts import Bell
    from jobs.daemon import LOCK
    from jobs.holding import holding
    from jobs.ping import ping
    from jobs.plan import carry_out
    from jobs.stopping import Stopping
    from jobs.troubles import find_troubles, owed
    from store.database import session_scope, utc_now
    from store.ledger import close_left_open
    from store.status import LedgerStatus

    statuses = []
    stopping = Stopping()
    stopping.on_signal(interrupt=True)
    with holding(engine, LOCK, "yixun run --once") as loss:
        ping(settings.alerts, "start")
        with session_scope(engine) as session:
            close_left_open(session)
        for row in carry_out(engine, settings, stopping, config=config):
            statuses.append(row.status)
            if as_json:
                out_json(row.model_dump(exclude={"id"}))
            else:
                out(f"{row.job}: {row.status}: {row.note}")
            loss.check()
        if stopping.asked.is_set():
            say("told to stop: what is left is done by the next run")
            return 0
        Bell(engine).ring(settings, find_troubles(engine, settings, now=utc_now()))
        left = owed(engine, settings, now=utc_now())
    unwell = set(statuses) - {LedgerStatus.done}
    for line in [*([] if statuses else ["nothing was due"]), *(f"yixun: {line}" for line in left)]:
        # Cron mails what is said: when it was tried again, not at every look in between.
        (say if unwell else out)(line)
    ping(settings.alerts, "fail" if left else "success", "\n".join(left))
    if statuses and set(statuses) == {LedgerStatus.failed}:
        return EXIT_FAILED
    return EXIT_PARTLY if left or unwell else 0

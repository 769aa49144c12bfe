"""`yixun worker`: crawl what the scheduler leaves in the queue."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from .common import ConfigFile, settings_of


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("worker")(worker)


def worker(
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, max=64, help="Sources crawled at once, 16 by a process.")] = 16,
    once: Annotated[bool, typer.Option("--once", help="Crawl what waits now and exit.")] = False,
    config: ConfigFile = None,
) -> None:
    """Crawl what `yixun run` leaves to workers (schedule.workers), beside as many workers on other machines as there are.

    All use one store on PostgreSQL. A host is asked for one thing at a time, whichever worker asks, and its pauses are kept across
    machines. A worker may be ended at any time: what it had in hand is done by another within a minute or two, and nothing is saved
    twice. SIGTERM lets it finish what it has in hand.
    """
    from jobs.logs import log_to
    from store.database import postgresql_address
    from store.migrate import open_store

    settings = settings_of(config)
    log_to(settings, least=logging.INFO)
    postgresql_address(settings.store)
    engine = open_store(settings.store)
    try:
        # What the queue needs is installed with the driver of PostgreSQL.
        from jobs.worker import serve

        serve(engine, settings, concurrency=concurrency, once=once)
    finally:
        engine.dispose()

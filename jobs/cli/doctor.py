"""`yixun doctor`: is this installation well."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from .common import EXIT_PARTLY, AsJson, ConfigFile, out, out_json


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("doctor")(doctor)


def doctor(
    smtp: Annotated[bool, typer.Option("--smtp", help="Also connect to the mail server and log in; nothing is sent.")] = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong: settings, store, knowledge, sources, disk space, mail, alerts, crawls and digests that did not happen.

    Nothing is fetched, sent or written. Exit status 3 when something needs a person; a warning alone is 0.
    """
    from jobs.health import examine

    wrong = False
    for check in examine(config, smtp=smtp):
        wrong = wrong or check.state == "wrong"
        if as_json:
            out_json(asdict(check))
        else:
            out(f"{check.state:8} {check.name:10} {check.found}{f' ({check.hint})' if check.hint else ''}")
    if wrong:
        raise typer.Exit(EXIT_PARTLY)

"""`yixun query`: SQL on the documented views, read-only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jobs.formats import Format, write_csv, write_json, write_parquet

from .common import EXIT_PARTLY, AsJson, ConfigFile, out_rows, say, settings_of

if TYPE_CHECKING:
    from store.queries import Answer

_LIMIT = 10_000
_SECONDS = 30.0


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("query")(query)


def query(
    name: Annotated[str | None, typer.Argument(help="A saved query; without it and without --sql they are listed.")] = None,
    sql: Annotated[str | None, typer.Option("--sql", help="SELECT to run, best on the views v1_items, v1_facts, v1_source_health.")] = None,
    form: Annotated[Format, typer.Option("--format", help="table, csv, json (one array) or parquet.")] = Format.table,
    file: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of standard output.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows at most; more are cut off, and the exit status is 3.")] = _LIMIT,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time the query may take.")] = _SECONDS,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Run SQL on the store. It can only read. The columns are in docs/data.md.

    Example: yixun query --sql "SELECT week, COUNT(*) AS n FROM v1_items WHERE relevant = 1 GROUP BY week ORDER BY week"
    """
    from jobs.saved import saved_queries
    from store.migrate import open_store
    from store.queries import run_query

    if name is not None and sql is not None:
        raise typer.BadParameter("give a saved query or --sql, not both")
    saved = saved_queries()
    if name is None and sql is None:
        rows = [{"name": one.name, "about": one.about} for one in saved.values()]
        out_rows(rows, as_json=as_json, columns={"name": "saved query", "about": "what it answers"})
        return
    if name is not None and name not in saved:
        raise typer.BadParameter(f"there is no saved query {name}; there are: {', '.join(saved)}")
    if form is Format.parquet and file is None and sys.stdout.isatty():
        raise typer.BadParameter("a terminal cannot show parquet; use --out FILE", param_hint="--format")
    engine = open_store(settings_of(config).store, create=False)
    try:
        answer = run_query(engine, sql if sql is not None else saved[str(name)].sql, max_rows=limit, seconds=seconds)
    finally:
        engine.dispose()
    _write(answer, form, file, as_json=as_json)
    if answer.cut:
        say(f"cut off after {limit} rows; --limit takes more")
        raise typer.Exit(EXIT_PARTLY)


def _write(answer: Answer, form: Format, file: Path | None, *, as_json: bool) -> None:
    if file is not None:
        write_file(answer, Format.csv if form is Format.table else form, file)
    elif as_json or form is Format.table:
        out_rows(answer.as_dicts(), as_json=as_json, columns={name: name for name in answer.columns})
    elif form is Format.csv:
        write_csv(answer, sys.stdout)
    elif form is Format.json:
        write_json(answer, sys.stdout)
    else:
        write_parquet(answer, sys.stdout.buffer)


def write_file(answer: Answer, form: Format, file: Path) -> None:
    """Write rows to a file. Raises BadParameter when that cannot be done."""
    try:
        if form is Format.parquet:
            with file.open("wb") as stream:
                write_parquet(answer, stream)
        else:
            with file.open("w", encoding="utf-8", newline="") as text:
                (write_csv if form is Format.csv else write_json)(answer, text)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from error

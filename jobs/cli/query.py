"""`yixun query`: SQL on the documented views, read-only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from jobs.formats import Cut, Format, as_row, whole_file, write_csv, write_json
from jobs.parquet import write_parquet

from .common import EXIT_PARTLY, AsJson, ConfigFile, out_json, out_rows, say, settings_of

_LIMIT = 10_000
_SECONDS = 30.0
_WRITE = {Format.csv: write_csv, Format.json: write_json, Format.parquet: write_parquet}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("query")(query)


def query(
    name: Annotated[str | None, typer.Argument(help="A saved query; without it and without --sql they are listed.")] = None,
    sql: Annotated[str | None, typer.Option("--sql", help="SELECT to run on the views that docs/data.md lists.")] = None,
    form: Annotated[Format, typer.Option("--format", help="table, csv, json (one array) or parquet.")] = Format.table,
    file: Annotated[Path | None, typer.Option("--out", help="Write to this file instead of standard output; whole or not at all.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows at most; more are cut off, and the exit status is 3.")] = _LIMIT,
    seconds: Annotated[float, typer.Option("--seconds", min=0.1, help="Time the query may take.")] = _SECONDS,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Run SQL on the store. It can only read. The columns are in docs/data.md, the saved queries with their answers in docs/questions.md.

    Example: yixun query --sql "SELECT week, COUNT(*) AS n FROM v1_items WHERE relevant = 1 GROUP BY week ORDER BY week"
    """
    from jobs.saved import saved_queries
    from store.migrate import open_store
    from store.queries import open_query

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
        with open_query(engine, sql if sql is not None else saved[str(name)].sql, seconds=seconds) as found:
            rows_told = Cut(found.batches, limit)
            _tell(found.columns, rows_told, form, file, as_json=as_json)
    finally:
        engine.dispose()
    if rows_told.more:
        say(f"cut off after {limit} rows; --limit takes more")
        raise typer.Exit(EXIT_PARTLY)


def _tell(columns: list[str], rows: Cut, form: Format, file: Path | None, *, as_json: bool) -> None:
    if file is not None:
        write_file(columns, rows, Format.csv if form is Format.table else form, file)
    elif as_json:
        for batch in rows:
            for row in batch:
                out_json(as_row(dict(zip(columns, row, strict=True))))
    elif form is Format.table:
        shown = [as_row(dict(zip(columns, row, strict=True))) for batch in rows for row in batch]
        out_rows(shown, as_json=False, columns={name: name for name in columns})
    else:
        _WRITE[form](columns, rows, _standard_output())


def _standard_output() -> IO[bytes]:
    """Standard output as bytes, behind what was written as text."""
    sys.stdout.flush()
    return sys.stdout.buffer


def write_file(columns: list[str], rows: Cut, form: Format, file: Path, writers: dict[Format, Any] = _WRITE) -> None:
    """Write rows to a file, whole or not at all. Raises BadParameter when that cannot be done, and what reading the rows raises."""
    try:
        with whole_file(file) as stream:
            writers[form](columns, rows, stream)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from error

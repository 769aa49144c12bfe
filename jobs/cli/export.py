"""`yixun export`: the documented views as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jobs.formats import Cut, Format, write_csv, write_json
from jobs.parquet import write_views_parquet

from .common import ConfigFile, out, settings_of
from .query import write_file

_SECONDS = 3600.0
_WRITE = {Format.csv: write_csv, Format.json: write_json, Format.parquet: write_views_parquet}


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("export")(export)


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; made when it is not there.")],
    form: Annotated[Format, typer.Option("--format", help="csv, json or parquet.")] = Format.csv,
    config: ConfigFile = None,
) -> None:
    """Write every view of docs/data.md to a file of its own, whole or not at all.

    Rows are written as they are read. Parquet files have the same columns and types whatever the store holds: sums of money exact to
    1/100, times in UTC, days as dates.
    """
    from store.migrate import open_store
    from store.queries import open_query
    from store.schema import view_names

    if form is Format.table:
        raise typer.BadParameter("a file is csv, json or parquet", param_hint="--format")
    engine = open_store(settings_of(config).store, create=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for view in view_names():
            file = folder / f"{view}.{form.value}"
            with open_query(engine, f"SELECT * FROM {view} ORDER BY 1", seconds=_SECONDS) as found:  # noqa: S608
                rows = Cut(found.batches)
                write_file(found.columns, rows, form, file, _WRITE)
            out(f"{file}: {rows.count} rows")
    except OSError as error:
        raise typer.BadParameter(f"{folder}: {error.strerror}", param_hint="DIR") from error
    finally:
        engine.dispose()

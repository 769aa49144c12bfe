"""`yixun export`: the documented views as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jobs.formats import Format

from .common import ConfigFile, out, settings_of
from .query import write_file

_ALL = 10_000_000
_SECONDS = 600.0


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("export")(export)


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the files; made when it is not there.")],
    form: Annotated[Format, typer.Option("--format", help="csv, json or parquet.")] = Format.csv,
    config: ConfigFile = None,
) -> None:
    """Write every view to a file of its own: v1_items, v1_facts, v1_source_health. The columns are in docs/data.md."""
    from store.migrate import open_store
    from store.queries import run_query
    from store.schema import view_names

    if form is Format.table:
        raise typer.BadParameter("a file is csv, json or parquet", param_hint="--format")
    engine = open_store(settings_of(config).store, create=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for view in view_names():
            answer = run_query(engine, f"SELECT * FROM {view} ORDER BY 1", max_rows=_ALL, seconds=_SECONDS)  # noqa: S608
            file = folder / f"{view}.{form.value}"
            write_file(answer, form, file)
            out(f"{file}: {len(answer.rows)} rows")
    except OSError as error:
        raise typer.BadParameter(f"{folder}: {error.strerror}", param_hint="DIR") from error
    finally:
        engine.dispose()

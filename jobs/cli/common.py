"""What all commands share: exit statuses, options, printing rows."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from store.clock import SHANGHAI

if TYPE_CHECKING:
    from jobs.config import Settings
    from store.database import Session

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTLY = 3

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Configuration file; default ./yixun.toml, else ~/.config/yixun/yixun.toml.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines instead of a table.")]

WIDTH = 100  # of tables, where neither a terminal nor COLUMNS says otherwise
_NARROWEST, _WIDEST = 20, 10_000
_GAP = "  "  # between two columns of a table


def say(text: str) -> None:
    """Write one line for a person to standard error."""
    sys.stderr.write(text + "\n")


def out(text: str) -> None:
    """Write one line of result to standard output."""
    sys.stdout.write(text + "\n")


def out_json(value: Any) -> None:
    """Write one JSON line of result to standard output: Chinese unescaped, times ISO 8601 in UTC, sums as numbers."""
    from jobs.formats import plain

    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=plain) + "\n")


def settings_of(config: Path | None) -> Settings:
    """The settings of the file given with --config, else of the default file. Raises ConfigError."""
    from jobs.config import load_settings

    return load_settings(config)


@contextmanager
def store_session(settings: Settings, *, create: bool = False) -> Iterator[Session]:
    """A session on the store, committed at the end. Raises StoreError, also for a missing store unless `create`."""
    from store.database import session_scope
    from store.migrate import open_store

    engine = open_store(settings.store, create=create)
    try:
        with session_scope(engine) as session:
            yield session
    finally:
        engine.dispose()


def out_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool, columns: Mapping[str, str] | None = None) -> None:
    """Write rows as JSON lines, or as a table of `columns` (key → heading, by default all keys) no wider than it may be."""
    if as_json:
        for row in rows:
            out_json(row)
        return
    headings = columns or {key: key for row in rows[:1] for key in row}
    lines = [[as_cell(row.get(key)) for key in headings] for row in rows]
    _draw(list(headings.values()), lines)


def _draw(headings: list[str], lines: list[list[str]]) -> None:
    from rich.cells import cell_len, set_cell_size
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, width=_width(), highlight=False, markup=False, emoji=False)
    widths = [max(map(cell_len, column)) for column in zip(headings, *lines, strict=True)]
    plain = all(map(str.isprintable, chain(headings, *lines)))
    if widths and plain and sum(widths) + len(_GAP) * (len(widths) - 1) <= console.width:
        # Nothing is to be broken: to lay out each cell of 10,000 rows would take seconds.
        head, *rest = (_GAP.join(map(set_cell_size, line, widths)) for line in (headings, *lines))
        console.print(Text(head, style="bold"))
        sys.stdout.writelines(f"{line}\n" for line in rest)
        return
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for line in lines:
        table.add_row(*line)
    console.print(table)


def _width() -> int:
    """How wide a table may be: COLUMNS where that is a width one can read, else the terminal's, else WIDTH."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal() and _NARROWEST <= int(asked) <= _WIDEST:
        return int(asked)
    return shutil.get_terminal_size((WIDTH, 0)).columns if sys.stdout.isatty() and not asked else WIDTH


def as_cell(value: Any) -> str:
    """A value for a person: times in Shanghai to the minute, nothing for None, lists with commas."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    if isinstance(value, list | tuple):
        return ", ".join(as_cell(one) for one in value)
    return str(value)


def read_jsonl(path: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Read JSON lines from a file or, for `-`, standard input.

    Yields (line number, row); the row is None, and the fault is said on standard error, where a line is no JSON object.
    Raises typer.BadParameter when the file cannot be read.
    """
    try:
        file = nullcontext(sys.stdin) if path == "-" else Path(path).open(encoding="utf-8", errors="replace")  # noqa: SIM115
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}") from error
    with file as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                say(f"{path}:{number}: expected a JSON object")
                row = None
            yield number, row

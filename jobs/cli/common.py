"""What all commands share: exit statuses, options, printing rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_PARTLY = 3

ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Configuration file; default ./yixun.toml, else ~/.config/yixun/yixun.toml.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines instead of a table.")]


def say(text: str) -> None:
    """Write one line for a person to standard error."""
    sys.stderr.write(text + "\n")


def out(text: str) -> None:
    """Write one line of result to standard output."""
    sys.stdout.write(text + "\n")


def out_json(value: Any) -> None:
    """Write one JSON line of result to standard output, Chinese unescaped."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def read_jsonl(path: str) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Read JSON lines from a file or, for `-`, standard input.

    Yields (line number, row); the row is None, and the fault is said on standard error, where a line is no JSON object.
    Raises typer.BadParameter when the file cannot be read.
    """
    try:
        lines: Iterable[str] = sys.stdin if path == "-" else Path(path).open(encoding="utf-8")  # noqa: SIM115
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}") from error
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

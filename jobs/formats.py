"""Rows of a query as CSV, JSON or Parquet, written as they come."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

Batches = Iterator[Sequence[tuple[Any, ...]]]


class Format(StrEnum):
    """How rows are written; `table` is for people."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def plain(value: Any) -> Any:
    """A value as JSON knows it: times ISO 8601 in UTC with Z, sums as numbers, days as ISO text, bytes as \\x and hexadecimal digits,
    and what is no number (Infinity, NaN) by its name."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal | float):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else float(value)
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    return value.isoformat() if isinstance(value, date) else str(value)


def as_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row whose numbers JSON has words for."""
    return {name: plain(value) if isinstance(value, float) else value for name, value in row.items()}


def as_text(value: Any) -> Any:
    """A value as it stands in a cell."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=plain)
    return value if isinstance(value, str | int) else plain(value)


class Cut:
    """The first rows of a query; `count` of them, and `more` when there were others."""

    def __init__(self, batches: Batches, limit: int | None = None) -> None:
        self._batches, self._limit = batches, limit
        self.count, self.more = 0, False

    def __iter__(self) -> Batches:
        for batch in self._batches:
            left = len(batch) if self._limit is None else self._limit - self.count
            self.more = len(batch) > left
            self.count += min(left, len(batch))
            if left > 0:
                yield batch[:left]
            if self.more:
                return


def write_csv(columns: Sequence[str], batches: Cut, stream: IO[bytes]) -> None:
    """Comma-separated values with a header, UTF-8, empty where there is no value."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for batch in batches:
        writer.writerows(["" if value is None else as_text(value) for value in row] for row in batch)
    text.detach()


def write_json(columns: Sequence[str], batches: Cut, stream: IO[bytes]) -> None:
    """One JSON array of objects, one line an object."""
    before = "["
    for batch in batches:
        for row in batch:
            line = json.dumps(as_row(dict(zip(columns, row, strict=True))), ensure_ascii=False, default=plain)
            stream.write(f"{before}{line}".encode())
            before = ",\n "
    stream.write(b"[]\n" if before == "[" else b"]\n")


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when the block ends well, and as it was before otherwise. Raises OSError."""
    if path.exists() and not path.is_file():
        # A device or a pipe takes what is written at once and cannot be replaced.
        with path.open("wb") as stream:
            yield stream
        return
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)

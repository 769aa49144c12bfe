"""Rows of a query as CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import IO, TYPE_CHECKING, Any

from store.errors import YixunError

if TYPE_CHECKING:
    from store.queries import Answer


class Format(StrEnum):
    """How rows are written; `table` is for people."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


def plain(value: Any) -> Any:
    """A value as JSON knows it: times ISO 8601 in UTC with Z, sums as numbers, days as ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def write_csv(answer: Answer, stream: IO[str]) -> None:
    """Comma-separated values with a header, UTF-8, empty where there is no value."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow(["" if value is None else _cell(value) for value in row])


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=plain)
    return value if isinstance(value, str | int | float) else plain(value)


def write_json(answer: Answer, stream: IO[str]) -> None:
    """One JSON array of objects, one line an object."""
    lines = (json.dumps(row, ensure_ascii=False, default=plain) for row in answer.as_dicts())
    stream.write("[" + ",\n ".join(lines) + "]\n")


def write_parquet(answer: Answer, stream: IO[bytes]) -> None:
    """A Parquet file: columns `…_at` are UTC timestamps, `…_on` and `day` are dates, on either database.

    Raises YixunError when the package that writes it is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise YixunError("pyarrow is not installed", subject="parquet", hint="pip install 'yixun[parquet]'") from error
    columns: Sequence[Sequence[Any]] = list(zip(*answer.rows, strict=True)) or [()] * len(answer.columns)
    arrays = [pa.array([_typed(name, value) for value in values]) for name, values in zip(answer.columns, columns, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, names=answer.columns), stream)


def _typed(name: str, value: Any) -> Any:
    if isinstance(value, str) and name.endswith("_at"):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and (name.endswith("_on") or name == "day"):
        return date.fromisoformat(value)
    if isinstance(value, Decimal):
        return float(value)
    return value

"""Rows of a query as a Parquet file: views by what their columns are declared to hold, other queries by what they gave."""

from __future__ import annotations

import pickle
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from store.errors import YixunError
from store.view_columns import content_of

from .formats import Cut, as_text

_GROUP = 1_000  # rows that are read together
_CENT = Decimal("0.01")
_LARGEST = 2**63
_TOO_MUCH = Decimal(10) ** 20


def write_views_parquet(columns: Sequence[str], batches: Cut, stream: IO[bytes]) -> None:
    """Write rows of a view. Raises YixunError for a value that is none of what its column is declared to hold."""
    _write(columns, [content_of(name) for name in columns], batches, stream)


def write_parquet(columns: Sequence[str], batches: Cut, stream: IO[bytes]) -> None:
    """Write rows of any query: a column of a view's name as the view's where all its values fit, else as its values are.

    The rows are laid aside in a temporary file until all are known. Raises YixunError when the package that writes Parquet is missing.
    """
    found = [_Column(name) for name in columns]
    count = 0
    with tempfile.TemporaryFile() as aside:
        for batch in batches:
            count += 1
            for column, values in zip(found, zip(*batch, strict=True), strict=True):
                column.look_at(values)
            pickle.dump(batch, aside)
        aside.seek(0)
        _write(columns, [column.kind for column in found], _again(aside, count), stream)


def _again(aside: IO[bytes], count: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    for _ in range(count):
        yield pickle.load(aside)  # noqa: S301 - written above


def _write(columns: Sequence[str], kinds: Sequence[str], batches: Any, stream: IO[bytes]) -> None:
    try:
        with _numpy_left_out():
            import pyarrow as pa
            import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise YixunError("pyarrow is not installed", subject="parquet", hint="pip install 'yixun[parquet]'") from error
    types = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "money": pa.decimal128(22, 2),
        "day": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
        "boolean": pa.bool_(),
        "bytes": pa.binary(),
        "text": pa.string(),
    }
    schema = pa.schema([(name, types[kind]) for name, kind in zip(columns, kinds, strict=True)])
    # Its own pool of memory keeps what was once asked for.
    pa.set_memory_pool(pa.system_memory_pool())
    with pq.ParquetWriter(stream, schema, compression="snappy") as writer:
        # Rows as they come take several times the room that they take as columns.
        for group in _in_groups(pa.record_batch(_arrays(kinds, rows, schema), schema=schema) for rows in batches if rows):
            writer.write_table(pa.Table.from_batches(group))


@contextmanager
def _numpy_left_out() -> Iterator[None]:
    """Let Arrow find no NumPy while it is loaded: it needs none for values of Python, and loads it, over ten megabytes, where it can."""
    if "numpy" in sys.modules or "pyarrow" in sys.modules:
        yield
        return
    # How Python is told that a module cannot be imported.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["numpy"]


def _arrays(kinds: Sequence[str], rows: Sequence[tuple[Any, ...]], schema: Any) -> list[Any]:
    """The columns of some rows as Arrow's."""
    import pyarrow as pa

    told = zip(kinds, zip(*rows, strict=True), schema, strict=True)
    return [pa.array(_converted(field.name, kind, values), type=field.type) for kind, values, field in told]


def _in_groups(batches: Iterable[Any]) -> Iterator[list[Any]]:
    held: list[Any] = []
    for batch in batches:
        held.append(batch)
        if sum(len(one) for one in held) >= _GROUP:
            yield held
            held = []
    if held:
        yield held


def _converted(name: str, kind: str, values: Sequence[Any]) -> list[Any]:
    convert = _CONVERT[kind]
    try:
        return [None if value is None else convert(value) for value in values]
    except (TypeError, ValueError, InvalidOperation) as error:
        raise YixunError(f"holds a value that is no {kind}", subject=f"column {name}") from error


class _Column:
    """What a column of a query may hold, by the values seen so far."""

    def __init__(self, name: str) -> None:
        declared = content_of(name)
        # A text that looks like a day is one only where the column's name says so.
        typed = {"integer", "number", "boolean", "bytes", "day", "moment"}
        self._named: str = declared
        self._may_be: list[str] = [declared, *(kind for kind in _CONVERT if kind in typed and kind != declared)]
        self._seen = False

    def look_at(self, values: Sequence[Any]) -> None:
        """Leave out what these values are not."""
        there = [value for value in values if value is not None]
        self._seen = self._seen or bool(there)
        self._may_be = [kind for kind in self._may_be if all(_fits(kind, value, named=kind == self._named) for value in there)]

    @property
    def kind(self) -> str:
        """What the column holds: text where nothing else fits, and as declared where nothing was seen."""
        return (self._may_be[0] if self._may_be else "text") if self._seen else self._named


def _fits(kind: str, value: Any, *, named: bool) -> bool:
    if isinstance(value, str) and not named:
        return False
    try:
        _CONVERT[kind](value)
    except (TypeError, ValueError, InvalidOperation):
        return False
    return kind != "text" or isinstance(value, str)


def _integer(value: Any) -> int:
    if type(value) is not int or not -_LARGEST <= value < _LARGEST:
        raise ValueError(value)
    return value


def _number(value: Any) -> float:
    if isinstance(value, str | bool):
        raise TypeError(value)
    return float(value)


def _money(value: Any) -> Decimal:
    if isinstance(value, str | bool):
        raise TypeError(value)
    sum_ = Decimal(str(value))
    if not sum_.is_finite() or abs(sum_) >= _TOO_MUCH:
        raise ValueError(value)
    return sum_.quantize(_CENT)


def _day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, str | date):
        raise TypeError(value)
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise TypeError(value)
    return moment.astimezone(UTC)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes | memoryview):
        raise TypeError(value)
    return bytes(value)


def _text(value: Any) -> str:
    return str(as_text(value))


_CONVERT: dict[str, Callable[[Any], Any]] = {
    "integer": _integer,
    "number": _number,
    "money": _money,
    "day": _day,
    "moment": _moment,
    "boolean": _boolean,
    "bytes": _bytes,
    "text": _text,
}

"""What judged a text: a short name that changes with the weights of the reader, the code, the rules and the catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel

_JUDGE = Path(__file__).parent
WEIGHTS = _JUDGE / "reader" / "reader.onnx"


def version_of(entries: Iterable[BaseModel]) -> str:
    """Twelve hexadecimal digits for the code and weights as they are now, with these rules and entries of the catalogue in force."""
    digest = hashlib.sha256(_fixed())
    for entry in entries:
        digest.update(entry.model_dump_json().encode())
    return digest.hexdigest()[:12]


@cache
def _fixed() -> bytes:
    """What does not change while a process runs."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.name}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.digest()


def _files() -> Iterator[Path]:
    """The code that judging runs, the words it goes by, and what the reader was trained to; in the order of their names."""
    yield from sorted(_JUDGE.rglob("*.py"))
    yield from sorted((_JUDGE.parent / "knowledge").rglob("*.yaml"))
    yield from sorted((_JUDGE.parent / "text").glob("*.py"))
    yield _JUDGE.parents[1] / "store" / "text.py"
    yield from sorted(path for path in WEIGHTS.parent.glob("*") if path.suffix in (".onnx", ".json"))

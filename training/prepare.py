"""Rows as training takes them: traditional script folded to simplified, one character for one, and a fold for each."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from store.text import simplify

from .folds import number, stories
from .rows import Row, own_rows, shared_rows

FOLDS = 5
HELD = -1  # texts that no reader learns from: what the tests hold the shipped file against, and what its card is measured on
HELD_SETS = ("held_1", "held_2", "held_3", "held_4", "held_5", "held_6", "held_7", "held_8")  # written apart
SET_ON = HELD_SETS[:4]  # what thresholds and curves are set on; the others are for measuring alone


def prepared(shared: Path | None) -> list[tuple[Row, int]]:
    """All rows at hand with their folds. Own texts that share a story with a held one are held with it; real ones tell other stories."""
    own = own_rows()
    rows = own + (shared_rows(shared) if shared is not None else [])
    for row in rows:
        row.title, row.text = simplify(row.title), simplify(row.text)
        row.events = None if row.events is None else [_simplified(event) for event in row.events]
    story = stories(rows)
    held = {story[row.id] for row in own if row.of in HELD_SETS}
    invented = {row.id for row in own}
    return [(row, HELD if row.id in invented and story[row.id] in held else number(story[row.id], FOLDS)) for row in rows]


def _simplified(value: Any) -> Any:
    if isinstance(value, str):
        return simplify(value)
    if isinstance(value, list):
        return [_simplified(v) for v in value]
    return {k: _simplified(v) for k, v in value.items()} if isinstance(value, dict) else value


def write(path: Path, rows: list[tuple[Row, int]]) -> None:
    """Write prepared rows, for a machine that has torch and little else."""
    with path.open("w", encoding="utf-8") as out:
        for row, fold in rows:
            out.write(json.dumps({**asdict(row), "open_kinds": sorted(row.open_kinds), "fold": fold}, ensure_ascii=False) + "\n")


def read(path: Path) -> list[tuple[Row, int]]:
    """What `write` wrote."""
    out = []
    for line in path.read_text(encoding="utf-8").splitlines():
        made = json.loads(line)
        fold = made.pop("fold")
        out.append((Row(**{**made, "open_kinds": frozenset(made["open_kinds"])}), fold))
    return out

"""Texts made anew by swapping names: the same sentence about another organisation, so that the reader learns sentences, not names."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .align import find
from .rows import Row

# Roles whose words may stand for each other, as long as script and shape agree.
ORGANISATIONS = {
    ("funding", "company"), ("ipo", "company"), ("acquisition", "company"), ("acquisition", "investors"), ("approval", "holder"),
    ("partnership", "parties"), ("launch", "organisation"), ("results", "organisation"),
}  # fmt: skip
OTHERS = {("funding", "investors"), ("adoption", "adopter"), ("approval", "product"), ("launch", "product")}

Pools = Mapping[tuple[str, bool], Sequence[str]]


def pools(rows: Sequence[Row]) -> Pools:
    """Names by what they can stand for and by script (whether they hold Chinese characters)."""
    made: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for row in rows:
        for pool, name in _names(row):
            made[pool, _is_chinese(name)].add(name)
    return {key: sorted(names) for key, names in made.items()}


def swapped(row: Row, names: Pools, rng: random.Random) -> Row:
    """The row with some of its names swapped for others of the same pool, in text and labels alike."""
    change: dict[str, str] = {}
    for pool, name in dict.fromkeys(_names(row)):
        choices = names.get((pool, _is_chinese(name)), ())
        if len(choices) > 4 and rng.random() < 0.7:
            other = rng.choice(choices)
            if other not in row.full and name not in other and not any(name in o or o in name for o in change):
                change[name] = other
    if not change:
        return row
    full_words = {word for event in row.events or () for word in _words(event)}
    for name in list(change):
        if any(name != word and name in word for word in full_words) or not find(row.full, name):
            del change[name]
    if not change:
        return row
    pattern = re.compile("|".join(re.escape(name) for name in sorted(change, key=len, reverse=True)))

    def put(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda m: change[m[0]], value)
        return [put(v) for v in value] if isinstance(value, list) else value

    events = [{k: v if k == "type" else put(v) for k, v in event.items()} for event in row.events or ()]
    return replace(row, title=put(row.title), text=put(row.text), events=events)


def _words(event: Mapping[str, Any]) -> list[str]:
    return [w for v in event.values() for w in (v if isinstance(v, list) else [v]) if isinstance(w, str)]


def _names(row: Row) -> list[tuple[str, str]]:
    out = []
    for event in row.events or ():
        for role, value in event.items():
            key = (event["type"], role)
            pool = "organisation" if key in ORGANISATIONS else ".".join(key) if key in OTHERS else None
            if pool is not None:
                out += [
                    (pool, name)
                    for name in (value if isinstance(value, list) else [value])
                    if isinstance(name, str) and 2 <= len(name) <= 40
                ]
    return out


def _is_chinese(name: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", name) is not None

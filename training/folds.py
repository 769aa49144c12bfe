"""Folds by story, never by text: texts that share a story, a run of characters, or a company and its amount stay together."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence

from .rows import Row

SHINGLE, LATIN_SHINGLE = 12, 36  # characters of a run: Chinese, and Latin, where a word takes as many as a Chinese clause
SHARED, COMMON = 4, 8  # shared runs that make two texts one story; a run of more texts than this is a stock phrase
# What a collector writes above each text: days and hours that texts of different stories share.
HEAD_OF_ENTRY = re.compile(r"发布时间:[^\n]*\n链接:[^\n]*\n正文:")


def number(name: str, of: int) -> int:
    """A number below `of` for a name, the same every time."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % of


def stories(rows: Sequence[Row]) -> dict[str, str]:
    """Row id → the name of its story, the same for the same rows; rows of one story, told in whichever set, have one name."""
    group = list(range(len(rows)))

    def root(i: int) -> int:
        while group[i] != i:
            group[i] = group[group[i]]
            i = group[i]
        return i

    for together in _together(rows):
        for other in together[1:]:
            group[root(other)] = root(together[0])
    first: dict[int, str] = {}
    for i, row in enumerate(rows):
        first[root(i)] = min(first.get(root(i), row.id), row.id)
    return {row.id: first[root(i)] for i, row in enumerate(rows)}


def _together(rows: Sequence[Row]) -> list[list[int]]:
    keyed: dict[object, list[int]] = defaultdict(list)
    shingles: dict[str, list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        keyed[row.story].append(i)
        for event in row.events or ():
            if event.get("company") and event.get("amount"):
                keyed[event["type"], _bare(event["company"]), _bare(event["amount"])].append(i)
        text = _bare(HEAD_OF_ENTRY.sub("", row.full))
        size = SHINGLE if re.search(r"[\u4e00-\u9fff]{4}", text) else LATIN_SHINGLE
        for shingle in {text[k : k + size] for k in range(max(1, len(text) - size + 1))}:
            shingles[shingle].append(i)
    pairs: dict[tuple[int, int], int] = defaultdict(int)
    for holders in shingles.values():
        if 1 < len(holders) <= COMMON:
            for a in holders:
                for b in holders:
                    if a < b:
                        pairs[a, b] += 1
    short = {i: len(_bare(row.full)) < 40 for i, row in enumerate(rows)}
    close = [[a, b] for (a, b), n in pairs.items() if n >= SHARED or short[a] or short[b]]
    return [*keyed.values(), *close]


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()

"""A text's signature: the smallest hashes of its runs of characters (MinHash of one permutation, bottom-k).

What two signatures share tells which part of the shorter text stands in the longer one, whatever the order of its sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RUN, RUN_LATIN = 4, 9  # characters of one run, in Chinese and in other text
SIZE = 192  # hashes kept of a text
_NOT_TEXT = re.compile(r"[\W_]+")
_FIRST_HAN = 0x3400
_SHORTEST = 24  # characters below which two texts are alike by chance
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Hashes = NDArray[np.uint32]


def sketch(plain_text: str) -> tuple[Hashes, int]:
    """The `SIZE` smallest hashes of folded text in order, and how many different runs it has; none of a text too short to tell."""
    text = _NOT_TEXT.sub("", plain_text)
    if len(text) < _SHORTEST:
        return np.empty(0, dtype=np.uint32), 0
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    run = RUN if 4 * np.count_nonzero(codes >= _FIRST_HAN) > len(codes) else RUN_LATIN
    hashed = np.zeros(len(codes) - run + 1, dtype=np.uint64)
    for at in range(run):
        hashed = (hashed ^ codes[at : len(codes) - run + 1 + at]) * _MULTIPLIER
        hashed ^= hashed >> np.uint64(29)
    # Far faster than `np.unique`, which first counts in a table of hashes.
    in_order = np.sort((hashed >> np.uint64(16)).astype(np.uint32))
    distinct = in_order[np.append(True, in_order[1:] != in_order[:-1])]
    return distinct[:SIZE].copy(), len(distinct)


def shared_part(one: Hashes, runs_of_one: int, other: Hashes, runs_of_other: int) -> float:
    """The part of the shorter text that stands in the longer one, 0 to 1, estimated."""
    mine, in_order = _members(one.tobytes())
    theirs, others_in_order = _members(other.tobytes())
    both = len(mine & theirs)
    if not both:
        return 0.0
    # Below the smaller of the last hashes kept, both signatures are whole.
    limit = min(_last(in_order, runs_of_one), _last(others_in_order, runs_of_other))
    alike = both / (bisect_right(in_order, limit) + bisect_right(others_in_order, limit) - both)
    return min(1.0, alike * (runs_of_one + runs_of_other) / ((1 + alike) * min(runs_of_one, runs_of_other)))


# One text is held against many; numbers of Python's own are faster to look up one by one.
@lru_cache(maxsize=4096)
def _members(hashes: bytes) -> tuple[frozenset[int], list[int]]:
    in_order = np.frombuffer(hashes, dtype=np.uint32).tolist()
    return frozenset(in_order), in_order


def _last(in_order: list[int], runs: int) -> int:
    return in_order[-1] if runs > len(in_order) else 0xFFFFFFFF

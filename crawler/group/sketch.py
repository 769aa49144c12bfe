"""A text's signature: the smallest hashes of its runs of characters (MinHash of one permutation, bottom-k).

What two signatures share tells which part of the shorter text stands in the longer one, whatever the order of its sentences.
"""

from __future__ import annotations

import re

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
    if not len(one) or not len(other):
        return 0.0
    # Both are in order and without repetition: what stands twice in the two together stands in both.
    together = np.concatenate((one, other))
    together.sort()
    both = int(np.count_nonzero(together[1:] == together[:-1]))
    if not both:
        return 0.0
    # Below the smaller of the last hashes kept, both signatures are whole.
    limit = min(_last(one, runs_of_one), _last(other, runs_of_other))
    alike = both / (int(one.searchsorted(limit, "right")) + int(other.searchsorted(limit, "right")) - both)
    return min(1.0, alike * (runs_of_one + runs_of_other) / ((1 + alike) * min(runs_of_one, runs_of_other)))


def _last(in_order: Hashes, runs: int) -> np.uint32:
    # Of the same type as what is searched, or all of it would be converted first.
    return in_order[-1] if runs > len(in_order) else np.uint32(0xFFFFFFFF)

"""The words of a text as numbers: a text is held against many others, and looking words up in sets of words took most of that time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from .words import rarity

_RARE = 5.0  # how much a rare word weighs at least
_OF_TITLE = 0x80
_TENTHS = 10.0  # rarities have one decimal
_LEAST_TITLE = 8.0  # what the words of a title weigh at least
_RARITIES = np.arange(_OF_TITLE, dtype=np.float32) / np.float32(_TENTHS)
# What a word of each mark weighs in the three columns.
_WEIGHTS = np.concatenate(
    [
        np.stack((_RARITIES**2, _RARITIES * (_RARITIES >= _RARE), _RARITIES * title), axis=1)  # of words a title does not have, and has
        for title in (0, 1)
    ]
).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Bag:
    """The words of a text's head with its title: `codes` in order, `marks` with the rarity of each and whether the title has it.

    `weights` has three columns, each word's rarity squared, its rarity where it is rare and where it is of the title; `length` and
    `title` are what the first and the last add up to, as a length.
    """

    codes: NDArray[np.uint32]
    marks: NDArray[np.uint8]
    weights: NDArray[np.float32]
    of_title: NDArray[np.float32]
    length: float
    title: float


def bag(title: Iterable[str], head: Iterable[str]) -> Bag:
    """The words of a title and of a head as numbers."""
    marks = {crc32(word.encode("utf-8", "surrogatepass")): round(_TENTHS * rarity(word)) for word in head}
    for word in title:
        marks[crc32(word.encode("utf-8", "surrogatepass"))] = round(_TENTHS * rarity(word)) | _OF_TITLE
    in_order = sorted(marks)
    return bag_of(np.array(in_order, dtype=np.uint32), np.array([marks[code] for code in in_order], dtype=np.uint8))


def bag_of(codes: NDArray[np.uint32], marks: NDArray[np.uint8]) -> Bag:
    """The bag with these codes, in order, and marks."""
    weights = _WEIGHTS[marks]
    squared, _, title = np.ones(len(codes), dtype=np.float32).dot(weights).tolist()
    return Bag(codes, marks, weights, weights[:, 2].copy(), sqrt(squared) or 1.0, max(_LEAST_TITLE, title))


def shared_words(one: Bag, other: Bag) -> tuple[float, float, float]:
    """Which part of either's title the other has, the greater of the two; how alike their words are, 0 to 1, by rarity; how much the
    rare ones weigh that both have."""
    if not len(one.codes) or not len(other.codes):
        return 0.0, 0.0, 0.0
    at = other.codes.searchsorted(one.codes)
    both = other.codes.take(at, mode="clip") == one.codes
    squared, rare, title = (both @ one.weights).tolist()
    of_other = float(other.of_title.take(at, mode="clip") @ both)
    return max(title / one.title, of_other / other.title), squared / (one.length * other.length), rare

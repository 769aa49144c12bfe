"""The words of a text as numbers: a text is held against many others, and looking words up in sets of words took most of that time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from .words import rarity

_OF_TITLE, _RARITY = 0x80, 0x7F  # a mark: whether the title has a word, and its rarity
_TENTHS = 10  # rarities have one decimal
_RARE = 50  # tenths that a rare word weighs at least
_LEAST_TITLE = 8.0  # what the words of a title weigh at least
_TABLE = np.arange(_RARITY + 1, dtype=np.float32)[:, None] / np.float32(_TENTHS)
# What a word of each mark weighs in the three columns: without the title's words first.
_WEIGHTS = np.concatenate(
    [np.hstack((_TABLE**2, _TABLE * (_TABLE * _TENTHS >= _RARE), _TABLE * of_title)) for of_title in (0.0, 1.0)], dtype=np.float32
)


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


@lru_cache(maxsize=50_000)
def _number(word: str) -> int:
    return crc32(word.encode("utf-8", "surrogatepass")) << 8 | round(_TENTHS * rarity(word))


def numbered(title: Iterable[str], head: Iterable[str]) -> dict[str, int]:
    """The words of a title and of a head, each with its code and, in the last eight bits, its mark."""
    found = {word: _number(word) for word in head}
    for word in title:
        found[word] = _number(word) | _OF_TITLE
    return found


def rarest(words: Mapping[str, int], most: int) -> tuple[str, ...]:
    """The rare ones among numbered words, figures aside, those of the title first and then the rarest, `most` of them."""
    rare = [(not number & _OF_TITLE, -(number & _RARITY), word) for word, number in words.items() if number & _RARITY >= _RARE]
    return tuple([word for _, _, word in sorted(rare) if not word[0].isdigit()][:most])


def bag(words: Mapping[str, int]) -> Bag:
    """Numbered words without their letters."""
    numbers = np.array(list(words.values()), dtype=np.uint64)
    numbers.sort()
    return bag_of((numbers >> np.uint64(8)).astype(np.uint32), (numbers & np.uint64(0xFF)).astype(np.uint8))


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


def within(one: Bag, other: Bag) -> bool:
    """Whether one has all words of the other, either way: not where a single figure or letter was exchanged."""
    short, long = sorted((one.codes, other.codes), key=len)
    return bool(np.isin(short, long).all())

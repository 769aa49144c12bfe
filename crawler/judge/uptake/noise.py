"""Texts copied from pages that gloss characters with pinyin, 醫(yī)院: read without the glosses, reported with them."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

# A gloss is one syllable with a tone mark, or with none, in brackets right after a Chinese character.
_GLOSS = re.compile(r"(?<=[\u3400-\u9fff])[(（][a-zü]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü][a-zü]{0,3}[)）]")


class Plain(NamedTuple):
    """A text without glosses; `starts[i]` counts in the plain text, `shifts[i]` is how much was taken out before it."""

    text: str
    starts: tuple[int, ...]
    shifts: tuple[int, ...]

    def offset(self, at: int, *, end: bool = False) -> int:
        """Where `at` of the plain text stands in the text as given; as an end, before a gloss that follows."""
        place = bisect_right(self.starts, at - 1 if end else at) - 1
        return at + self.shifts[place]


def without_glosses(text: str) -> Plain | None:
    """`text` without pinyin glosses, or None when it has none."""
    pieces: list[str] = []
    starts, shifts = [0], [0]
    last = length = 0
    for match in _GLOSS.finditer(text):
        pieces.append(text[last : match.start()])
        length += match.start() - last
        last = match.end()
        starts.append(length)
        shifts.append(last - length)
    if not pieces:
        return None
    return Plain("".join([*pieces, text[last:]]), tuple(starts), tuple(shifts))

"""Round-ups: a text of several separable items, of which one may be on topic. That part is what is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .document import Reading
from .relevance import THRESHOLD, Relevance, Verdict
from .terms import Hit

MOST_PARTS, FEWEST_PARTS = 80, 3
_SHORTEST = 40  # characters of a part worth keeping
_SURER = 1.0  # points a part needs beyond those of a text of its own: it has no title that speaks for it alone
_HEADING = re.compile(
    r"(?:^|\n|(?<=[。！？；])\s?|\s{2,})(?:"
    r"\d{1,2}\s?[、.．)）](?!\d)|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,2}[)）]|【[^】\n]{4,60}】|[▶►●■◆◇▪★☆➤🔹]|/\s?0?\d{1,2}\s?/|#\d{1,2}\b"
    r"|第[一二三四五六七八九十]条[:：]?|其[一二三四五六][:：、，])"
)


def split_parts(reading: Reading) -> list[tuple[int, int]]:
    """The separable parts of a text as spans, by numbers, bullets or bracketed headings; empty when it has fewer than three."""
    starts = [match.end() - len(match.group().lstrip()) for match in _HEADING.finditer(reading.full, reading.body_start)]
    if not FEWEST_PARTS <= len(starts) <= MOST_PARTS:
        return []
    return list(zip(starts, [*starts[1:], len(reading.full)], strict=True))


def find_part(reading: Reading, language: str, *, relevance: Relevance, hits: Sequence[Hit]) -> tuple[Verdict, tuple[int, int]] | None:
    """The part of a round-up that is most surely on topic, with its verdict; None when none is, or the text is no round-up."""
    best: tuple[Verdict, tuple[int, int]] | None = None
    for span in split_parts(reading):
        if span[1] - span[0] < _SHORTEST:
            continue
        verdict = relevance.judge(reading, language, hits=hits, span=span)
        if verdict.points >= THRESHOLD + _SURER and (best is None or verdict.points > best[0].points):
            best = verdict, span
    return best

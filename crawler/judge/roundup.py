"""Round-ups: a text of several separable items, of which one may be on topic. That part is what is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .document import Reading
from .relevance import THRESHOLD, Relevance, Verdict
from .terms import Hit

FEWEST_PARTS, MOST_PARTS = 3, 80
_SHORTEST = 40  # characters of a part worth keeping
_SURER = 0.5  # points a part needs beyond those of a text of its own: no title of its own speaks for it
_HEADING = re.compile(
    r"(?:^|(?<=[。！？；])\s?|\s{2,})(?:"
    r"\d{1,2}\s?[、.．)）](?!\d)|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,2}[)）]|【[^】\n]{4,60}】"
    r"|[▶►●■◆◇▪★☆➤🔹]|/\s?0?\d{1,2}\s?/|#\d{1,2}\b|其[一二三四五六][:：、，])",
    re.MULTILINE,
)


def split_parts(reading: Reading) -> list[tuple[int, int]]:
    """The separable parts of a text as spans, by numbers, bullets or bracketed headings; empty when it has fewer than three."""
    starts = [match.end() - len(match.group().lstrip()) for match in _HEADING.finditer(reading.full, reading.body_start)]
    if not FEWEST_PARTS <= len(starts) <= MOST_PARTS:
        return []
    return list(zip(starts, [*starts[1:], len(reading.full)], strict=True))


def find_part(reading: Reading, language: str, *, relevance: Relevance, hits: Sequence[Hit]) -> tuple[Verdict, tuple[int, int]] | None:
    """The part of a round-up that is most surely on topic, with its verdict.

    None when no part is, and when the text is no round-up: numbered chapters of one story all have to do with its subject, the
    parts of a round-up mostly have not.
    """
    judged = [(relevance.judge(reading, language, hits=hits, span=span), span) for span in split_parts(reading)]
    strange = sum(not verdict.points for verdict, _ in judged)
    if 2 * strange < len(judged):
        return None
    sure = [(v, span) for v, span in judged if v.points >= THRESHOLD + _SURER and span[1] - span[0] >= _SHORTEST]
    return max(sure, key=lambda found: found[0].points, default=None)

"""Readouts built by hand: what the encoder would say of a text, for tests of what is made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crawler.judge.reader.shape import CHOICE, FLAG, LINK, MARK, TOLD
from crawler.judge.reader.spans import Mention, Readout
from crawler.judge.registry import BY_NAME


class Script:
    """Collects mentions of one window of `full`; `tie` says which belong together."""

    def __init__(self, full: str) -> None:
        self.full = full
        self._mentions: list[Mention] = []
        self._ties: list[tuple[Mention, Mention, str, str, float]] = []

    def mention(
        self,
        kind: str,
        role: str,
        words: str,
        *,
        likely: float = 0.9,
        nth: int = 0,
        chosen: Mapping[str, str] | None = None,
        **flags: float,
    ) -> Mention:
        """A mention of `words`, at their occurrence number `nth`; `chosen` are values told of it, `flags` those of shape.FLAGS."""
        start = -1
        for _ in range(nth + 1):
            start = self.full.index(words, start + 1)
        told = dict.fromkeys(range(TOLD), 0.02)
        told |= {FLAG[name]: p for name, p in {"health": 0.9, **flags}.items()}
        told |= {CHOICE[kind, choice, value]: 0.9 for choice, value in (chosen or {}).items()}
        made = Mention(MARK[kind, role], start, start + len(words), self.full.count("。", 0, start), likely, told)
        self._mentions.append(made)
        return made

    def tie(self, kind: str, anchor: Mention, role: str, mention: Mention, likely: float = 0.9) -> None:
        """Say that `mention` plays `role` in the event of `anchor`."""
        self._ties.append((anchor, mention, kind, role, likely))

    def group(self, kind: str, members: Sequence[Mention]) -> None:
        """Say that equal parties all belong together."""
        anchor = BY_NAME[kind].anchor
        for one in members:
            for other in members:
                if one is not other:
                    self.tie(kind, one, anchor, other)

    def readout(self) -> Readout:
        """All that was said, mentions by where they stand."""
        ordered = sorted(self._mentions, key=lambda m: (m.start, m.mark))
        at = {id(mention): number for number, mention in enumerate(ordered)}
        ties = {(LINK[kind, role].column, at[id(anchor)], at[id(mention)]): p for anchor, mention, kind, role, p in self._ties}
        return Readout(tuple(ordered), ties, {})

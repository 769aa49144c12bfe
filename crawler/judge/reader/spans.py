"""What the encoder says of each piece → mentions, and which of them belong together. Pure arrays; no text is looked at here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .shape import LINK_SIZE, LINKS, TEXT
from .tokens import Window

POSSIBLE = 0.25  # a mention less likely than this is not looked at
_INSIDE = 0.3
_MOST = 200  # mentions of one window that are looked at, the likeliest

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Mention:
    """A run of pieces that plays a role: column of the mark, characters it spans, how likely, and what is told at its first piece."""

    mark: int
    start: int
    end: int
    sentence: int
    likely: float
    told: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Readout:
    """All that the reader says of one window. `ties`: (column of a link, index of anchor, of mention) → how likely they are one event."""

    mentions: tuple[Mention, ...]
    ties: Mapping[tuple[int, int, int], float]
    text: Mapping[str, float]


def logistic(x: Array) -> Array:
    """1 / (1 + e^-x)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30, 30))))


def read_out(window: Window, marks: Array, anchors: Array, mentions: Array, told: Array, text: Array, near: Array) -> Readout:
    """Read the heads of one window of n pieces.

    marks (n, M, 2), anchors and mentions (n, K, LINK_SIZE), told (n, T), text (X,) are logits and vectors; near (K, 3) the weights of
    nearness. Pads beyond the window's pieces are ignored.
    """
    n = len(window.ids)
    likely = logistic(marks[1 : n - 1])
    pieces: list[tuple[int, int, int, float]] = []
    for column in np.flatnonzero((likely.max(0) > POSSIBLE).any(-1)):
        pieces += [(int(column), first + 1, last + 1, p) for first, last, p in _runs(likely[:, column, 0], likely[:, column, 1])]
    pieces = sorted(sorted(pieces, key=lambda piece: -piece[3])[:_MOST])
    flags = logistic(told)
    found = tuple(
        Mention(column, window.spans[first][0], window.spans[last][1], window.sentences[first], round(p, 4), _kept(flags[first]))
        for column, first, last, p in pieces
    )
    ties: dict[tuple[int, int, int], float] = {}
    for link in LINKS:
        for a, (of, anchor, _, _) in enumerate(pieces):
            if of != link.anchor:
                continue
            for m, (mark, mention, _, _) in enumerate(pieces):
                if mark == link.mark and m != a:
                    ties[link.column, a, m] = _tie(window, anchors, mentions, near, link.column, anchor, mention)
    return Readout(found, ties, dict(zip(TEXT, (round(float(p), 4) for p in logistic(text)), strict=True)))


def _kept(flags: Array) -> dict[int, float]:
    return {column: round(float(p), 4) for column, p in enumerate(flags)}


def _tie(window: Window, anchors: Array, mentions: Array, near: Array, column: int, anchor: int, mention: int) -> float:
    product = float(anchors[anchor, column] @ mentions[mention, column]) / LINK_SIZE**0.5
    bias, same, far = (float(v) for v in near[column])
    together = same * (window.sentences[anchor] == window.sentences[mention])
    score = product + bias + together + far * np.log(max(1, abs(anchor - mention))) / 5
    return round(float(logistic(np.asarray(score))), 4)


def _runs(begins: Array, inside: Array) -> list[tuple[int, int, float]]:
    """First and last piece of each run and how likely it is. Runs that touch are one: names are told apart by something between them."""
    runs, at, n = [], 0, len(begins)
    while at < n:
        if begins[at] <= POSSIBLE and not (inside[at] > _INSIDE):
            at += 1
            continue
        last = at
        while last + 1 < n and inside[last + 1] > _INSIDE:
            last += 1
        p = (float(begins[at]) + float(inside[at : last + 1].mean())) / 2
        if p > POSSIBLE:
            runs.append((at, last, p))
        at = last + 1
    return runs

# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""The weights of a page's blocks and boxes, and the way down to the box that holds the article."""

from __future__ import annotations

import re
from itertools import accumulate

from .believed import believed_hints
from .hints import Hint
from .legal import legal_boxes
from .page import HEADINGS, Block, Page, is_leaf
from .sections import comment_boxes
from .teasers import headline_of, teaser_boxes

SENTENCE = re.compile(r"[。！？；，、：…,;!?:]|\.(?:\s|$|[\"”’'])")
# A child must carry this share of its parent to be entered; a child named as an article needs less.
_ENTER = 0.74
_ENTER_GOOD = 0.5
_ENTER_HEADED = 0.6
_WRAPPERS = frozenset({"td", "th", "li", "dd", "center", "blockquote"})
_FACTOR = (1.0, 1.0, 0.25, 0.0, 1.0, 1.0, 1.0)  # by Hint


def weight(block: Block) -> float:
    """How much a block speaks for being part of an article; negative for links."""
    units = block.units
    links = block.link_chars / len(block.text)
    if links > 0.5:
        return -0.2 * min(units, 60.0)
    if block.tag in HEADINGS:
        return 0.5 * min(units, 20.0)
    if units < 6:
        return 0.2 * units
    return (1.0 if SENTENCE.search(block.text) else 0.3) * units * (1.0 - links)


class Scored:
    """The weights of a page: of each block, and of each box as a sum over its range."""

    def __init__(self, page: Page) -> None:
        self.page = page
        raw = [weight(block) for block in page.blocks]
        self.raw = [0.0, *accumulate(max(value, 0.0) for value in raw)]
        self.bad = bad = believed_hints(page, self.raw, legal_boxes(page) | teaser_boxes(page) | comment_boxes(page))
        weights = [
            value if value < 0 else value * _FACTOR[bad[block.box]] * (0.3 if block.caption else 1.0)
            for value, block in zip(raw, page.blocks, strict=True)
        ]
        self.sums = [0.0, *accumulate(weights)]
        self.positive = [0.0, *accumulate(max(value, 0.0) for value in weights)]
        self.own: list[float] | None = None
        self.headline = headline_of(page)
        self.children: dict[int, list[int]] = {}
        for index, box in enumerate(page.boxes):
            if box.parent >= 0 and box.last > box.first:
                self.children.setdefault(box.parent, []).append(index)

    def sum(self, box: int) -> float:
        """Weight of all blocks of a box."""
        return self.sums[self.page.boxes[box].last] - self.sums[self.page.boxes[box].first]

    def gain(self, box: int) -> float:
        """Weight of the blocks of a box that speak for it."""
        return self.positive[self.page.boxes[box].last] - self.positive[self.page.boxes[box].first]

    def choose(self) -> int:
        """The box that holds the article, -1 on a page without text."""
        if not self.page.boxes:
            return -1
        current = self.descend(0)
        if self._is_mixed(current):
            start = self._richest()
            if start >= 0:
                return self._widen(start, current)
        return current

    def descend(self, current: int) -> int:
        """From `current` down while one child carries nearly all of its parent's weight."""
        while True:
            inner = [child for child in self.children.get(current, ()) if self.is_container(child)]
            if not inner:
                return current
            best = max(inner, key=self.sum)
            enough = _ENTER_GOOD if self.page.boxes[best].hint is Hint.GOOD else _ENTER_HEADED if self.has_headline(best) else _ENTER
            if self.gain(best) <= 0 or self.gain(best) < enough * self.gain(current):
                return current
            current = best

    def has_headline(self, box: int) -> bool:
        """Whether the headline stands in a box."""
        return self.page.boxes[box].first <= self.headline < self.page.boxes[box].last

    def is_container(self, box: int) -> bool:
        """Whether a box holds paragraphs rather than being one; list items and cells do in layouts made of tables and lists."""
        found = self.page.boxes[box]
        return not is_leaf(found.tag) or (found.tag in _WRAPPERS and found.last - found.first > 1)

    def _owners(self) -> list[float]:
        """For each box the weight of the paragraphs that are its own: not inside a smaller container of several blocks."""
        if self.own is not None:
            return self.own
        boxes = self.page.boxes
        own = [0.0] * len(boxes)
        for i, block in enumerate(self.page.blocks):
            box = block.box
            while box > 0 and (boxes[box].last - boxes[box].first < 2 or not self.is_container(box)):
                box = boxes[box].parent
            if box >= 0:
                own[box] += self.positive[i + 1] - self.positive[i]
        self.own = own
        return own

    def _is_mixed(self, box: int) -> bool:
        """Whether a box where the descent ended holds more than one article's worth: most of its text belongs to smaller containers unlike each other."""
        own = self._owners()[box]
        kinds: dict[str, float] = {}
        for child in self.children.get(box, ()):
            if self.is_container(child):
                kind = self.page.boxes[child].kind
                kinds[kind] = kinds.get(kind, 0.0) + self.gain(child)
        return own < 0.5 * self.gain(box) and max(kinds.values(), default=0.0) < 0.85 * self.gain(box)

    def _richest(self) -> int:
        """The container with the weightiest paragraphs of its own; names of articles count for it."""
        own = self._owners()
        boxes = self.page.boxes
        scores = [
            value * (1.6 if boxes[i].hint is Hint.GOOD else 1.0) * (0.1 if self.bad[i] is Hint.BAD else 1.0) for i, value in enumerate(own)
        ]
        best = max(range(len(scores)), key=scores.__getitem__, default=-1)
        return best if best >= 0 and own[best] > 0 else -1

    def _widen(self, box: int, limit: int) -> int:
        """Up from `box`, below `limit`, to a parent whose other children are parts of the same kind."""
        boxes = self.page.boxes
        current, chosen = box, box
        for _ in range(3):
            parent = boxes[current].parent
            if parent < 0 or parent == limit:
                break
            like = [
                child
                for child in self.children.get(parent, ())
                if child != current and boxes[child].kind == boxes[current].kind and self.bad[child] is Hint.NONE
            ]
            if sum(self.sum(child) for child in like) > 0.25 * self.sum(chosen):
                chosen = parent
            current = parent
        return chosen

# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""Which part of a page is the article: a scored pass over its blocks, then over the lines of the part that was chosen.

Every block gets a weight from its length, its links and its punctuation; a box weighs what its blocks weigh. From the top the reader
goes down into the child that carries nearly all of its parent's weight and stops where the text spreads over many children: these are
the paragraphs. The idea of text density over links is that of Kohlschütter et al., Boilerplate Detection using Shallow Text Features
(WSDM 2010); the descent replaces their classifier.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import accumulate

from .hints import Hint
from .lines import Lines, squash
from .page import HEADINGS, Block, Page, is_leaf

_SENTENCE = re.compile(r"[。！？；，、：…,;!?:]|\.(?:\s|$|[\"”’'])")
# A child must carry this share of its parent to be entered; a child named as an article needs less.
_ENTER = 0.74
_ENTER_GOOD = 0.5
# A box named as a surrounding counts as the article after all when it holds more than this share of the page's text.
_OVERRULE = {Hint.BAD: 0.85, Hint.DOUBTFUL: 0.4}
_WRAPPERS = frozenset({"td", "th", "li", "dd", "center", "blockquote"})
# A first line this similar to the headline is the headline of another edition.
_SAME_TITLE = 0.75
# What stands beside a chosen box belongs to it when this share of its weight is in paragraphs.
_PROSE_BESIDE = 0.6
_LEAD_UNITS = 25.0
_FACTOR = (1.0, 1.0, 0.25, 0.0, 1.0, 1.0, 1.0)  # by Hint


@dataclass(slots=True)
class Body:
    """The text of an article and how it was found. `box` is the chosen box, `first` the block where the text begins."""

    paragraphs: list[str] = field(default_factory=list)
    box: int = -1
    first: int = -1
    last: int = -1
    quality: float = 0.0
    method: str = "blocks"
    kept: list[int] = field(default_factory=list)  # blocks the paragraphs came from, in order
    dropped: list[tuple[int, str]] = field(default_factory=list)  # block, reason

    @property
    def text(self) -> str:
        """Paragraphs joined by newlines."""
        return "\n".join(self.paragraphs)


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
    return (1.0 if _SENTENCE.search(block.text) else 0.3) * units * (1.0 - links)


class Scored:
    """The weights of a page: of each block, and of each box as a sum over its range."""

    def __init__(self, page: Page) -> None:
        self.page = page
        raw = [weight(block) for block in page.blocks]
        self.raw = [0.0, *accumulate(max(value, 0.0) for value in raw)]
        self.bad = bad = self._effective_hints()
        weights = [
            value if value < 0 else value * _FACTOR[bad[block.box]] * (0.3 if block.caption else 1.0)
            for value, block in zip(raw, page.blocks, strict=True)
        ]
        self.sums = [0.0, *accumulate(weights)]
        self.positive = [0.0, *accumulate(max(value, 0.0) for value in weights)]
        self.own: list[float] | None = None
        self.children: dict[int, list[int]] = {}
        for index, box in enumerate(page.boxes):
            if box.parent >= 0 and box.last > box.first:
                self.children.setdefault(box.parent, []).append(index)

    def _effective_hints(self) -> list[Hint]:
        """For each box the strongest bad hint of itself and its ancestors that is not overruled by how much text it holds."""
        total = self.raw[-1] or 1.0
        above = self._around_good(total)
        none, doubtful, bad = Hint.NONE, Hint.DOUBTFUL, Hint.BAD
        out: list[Hint] = []
        for index, box in enumerate(self.page.boxes):
            inherited = out[box.parent] if box.parent >= 0 else none
            own = box.hint
            if own is not bad and own is not doubtful:
                out.append(inherited)
                continue
            if index in above or (self.raw[box.last] - self.raw[box.first]) / total > _OVERRULE[own]:
                own = none
            out.append(max(inherited, own))
        return out

    def _around_good(self, total: float) -> set[int]:
        """Ancestors of the weightiest box that is named as an article: wrappers, whatever they are called."""
        boxes = self.page.boxes
        good = [i for i, box in enumerate(boxes) if box.hint is Hint.GOOD]
        best = max(good, key=lambda i: self.raw[boxes[i].last] - self.raw[boxes[i].first], default=-1)
        found: set[int] = set()
        if best < 0 or self.raw[boxes[best].last] - self.raw[boxes[best].first] < 0.3 * total:
            return found
        parent = boxes[best].parent
        while parent >= 0:
            found.add(parent)
            parent = boxes[parent].parent
        return found

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
        current = self._descend(0)
        if self._is_mixed(current):
            start = self._richest()
            if start >= 0:
                return self._widen(start, current)
        return current

    def _descend(self, current: int) -> int:
        """From `current` down while one child carries nearly all of its parent's weight."""
        while True:
            inner = [child for child in self.children.get(current, ()) if self._is_container(child)]
            if not inner:
                return current
            best = max(inner, key=self.sum)
            enough = _ENTER_GOOD if self.page.boxes[best].hint is Hint.GOOD else _ENTER
            if self.gain(best) <= 0 or self.gain(best) < enough * self.gain(current):
                return current
            current = best

    def _is_container(self, box: int) -> bool:
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
            while box > 0 and (boxes[box].last - boxes[box].first < 2 or not self._is_container(box)):
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
            if self._is_container(child):
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


def read_body(page: Page, *, whole: bool = False) -> Body:
    """Find the article on a page.

    With `whole` the page is one element that is known to be the body. The result has no paragraphs when nothing on the page looks like
    an article.
    """
    scored = Scored(page)
    box = 0 if whole and page.boxes else scored.choose()
    if box < 0:
        return Body()
    if not whole:
        box = _with_prose_beside(scored, box)
    first, last = page.boxes[box].first, page.boxes[box].last
    indexes = list(range(first, last))
    if not whole:
        indexes = _leads(scored, box) + indexes
    lines = Lines(page, scored.bad, trust_names=not whole)
    kept = lines.select(indexes)
    body = Body(
        [page.blocks[i].text for i in kept], box, kept[0] if kept else first, kept[-1] if kept else last, kept=kept, dropped=lines.dropped
    )
    body.quality = _quality(scored, body, kept)
    return body


def drop_title(page: Page, body: Body, title: str) -> None:
    """Take the headline out of the first lines of `body`, where a page repeats it above the text."""
    mark = squash(title)
    units = 0.0
    for i in list(body.kept):
        block = page.blocks[i]
        line = squash(block.text)
        same = line == mark or (len(line) > 7 and line in mark and block.tag in HEADINGS)
        if mark and line and (same or (block.units < 40 and SequenceMatcher(None, line, mark).ratio() > _SAME_TITLE)):
            position = body.kept.index(i)
            del body.kept[position], body.paragraphs[position]
            body.dropped.append((i, "title"))
        units += block.units
        if units > 60:
            break
    if body.kept:
        body.first = body.kept[0]


def _leads(scored: Scored, box: int) -> list[int]:
    """Paragraphs that stand before the chosen box beside it: a standfirst in an element of its own."""
    page = scored.page
    found: list[int] = []
    current = box
    for _ in range(3):
        parent = page.boxes[current].parent
        if parent < 0:
            break
        for sibling in scored.children.get(parent, ()):
            if page.boxes[sibling].last <= page.boxes[current].first and scored.bad[sibling] is Hint.NONE:
                found += [i for i in range(page.boxes[sibling].first, page.boxes[sibling].last) if _is_lead(page.blocks[i], scored)]
        current = parent
    body = "".join(block.text for block in page.blocks[page.boxes[box].first : page.boxes[box].first + 4])
    return sorted(i for i in found if page.blocks[i].text[:40] not in body)[:3]


def _with_prose_beside(scored: Scored, box: int) -> int:
    """Up from `box` while paragraphs of the text stand beside it: before it more than a standfirst, or after it.

    A fold ("read more"), a long quotation or a list may hold most of a text, and so be entered alone.
    """
    boxes, blocks = scored.page.boxes, scored.page.blocks
    chosen = current = box
    for _ in range(3):
        parent = boxes[current].parent
        if parent < 0:
            break
        outside = [*range(boxes[parent].first, boxes[chosen].first), *range(boxes[chosen].last, boxes[parent].last)]
        beside = [
            i
            for i in outside
            if blocks[i].units >= _LEAD_UNITS and _is_lead(blocks[i], scored) and parent in _lineage(scored.page, blocks[i].box)
        ]
        units = sum(blocks[i].units for i in beside)
        rest = scored.gain(parent) - scored.gain(chosen)
        if len(beside) > 1 and units > _PROSE_BESIDE * max(1.0, rest) and units > 0.02 * scored.gain(chosen):
            chosen = parent
        current = parent
    return chosen


def _lineage(page: Page, box: int) -> list[int]:
    """`box`, the box around it and the one around that."""
    found = [box]
    while len(found) < 3 and found[-1] >= 0:
        found.append(page.boxes[found[-1]].parent)
    return found


def _is_lead(block: Block, scored: Scored) -> bool:
    return (
        block.units >= _LEAD_UNITS
        and block.link_chars < 0.2 * len(block.text)
        and scored.bad[block.box] is Hint.NONE
        and re.search(r"[。！？.!?][”\"）)]?$", block.text) is not None
    )


def _quality(scored: Scored, body: Body, kept: list[int]) -> float:
    """0..1: how sure it is that the paragraphs are an article: enough text, few links, sentences, most of the page's text."""
    blocks = [scored.page.blocks[i] for i in kept]
    units = sum(block.units for block in blocks)
    if not units:
        return 0.0
    sentences = sum(block.units for block in blocks if _SENTENCE.search(block.text)) / units
    links = sum(block.link_chars for block in blocks) / sum(len(block.text) for block in blocks)
    share = min(1.0, 1.3 * units / max(1.0, scored.positive[-1]))
    return round(math.sqrt(min(1.0, units / 120)) * sentences * (1.0 - links) * (0.4 + 0.6 * share), 3)

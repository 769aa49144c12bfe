"""Which part of a page is the article: a scored pass over its blocks, then over the lines of the part that was chosen.

Every block gets a weight from its length, its links and its punctuation; a box weighs what its blocks weigh. From the top the reader
goes down into the child that carries nearly all of its parent's weight and stops where the text spreads over many children: these are
the paragraphs. The idea of text density over links is that of Kohlschütter et al., Boilerplate Detection using Shallow Text Features
(WSDM 2010); the descent replaces their classifier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import accumulate

from .hints import Hint
from .lines import Lines
from .page import HEADINGS, Block, Page, is_leaf

_SENTENCE = re.compile(r"[。！？；，、：…,;!?:]|\.(?:\s|$|[\"”’'])")
# A child must carry this share of its parent to be entered; a child named as an article needs less.
_ENTER = 0.74
_ENTER_GOOD = 0.5
# A box named as a surrounding counts as the article after all when it holds more than this share of the page's text.
_OVERRULE = {Hint.BAD: 0.85, Hint.DOUBTFUL: 0.4}
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
    dropped: list[tuple[str, str]] = field(default_factory=list)  # text, reason

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
        self.children: list[list[int]] = [[] for _ in page.boxes]
        for index, box in enumerate(page.boxes):
            if box.parent >= 0 and box.last > box.first:
                self.children[box.parent].append(index)

    def _effective_hints(self) -> list[Hint]:
        """For each box the strongest bad hint of itself and its ancestors that is not overruled by how much text it holds."""
        total = self.raw[-1] or 1.0
        none, doubtful, bad = Hint.NONE, Hint.DOUBTFUL, Hint.BAD
        out: list[Hint] = []
        for box in self.page.boxes:
            inherited = out[box.parent] if box.parent >= 0 else none
            own = box.hint
            if own is not bad and own is not doubtful:
                out.append(inherited)
                continue
            if (self.raw[box.last] - self.raw[box.first]) / total > _OVERRULE[own]:
                own = none
            out.append(max(inherited, own))
        return out

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
        current = 0
        while True:
            inner = [
                child for child in self.children[current] if not is_leaf(self.page.boxes[child].element.tag) or self._is_wrapper(child)
            ]
            if not inner:
                return current
            best = max(inner, key=self.sum)
            enough = _ENTER_GOOD if self.page.boxes[best].hint is Hint.GOOD else _ENTER
            if self.sum(best) <= 0 or self.gain(best) < enough * self.gain(current):
                return current
            current = best

    def _is_wrapper(self, box: int) -> bool:
        """Whether a list item, cell or the like holds paragraphs, as in layouts made of tables and lists."""
        element = self.page.boxes[box].element
        return (
            element.tag in {"td", "th", "li", "dd", "center", "blockquote"} and self.page.boxes[box].last - self.page.boxes[box].first > 1
        )


def read_body(page: Page, *, title: str | None = None, whole: bool = False) -> Body:
    """Find the article on a page.

    `title` is dropped where it is repeated as a line. With `whole` the page is one element that is known to be the body. The result has
    no paragraphs when nothing on the page looks like an article.
    """
    scored = Scored(page)
    box = 0 if whole and page.boxes else scored.choose()
    if box < 0:
        return Body()
    first, last = page.boxes[box].first, page.boxes[box].last
    indexes = list(range(first, last))
    if not whole:
        indexes = _leads(scored, box) + indexes
    lines = Lines(page, scored.bad, title=title, trust_names=not whole)
    kept = lines.select(indexes)
    body = Body([page.blocks[i].text for i in kept], box, kept[0] if kept else first, kept[-1] if kept else last, dropped=lines.dropped)
    body.quality = _quality(scored, body, kept)
    return body


def _leads(scored: Scored, box: int) -> list[int]:
    """Paragraphs that stand before the chosen box beside it: a standfirst in an element of its own."""
    page = scored.page
    found: list[int] = []
    current = box
    for _ in range(3):
        parent = page.boxes[current].parent
        if parent < 0:
            break
        for sibling in scored.children[parent]:
            if page.boxes[sibling].last <= page.boxes[current].first and scored.bad[sibling] is Hint.NONE:
                found += [i for i in range(page.boxes[sibling].first, page.boxes[sibling].last) if _is_lead(page.blocks[i], scored)]
        current = parent
    body = "".join(block.text for block in page.blocks[page.boxes[box].first : page.boxes[box].first + 4])
    return sorted(i for i in found if page.blocks[i].text[:40] not in body)[:3]


def _is_lead(block: Block, scored: Scored) -> bool:
    return (
        block.units >= 25
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
    return round(min(1.0, units / 120) ** 0.5 * sentences * (1.0 - links) * (0.4 + 0.6 * share), 3)

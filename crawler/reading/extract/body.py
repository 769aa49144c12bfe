"""Which part of a page is the article: a scored pass over its blocks, then over the lines of the part that was chosen.

Every block gets a weight from its length, its links and its punctuation; a box weighs what its blocks weigh. From the top the reader
goes down into the child that carries nearly all of its parent's weight and stops where the text spreads over many children: these are
the paragraphs. The idea of text density over links is that of Kohlschütter et al., Boilerplate Detection using Shallow Text Features
(WSDM 2010); the descent replaces their classifier.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from .beside import close, leads, one_of_several, with_prose_beside, without_nested
from .legal import without_legal_tail
from .lines import Lines
from .page import HEADINGS, Page, squash
from .scored import SENTENCE, Scored

# A first line this similar to the headline is the headline of another edition.
_SAME_TITLE = 0.75


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
        box = with_prose_beside(scored, box)
        if (one := one_of_several(scored, box)) != box:
            box = with_prose_beside(scored, scored.descend(one), top=one)
    first, last = page.boxes[box].first, page.boxes[box].last
    indexes = list(range(first, last))
    before = [] if whole else leads(scored, box)
    if not whole:
        indexes = without_legal_tail(page, without_nested(scored, box, before + indexes + close(scored, box)))
    lines = Lines(page, scored.bad, trust_names=not whole, leads=before)
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


def _quality(scored: Scored, body: Body, kept: list[int]) -> float:
    """0..1: how sure it is that the paragraphs are an article: enough text, few links, sentences, most of the page's text."""
    blocks = [scored.page.blocks[i] for i in kept]
    units = sum(block.units for block in blocks)
    if not units:
        return 0.0
    sentences = sum(block.units for block in blocks if SENTENCE.search(block.text)) / units
    links = sum(block.link_chars for block in blocks) / sum(len(block.text) for block in blocks)
    share = min(1.0, 1.3 * units / max(1.0, scored.positive[-1]))
    return round(math.sqrt(min(1.0, units / 120)) * sentences * (1.0 - links) * (0.4 + 0.6 * share), 3)

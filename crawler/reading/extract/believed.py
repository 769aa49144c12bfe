"""What the names of a page's elements are believed: a name that holds much of the page's prose is no name of a surrounding."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from .hints import Hint
from .names import ONE_PARAGRAPH
from .page import Box, Page

# A box named as a surrounding counts as the article after all when it holds more than this share of the page's text.
_OVERRULE = {Hint.BAD: 0.85, Hint.DOUBTFUL: 0.4}
# Paragraphs that share a name are the text when together they hold this share of it.
_SHARED = {Hint.BAD: 0.5, Hint.DOUBTFUL: 0.2}
_MEMBERS = 3
# A doubtful box with so many passages of prose and next to no links is a text.
_PASSAGES = 3
_PASSAGE_UNITS = 25.0
_LINKED = 0.15
# A picture's caption is short: a box named so that holds this share of the page is a text with a picture.
_CAPTION_SHARE = 0.25
_GALLERY_SHARE = 0.6
_OWN = re.compile(r"""\bid\s*=\s*("[^"]*"|'[^']*'|\S+)|\d+""")
_AFTER_TEXT = re.compile(r"comment|pinglun|gentie|recommend|related", re.I)
_ENDED = ("。", "！", "？", ".", "!", "?", "”", '"', "）", ")")


@dataclass(slots=True)
class _Believer:
    page: Page
    raw: list[float]  # sums of weights over blocks, names left aside

    def share(self, box: Box) -> float:
        return (self.raw[box.last] - self.raw[box.first]) / (self.raw[-1] or 1.0)

    def around_good(self) -> set[int]:
        """Ancestors of the weightiest box that is named as an article: wrappers, whatever they are called."""
        boxes = self.page.boxes
        wanted, raw = Hint.GOOD, self.raw
        good = [(raw[box.last] - raw[box.first], i) for i, box in enumerate(boxes) if box.hint is wanted]
        best = max(good, default=(0.0, -1))[1]
        found: set[int] = set()
        if best < 0 or self.share(boxes[best]) < 0.3:
            return found
        parent = boxes[best].parent
        while parent >= 0:
            found.add(parent)
            parent = boxes[parent].parent
        return found

    def believe_captions(self) -> None:
        """Take text for no caption where boxes named so hold paragraphs, or all captions together most of the text, as in a gallery."""
        blocks = self.page.blocks
        captions = [i for i, block in enumerate(blocks) if block.caption]
        if not captions:
            return
        together = sum(self.raw[i + 1] - self.raw[i] for i in captions) > _GALLERY_SHARE * self.raw[-1]
        for box in self.page.boxes:
            large = box.last - box.first > 1 and self.share(box) > _CAPTION_SHARE
            if box.hint is Hint.CAPTION and (large or (together and len(captions) >= _MEMBERS)):
                for block in blocks[box.first : box.last]:
                    block.caption = False

    def shared(self) -> set[int]:
        """Boxes whose name many others have that together hold much of the text."""
        groups: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        doubtful, bad = Hint.DOUBTFUL, Hint.BAD
        for index, box in enumerate(self.page.boxes):
            if box.hint is bad or box.hint is doubtful:
                groups[box.tag, _OWN.sub("", box.written)].append(index)
        found: set[int] = set()
        for (tag, written), members in groups.items():
            if len(members) < _MEMBERS or (tag not in ONE_PARAGRAPH and _AFTER_TEXT.search(written)):
                continue
            boxes = [self.page.boxes[i] for i in members]
            floor = _SHARED if tag in ONE_PARAGRAPH else _OVERRULE
            outer = [box for box in boxes if box.parent not in members]
            if sum(self.share(box) for box in outer) > floor[boxes[0].hint]:
                found.update(members)
        return found

    def is_prose(self, box: Box) -> bool:
        """Whether a box of several blocks holds passages of prose and hardly a link."""
        if box.last - box.first < _PASSAGES:
            return False
        blocks = self.page.blocks[box.first : box.last]
        units = sum(block.units for block in blocks)
        linked = sum(block.units for block in blocks if block.link_chars > 0.5 * len(block.text))
        passages = [block for block in blocks if block.units >= _PASSAGE_UNITS and block.text.endswith(_ENDED)]
        return len(passages) >= _PASSAGES and linked < _LINKED * units and sum(block.units for block in passages) > 0.6 * units


def believed_hints(page: Page, raw: list[float], around: set[int]) -> list[Hint]:
    """For each box the strongest bad hint of itself and its ancestors that its text does not belie.

    `raw` are the sums of the blocks' weights from the first on, `around` boxes that are known to stand around the article.
    """
    believer = _Believer(page, raw)
    believer.believe_captions()
    above, shared = believer.around_good(), believer.shared()
    none, doubtful, bad = Hint.NONE, Hint.DOUBTFUL, Hint.BAD
    total = raw[-1] or 1.0
    out: list[Hint] = []
    for index, box in enumerate(page.boxes):
        inherited = out[box.parent] if box.parent >= 0 else none
        own = box.hint
        if index in around:
            out.append(bad)
        elif (
            (own is not bad and own is not doubtful)
            or inherited is bad
            or index in above
            or index in shared
            or raw[box.last] - raw[box.first] > _OVERRULE[own] * total
            or (own is doubtful and believer.is_prose(box))
        ):
            out.append(inherited)
        else:
            out.append(own)
    return out

"""Lists of other articles, each a linked headline with a summary, in elements without a telling name."""

from __future__ import annotations

from collections import defaultdict

from .page import Block, Page, squash

_MANY = 3
_MOST = 0.8
_MOST_BLOCKS = 8
_TEASER_UNITS = 90.0
_LINK = 0.6
_LINK_UNITS = 3.0
_PROSE_UNITS = 20.0
_BETWEEN = 0.5


def teaser_boxes(page: Page) -> set[int]:
    """Boxes whose children are teasers, where the headline that the title names stands apart from them with text of its own."""
    headline = headline_of(page)
    if headline < 0:
        return set()
    around = _ancestors(page, page.blocks[headline].box)
    children: defaultdict[int, list[int]] = defaultdict(list)
    for i, box in enumerate(page.boxes):
        if 1 < box.last - box.first <= _MOST_BLOCKS and box.tag != "tr":
            children[box.parent].append(i)
    found: set[int] = set()
    for parent, inner in children.items():
        if len(inner) >= _MANY and parent not in around and _are_teasers(page, inner) and _has_text(page, around, parent, headline):
            found.add(parent)
    return found


def headline_of(page: Page) -> int:
    """The block of the first h1 that the title names; -1 for none."""
    title = squash(page.title[:300])
    return next(
        (i for i, block in enumerate(page.blocks) if block.tag == "h1" and len(mark := squash(block.text)) > 3 and mark in title), -1
    )


def _ancestors(page: Page, box: int) -> set[int]:
    found: set[int] = set()
    while box >= 0:
        found.add(box)
        box = page.boxes[box].parent
    return found


def _are_teasers(page: Page, inner: list[int]) -> bool:
    kinds: defaultdict[str, int] = defaultdict(int)
    for i in inner:
        box = page.boxes[i]
        blocks = page.blocks[box.first : box.last]
        linked = any(block.link_chars > _LINK * len(block.text) and block.units >= _LINK_UNITS for block in blocks)
        if linked and sum(block.units for block in blocks) < _TEASER_UNITS:
            kinds[box.kind] += 1
    return max(kinds.values(), default=0) >= max(_MANY, _MOST * len(inner))


def _has_text(page: Page, around: set[int], box: int, headline: int) -> bool:
    """Whether there is an article beside the list `box`: prose in the part that holds the headline, or as much between it and the list."""
    boxes, blocks = page.boxes, page.blocks
    between = sum(block.units for block in blocks[headline + 1 : boxes[box].first] if _is_prose(block))
    if between > _BETWEEN * sum(block.units for block in blocks[boxes[box].first : boxes[box].last]):
        return True
    common = boxes[box].parent
    while common >= 0 and common not in around:
        common = boxes[common].parent
    part = next((i for i in around if boxes[i].parent == common and i != common), -1)
    return part >= 0 and any(_is_prose(block) for block in blocks[boxes[part].first : boxes[part].last] if block is not blocks[headline])


def _is_prose(block: Block) -> bool:
    return block.units >= _PROSE_UNITS and block.link_chars < 0.3 * len(block.text)

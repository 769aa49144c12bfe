"""What stands beside the box that holds most of an article: more of it in boxes of their own, or another article."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .hints import Hint
from .legal import is_legal
from .page import HEADINGS, Block, squash
from .scored import Scored

# What stands beside a chosen box belongs to it when this share of its weight is in paragraphs.
_PROSE_BESIDE = 0.6
_PROSE = 0.75
_LEAD_UNITS = 25.0
# Up to here whatever is prose may belong to the text; further up only what stands in elements of the same kind.
_NEAR = 3
_FAR = 12
_ENDED = re.compile(r"[。！？.!?][”\"）)]?$")
# An article of several on a page has a text of this weight.
_ARTICLE_UNITS = 40.0
_TEXTS = frozenset({"article", "main"})
_HEADLINE = 4
# More articles beside one with the headline are its entries, not others.
_FEW = 3


def leads(scored: Scored, box: int) -> list[int]:
    """Paragraphs that stand before the chosen box beside it: a standfirst in an element of its own, or under the headline in its header."""
    page = scored.page
    found: list[int] = []
    current = box
    for _ in range(_NEAR):
        parent = page.boxes[current].parent
        if parent < 0:
            break
        for sibling in scored.children.get(parent, ()):
            if page.boxes[sibling].last > page.boxes[current].first:
                continue
            hint = scored.bad[sibling]
            if hint is Hint.NONE or (page.boxes[sibling].tag == "header" and scored.has_headline(sibling)):
                inside = range(page.boxes[sibling].first, page.boxes[sibling].last)
                found += [i for i in inside if _is_passage(page.blocks[i]) and scored.bad[page.blocks[i].box] is hint]
        current = parent
    body = "".join(block.text for block in page.blocks[page.boxes[box].first : page.boxes[box].first + 4])
    return sorted(i for i in found if i > scored.headline and page.blocks[i].text[:40] not in body)[:3]


def close(scored: Scored, box: int) -> list[int]:
    """The paragraph that stands alone in the element right after the chosen box; none where that is no passage of prose.

    An element with a name may be anything at the foot of a page, but not inside <article> or <main>.
    """
    boxes = scored.page.boxes
    current = box
    while (parent := boxes[current].parent) > 0 and (boxes[parent].first, boxes[parent].last) == (
        boxes[current].first,
        boxes[current].last,
    ):
        current = parent
    for sibling in scored.children.get(parent, ()) if parent > 0 else ():
        last = boxes[sibling].first
        if last == boxes[box].last and boxes[sibling].last == last + 1:
            ours = boxes[parent].tag in _TEXTS or not boxes[sibling].names
            return [last] if ours and _is_lead(scored.page.blocks[last], scored) and boxes[sibling].tag not in HEADINGS else []
    return []


def with_prose_beside(scored: Scored, box: int, *, top: int = 0) -> int:
    """Up from `box`, not above `top`, while paragraphs of the text stand beside it: before it more than a standfirst, or after it.

    A fold ("read more"), a long quotation or a list may hold most of a text, and so be entered alone; and a text may be cut into
    elements of one kind with pictures and adverts in between.
    """
    boxes, blocks = scored.page.boxes, scored.page.blocks
    chosen = current = _out_of_quotation(scored, box)
    for step in range(_FAR):
        parent = boxes[current].parent
        if parent < 0 or current == top:
            break
        outside = [*range(boxes[parent].first, boxes[chosen].first), *range(boxes[chosen].last, boxes[parent].last)]
        prose = _prose(scored, current, outside)
        parts = _parts_like(scored, current, parent) if prose else []
        others = _headed_apart(scored, chosen, current, parent) if prose else []
        beside = [
            i
            for i in prose
            if _within(scored, i, parts) or (step < _NEAR and parent in _lineage(scored, blocks[i].box) and not _within(scored, i, others))
        ]
        units = sum(blocks[i].units for i in beside)
        rest = scored.gain(parent) - scored.gain(chosen)
        if len(beside) > 1 and units > _PROSE_BESIDE * max(1.0, rest) and units > 0.02 * scored.gain(chosen):
            chosen = parent
        current = parent
    return chosen


def _prose(scored: Scored, current: int, outside: list[int]) -> list[int]:
    """Which of the blocks `outside` may make a text wider: passages that are no notice of rights or terms.

    Around an <article> with the headline only what stands beyond it counts: its own last paragraph says nothing of the page's foot.
    """
    box, blocks = scored.page.boxes[current], scored.page.blocks
    whole = box.tag == "article" and scored.has_headline(current)
    return [i for i in outside if not (whole and box.first <= i < box.last) and _is_lead(blocks[i], scored) and not is_legal(blocks[i])]


def _out_of_quotation(scored: Scored, box: int) -> int:
    """The box around a quotation that holds most of a text, when what is beside it is text, too."""
    boxes = scored.page.boxes
    parent = boxes[box].parent
    if boxes[box].tag != "blockquote" or parent < 0:
        return box
    inner, outer = boxes[box], boxes[parent]
    beside = [scored.page.blocks[i] for i in (*range(outer.first, inner.first), *range(inner.last, outer.last))]
    return parent if not any(block.link_chars > 0.5 * len(block.text) for block in beside) else box


def _within(scored: Scored, block: int, boxes: list[int]) -> bool:
    return any(scored.page.boxes[box].first <= block < scored.page.boxes[box].last for box in boxes)


def _parts_like(scored: Scored, box: int, parent: int) -> list[int]:
    """Children of `parent` that are parts of one text with `box`: of the same kind, or prose in the same tag under one headline."""
    boxes = scored.page.boxes
    named = not boxes[box].kind.endswith(" ")
    apart = scored.headline >= 0 and not scored.has_headline(box) and scored.has_headline(parent)
    return [
        child
        for child in scored.children.get(parent, ())
        if child != box
        and scored.bad[child] is Hint.NONE
        and not any(block.tag == "h1" for block in _blocks(scored, child))
        and (
            (named and boxes[child].kind == boxes[box].kind) or (apart and boxes[child].tag == boxes[box].tag and _is_prose(scored, child))
        )
    ]


def _headed_apart(scored: Scored, chosen: int, box: int, parent: int) -> list[int]:
    """Children of `parent` that begin with a heading of their own, where the `chosen` box has the headline."""
    if not scored.has_headline(chosen):
        return []
    return [child for child in scored.children.get(parent, ()) if child != box and _blocks(scored, child)[0].tag in HEADINGS]


def _blocks(scored: Scored, box: int) -> list[Block]:
    found = scored.page.boxes[box]
    return scored.page.blocks[found.first : found.last]


def _is_prose(scored: Scored, box: int) -> bool:
    """Whether a box holds passages of prose, nearly nothing else, and hardly a link."""
    blocks = _blocks(scored, box)
    units = sum(block.units for block in blocks)
    linked = sum(block.units for block in blocks if block.link_chars > 0.5 * len(block.text))
    return linked < 0.1 * units and sum(block.units for block in blocks if _is_lead(block, scored)) > _PROSE * units


def _lineage(scored: Scored, box: int) -> list[int]:
    """`box`, the box around it and the one around that."""
    found = [box]
    while len(found) < 3 and found[-1] >= 0:
        found.append(scored.page.boxes[found[-1]].parent)
    return found


def _is_lead(block: Block, scored: Scored) -> bool:
    return scored.bad[block.box] is Hint.NONE and _is_passage(block)


def _is_passage(block: Block) -> bool:
    """Whether a block is a sentence or more, hardly linked."""
    return block.units >= _LEAD_UNITS and block.link_chars < 0.2 * len(block.text) and _ENDED.search(block.text) is not None


def one_of_several(scored: Scored, box: int) -> int:
    """The article whose headline the title of the page names, where several stand on it and `box` is not of that one alone; else `box`."""
    page = scored.page
    title = squash(page.title[:300])
    chosen = page.boxes[box]
    for headlines in (
        [i for i, block in enumerate(page.blocks) if block.tag == "h1" and scored.bad[block.box] is Hint.NONE],
        _first_headings(scored),
    ):
        named = [i for i in headlines if _named(squash(page.blocks[i].text), title)]
        if len(headlines) < 2 or len(named) != 1:
            continue
        regions = {i: _region(scored, i, [j for j in headlines if j != i]) for i in headlines}
        full = [i for i in headlines if regions[i] >= 0 and scored.gain(regions[i]) >= _ARTICLE_UNITS]
        own = page.boxes[regions[named[0]]]
        if named[0] in full and len(full) > 1 and not (own.first <= chosen.first and chosen.last <= own.last):
            return regions[named[0]]
    return box


def without_nested(scored: Scored, box: int, indexes: list[int]) -> list[int]:
    """The blocks of the article in `box` without those of articles that stand in it with a headline of their own."""
    if not scored.has_headline(box):
        return indexes
    others = [
        i
        for i, inner in enumerate(scored.page.boxes)
        if inner.tag == "article" and inner.last > inner.first and not scored.has_headline(i) and _blocks(scored, i)[0].tag == "h1"
    ]
    return [i for i in indexes if not _within(scored, i, others)]


def _named(headline: str, title: str) -> bool:
    return len(headline) >= _HEADLINE and (headline in title or (len(title) > 2 * _HEADLINE and title in headline))


def _first_headings(scored: Scored) -> list[int]:
    """The first headings of the articles that lie side by side on a page: of one rank, or the headline and a few below it."""
    boxes, blocks = scored.page.boxes, scored.page.blocks
    outer: list[int] = []
    for i, box in enumerate(boxes):
        if box.tag == "article" and scored.bad[i] is Hint.NONE and (not outer or boxes[outer[-1]].last <= box.first):
            outer.append(i)
    heads = [next((i for i in range(boxes[one].first, boxes[one].last) if blocks[i].tag in ("h1", "h2")), -1) for one in outer]
    if -1 in heads:
        return []
    ranks = [blocks[i].tag for i in heads]
    return heads if len(set(ranks)) == 1 or (len(heads) <= _FEW and ranks.count("h1") == 1 and scored.headline in heads) else []


def _region(scored: Scored, headline: int, others: Iterable[int]) -> int:
    """The largest box around the block `headline` without any of the `others`; -1 for none."""
    boxes = scored.page.boxes
    chosen, current = -1, scored.page.blocks[headline].box
    while current > 0 and not any(boxes[current].first <= i < boxes[current].last for i in others):
        chosen, current = current, boxes[current].parent
    return chosen

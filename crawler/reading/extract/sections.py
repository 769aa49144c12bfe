# ruff: noqa: E501 (a pattern is a table of words: broken up it cannot be checked)
"""A heading that may open what surrounds a text, as "Comments" does, or a section of it, as "Response" does in a paper."""

from __future__ import annotations

import itertools
import re

from .page import HEADINGS, Block, Page

_SENTENCE_END = re.compile(r"[。！？!?…]|[.](?:\s|$)")
_COMMENTS = re.compile(r"评论|留言|跟帖|跟贴|comment|repl(?:y|ies)|thoughts on|responses?|上一篇|下一篇|上一条|下一条", re.I)
# Headings that papers and reports have, too: what follows decides.
_ALSO_SECTION = re.compile(
    r"^\W*(?:评论|評論|述评|评述|点评|讨论|討論|回应|专家(?:评论|点评)|编辑点评|responses?|comments?|commentary|discussion|repl(?:y|ies)|topics|trending|popular|"
    r"see also|further reading|transcript|what(?:'|’)?s next|up next|trending now|latest news)\W*$",
    re.I,
)
# What comments have and sections of a text have not.
_OF_COMMENTS = re.compile(
    r"^(?:回复|回覆|举报|點讚|点赞|赞|reply|report|like|permalink|says?:?)\b|(?:分钟|分鐘|小时|小時|天)前|\b(?:ago|says:?)$|^\S{1,20}\s*(?:说|說|：|:)$",
    re.I,
)
# The heading of comments themselves, in a box with them.
_HEADS_COMMENTS = re.compile(
    r"^\W*(?:\d+\s*(?:条|個|个)?\s*)?(?:comments?|responses?|repl(?:y|ies)|thoughts on .{1,90}|(?:网友|最新|全部|热门|精彩|用户|读者|網友)?(?:评论|評論|留言|跟帖|跟贴)(?:区|列表)?)\W*(?:\d+\W*)?$",
    re.I,
)
_REMARKS = 2
_HEADING_UNITS = 20.0
_BOLD = 0.9
_PROSE_UNITS = 25.0
_PROSE = 0.85
_PASSAGE_LINKS = 0.4


def _is_prose(block: Block, least: float = _PROSE_UNITS) -> bool:
    return block.units >= least and block.link_chars < _PASSAGE_LINKS * len(block.text) and _SENTENCE_END.search(block.text) is not None


def _rank(block: Block) -> str:
    """The tag of a heading, "h7" for a bold line in the place of one, "" for what heads nothing."""
    if block.tag in HEADINGS:
        return block.tag
    is_bold = block.units < _HEADING_UNITS and block.bold_chars > _BOLD * len(block.text) and not block.link_chars
    return "h7" if is_bold and not _SENTENCE_END.search(block.text) else ""


def opens_section(page: Page, indexes: list[int], position: int) -> bool:
    """Whether the heading at `position` of `indexes` opens a section of the text: prose follows, and nothing that comments have.

    A heading of another name ("Tags", "Share this") does so only when a further heading of its rank and prose come after it.
    """
    blocks = page.blocks
    heading = blocks[indexes[position]]
    rank = _rank(heading)
    if not rank:
        return False
    rest = [blocks[i] for i in indexes[position + 1 :]]
    section = list(itertools.takewhile(lambda block: not _rank(block) or _rank(block) > rank, rest))
    if not section or not _is_prose(section[0]) or any(block.units < 20 and _OF_COMMENTS.search(block.text) for block in section):
        return False
    units = sum(block.units for block in section)
    if sum(block.units for block in section if _is_prose(block)) < _PROSE * units:
        return False
    if _ALSO_SECTION.match(heading.text):
        return True
    after = rest[len(section) :]
    return len(after) > 1 and _rank(after[0]) == rank and _is_prose(after[1])


def section_end(page: Page, indexes: list[int], position: int, share: float) -> int:
    """First block after the section that the heading at `position` opens: the rest of its box, or the links that follow.

    `share` is how much of the text stands before the heading.
    """
    blocks = page.blocks
    i = indexes[position]
    box = page.boxes[blocks[i].box]
    if box.last - i <= 1 and box.parent >= 0:
        box = page.boxes[box.parent]
    rest = [blocks[j] for j in indexes[position + 1 :] if j < box.last]
    prose = sum(block.units for block in rest if block.units > 30 and _is_prose(block))
    units = sum(block.units for block in rest)
    if box.first == i and sum(1 for block in rest if block.link_chars > 0.6 * len(block.text)) > 1:
        whole = sum(blocks[j].units for j in indexes) or 1.0
        if units < 0.4 * whole:
            return box.last  # a box of its own: links, each with a summary
    if _COMMENTS.search(blocks[i].text) or prose < 0.3 * units or (share > 0.8 and prose < 0.6 * units):
        return box.last
    end = i + 1
    for j in indexes[position + 1 :]:
        if blocks[j].link_chars < 0.6 * len(blocks[j].text):
            break
        end = j + 1
    return end


def comment_boxes(page: Page) -> set[int]:
    """Boxes that begin with a heading of comments and hold what comments have: who said it when, a link to reply."""
    heads = {i for i, block in enumerate(page.blocks) if i > 0 and block.units < 20 and _HEADS_COMMENTS.match(block.text)}
    found: set[int] = set()
    for index, box in enumerate(page.boxes if heads else ()):
        if box.first in heads and box.last - box.first > _REMARKS:
            inside = page.blocks[box.first + 1 : box.last]
            if sum(1 for block in inside if block.units < 20 and _OF_COMMENTS.search(block.text)) >= _REMARKS:
                found.add(index)
    return found

"""Text that is a link and yet part of an article: cells of a table, items of a list, whole sentences among others."""

from __future__ import annotations

import re

from .page import Block, Page

_CELLS = frozenset({"td", "th"})
_ITEMS = frozenset({"li", "dt", "dd"})
_SENTENCE = re.compile(r"[。.！!？?](?:[”\"’）)\]]|\[\d+\])*$")
_INTRODUCED = re.compile(r"[：:]$")
# A block that is no more than this a link counts as text.
_TEXT = 0.6
_LEAST_UNITS = 8.0


class Linked:
    """Which of the blocks `indexes` of a page are links that belong to the text."""

    def __init__(self, page: Page, indexes: list[int]) -> None:
        self.page = page
        self.place = {i: n for n, i in enumerate(indexes)}
        self.indexes = indexes
        self.lists: dict[int, bool] = {}

    def belongs(self, i: int) -> bool:
        """Whether the block `i`, most of which is a link, is text of the article."""
        block = self.page.blocks[i]
        if block.tag in _CELLS:
            return self._in_mixed(i, "table", 3) and self._has_plain_cells_beside(i)
        if block.tag in _ITEMS and self._in_mixed(i, "list", 2):
            return True
        return self._is_sentence_among_prose(i)

    def _in_mixed(self, i: int, kind: str, least: int) -> bool:
        """Whether the list or table around `i` holds at least as much that is no link."""
        boxes, blocks = self.page.boxes, self.page.blocks
        box = blocks[i].box
        wanted = {"table"} if kind == "table" else {"ul", "ol", "dl"}
        while box > 0 and boxes[box].tag not in wanted:
            box = boxes[box].parent
        if box <= 0:
            return False
        if box not in self.lists:
            inside = [block for block in blocks[boxes[box].first : boxes[box].last] if len(block.text) > 1]
            plain = [block for block in inside if block.link_chars <= _TEXT * len(block.text)]
            self.lists[box] = len(plain) >= least and 2 * len(plain) >= len(inside)
        return self.lists[box]

    def _has_plain_cells_beside(self, i: int) -> bool:
        """Whether other cells of the row around the block `i` are no links: rows of a layout have one, or none."""
        boxes, blocks = self.page.boxes, self.page.blocks
        cell = blocks[i].box
        while cell > 0 and boxes[cell].tag not in _CELLS:
            cell = boxes[cell].parent
        row = boxes[boxes[cell].parent]
        others = [j for j in range(row.first, row.last) if not boxes[cell].first <= j < boxes[cell].last]
        return row.tag == "tr" and any(blocks[j].link_chars <= _TEXT * len(blocks[j].text) for j in others)

    def _is_sentence_among_prose(self, i: int) -> bool:
        """Whether a block is a whole sentence with prose on both sides, or one that more than a link's text belongs to."""
        block = self.page.blocks[i]
        if block.units < _LEAST_UNITS or not _SENTENCE.search(block.text):
            return False
        return block.link_chars < 0.9 * len(block.text) or (self._is_prose(i, -1) and self._is_prose(i, 1))

    def _is_prose(self, i: int, step: int) -> bool:
        place = self.place[i] + step
        if not 0 <= place < len(self.indexes):
            return False
        beside: Block = self.page.blocks[self.indexes[place]]
        return beside.units > 2 * _LEAST_UNITS and beside.link_chars < 0.5 * len(beside.text) and not _INTRODUCED.search(beside.text)

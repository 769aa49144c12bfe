"""Text that is a link and yet part of an article: cells of a table, items of a list, whole sentences among others."""

from __future__ import annotations

import re

from .page import HEADINGS, Block, Page

_CELLS = frozenset({"td", "th"})
_ITEMS = frozenset({"li", "dt", "dd"})
_TABLES, _LISTS = frozenset({"table"}), frozenset({"ul", "ol", "dl"})
_STATED = re.compile(r"[。.][”\"’）)]?$")
# What a link at the end of a text asks its reader to do.
_ASKS = re.compile(
    r"^\W*(?:read|see|click|tap|sign|subscribe|watch|listen|download|visit|follow|find|learn|get|join|check|view|more|for more|to )\b"
    r"|^\W*(?:点击|阅读|查看|更多|关注|下载|扫码|欢迎|请|详见|了解|返回|进入|前往|订阅)",
    re.I,
)
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
        if block.tag in _ITEMS and (self._in_mixed(i, "list", 2) or self._in_told(i)):
            return True
        return self._is_sentence_among_prose(i)

    def _around(self, i: int, tags: frozenset[str]) -> int:
        """The nearest box around a block with one of `tags`; 0 and less for none."""
        boxes, box = self.page.boxes, self.page.blocks[i].box
        while box > 0 and boxes[box].tag not in tags:
            box = boxes[box].parent
        return box

    def _in_told(self, i: int) -> bool:
        """Whether all items of the list around `i` are sentences, as headlines are not, and the list stands between prose."""
        boxes, blocks = self.page.boxes, self.page.blocks
        box = self._around(i, _LISTS)
        inside = range(boxes[box].first, boxes[box].last)
        if box <= 0 or not all(j in self.place and blocks[j].units >= _LEAST_UNITS and _STATED.search(blocks[j].text) for j in inside):
            return False
        return self._is_prose(inside[0], -1) and self._is_prose(inside[-1], 1)

    def _in_mixed(self, i: int, kind: str, least: int) -> bool:
        """Whether the list or table around `i` holds at least as much that is no link."""
        boxes, blocks = self.page.boxes, self.page.blocks
        box = self._around(i, _TABLES if kind == "table" else _LISTS)
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
        """Whether a block is a whole sentence with prose on both sides, or one that more than a link's text belongs to.

        At the edge of a text prose on one side will do for what is stated in a paragraph like the one beside it.
        """
        block = self.page.blocks[i]
        if block.units < _LEAST_UNITS or not _SENTENCE.search(block.text):
            return False
        if block.link_chars < 0.9 * len(block.text):
            return True
        before, after = self._is_prose(i, -1), self._is_prose(i, 1)
        return (before and after) or ((before or after) and self._is_stated_at_edge(i))

    def _is_stated_at_edge(self, i: int) -> bool:
        """Whether a block is the first or the last of the text, a paragraph of its kind and no request."""
        blocks, boxes, place = self.page.blocks, self.page.boxes, self.place[i]
        edges = {next((n for n, j in enumerate(self.indexes) if blocks[j].tag not in HEADINGS), -1), len(self.indexes) - 1}
        if place not in edges or blocks[i].tag != "p" or not _STATED.search(blocks[i].text) or _ASKS.search(blocks[i].text):
            return False
        beside = self.indexes[place + (1 if self._is_prose(i, 1) else -1)]
        return boxes[blocks[i].box].parent == boxes[blocks[beside].box].parent and blocks[beside].tag == "p"

    def _is_prose(self, i: int, step: int) -> bool:
        place = self.place[i] + step
        if not 0 <= place < len(self.indexes):
            return False
        beside: Block = self.page.blocks[self.indexes[place]]
        return beside.units > 2 * _LEAST_UNITS and beside.link_chars < 0.5 * len(beside.text) and not _INTRODUCED.search(beside.text)

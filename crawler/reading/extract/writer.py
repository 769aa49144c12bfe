"""What is read between the tags of a page, gathered into blocks."""

from __future__ import annotations

import html
from bisect import bisect_left
from typing import NamedTuple

from .hints import Hint, Holds
from .page import Block, Box, Named, Page, clean_text

# What stands around a text, as bits.
IN_LINK, IN_BOLD, IN_CAPTION, IN_CENTRE, IN_BAD = 1, 2, 4, 8, 16
MEASURED = IN_LINK | IN_BOLD | IN_CAPTION
_MAX_NAMED = 40
_MAX_NAME = 60


class Piece(NamedTuple):
    """A block before its text is cleaned. `flags` are the bits above."""

    text: str
    tag: str
    box: int
    link_chars: int
    bold_chars: int
    after_image: bool
    flags: int


class Writer:
    """Gathers text until a border, and keeps the blocks of a page. `tag`, `box` and `flags` say where the text stands."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.boxes.append(Box("body", "", -1, Hint.NONE, 0))
        self.tag, self.box, self.flags = "body", 0, 0
        self.blocks: list[Piece] = []
        self.pieces: list[str] = []  # of the block under way
        self.link_chars = self.bold_chars = 0
        self.image = self.next_image = self.caption = False

    def saw_image(self) -> None:
        """Note that an image stands here."""
        if self.pieces:
            self.next_image = True
        else:
            self.image = True

    def add(self, text: str) -> None:
        """Add text to the block under way."""
        if text.isspace():
            if self.pieces:
                self.pieces.append(" ")
            return
        self.pieces.append(text)
        if self.flags & MEASURED:
            self.measure(text, self.flags)

    def measure(self, text: str, flags: int) -> None:
        """Count text that was added as what `flags` say."""
        length = len(text.strip())
        if flags & IN_LINK:
            self.link_chars += length
        if flags & IN_BOLD:
            self.bold_chars += length
        if flags & IN_CAPTION:
            self.caption = True

    def flush(self) -> None:
        """End the block under way."""
        if not self.pieces:
            return
        flags = self.flags | IN_CAPTION if self.caption else self.flags & ~IN_CAPTION
        self.blocks.append(Piece("".join(self.pieces), self.tag, self.box, self.link_chars, self.bold_chars, self.image, flags))
        self.pieces.clear()
        self.image = self.next_image
        self.link_chars = self.bold_chars = 0
        self.caption = self.next_image = False

    def write(self) -> None:
        """Write the blocks of the page; those whose text is invisible are left out."""
        blocks = self.page.blocks
        empty: list[int] = []
        for i, (text, tag, box, link_chars, bold_chars, after_image, flags) in enumerate(self.blocks):
            text = clean_text(html.unescape(text) if "&" in text else text)
            if not text:
                empty.append(i)
                continue
            length = len(text)
            units = len(text.encode("utf-8", "ignore")) / 3
            centred, caption = flags & IN_CENTRE != 0, flags & IN_CAPTION != 0
            blocks.append(Block(text, tag, box, min(link_chars, length), min(bold_chars, length), after_image, centred, caption, units))
        if empty:
            for one in self.page.boxes:
                one.first -= bisect_left(empty, one.first)
                one.last -= bisect_left(empty, one.last)

    def keep_named(self, holds: Holds, text: str, box: int | None = None) -> None:
        """Keep the text of an element that names somebody."""
        text = clean_text(html.unescape(text))
        if holds and 0 < len(text) < _MAX_NAME and len(self.page.named) < _MAX_NAMED:
            self.page.named.append(Named(holds, text, self.box if box is None else box))

"""A page as its readers see it: one pass over its tags writes blocks and boxes, and what the head and marked elements say.

Most of a page is menus, and building a tree of them takes longer than everything else. So the tags are read as they stand, with the rules
of HTML for elements that end without an end tag. A page whose tags do not nest is first put right by a library, libxml2.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from itertools import islice

from .hints import Hint, Holds
from .marks import NO_MARKS, marks_of
from .names import ONE_PARAGRAPH
from .page import Box, Page, clean_text
from .parse import attributes, serialised, split_scripts, tree
from .surroundings import Ahead
from .tags import BARRIERS, BOLDS, ENDS, KINDS, LISTS, OPTIONAL_END, TABLE_PARTS, Kind
from .writer import IN_BAD, IN_BOLD, IN_CAPTION, IN_CENTRE, IN_LINK, MEASURED, Piece, Writer

# Beyond these sizes a page is no article; what lies before is still read.
MAX_CHARS = 6_000_000
MAX_TAGS = 80_000
# Elements nested deeper are read as if they had no borders (browsers stop at 512, too).
MAX_DEPTH = 500

# A quotation mark opens a value only after "=". Text goes on over a "<" that begins no tag.
_TEXT = r"([^<]*+(?:<(?![a-zA-Z/!?])[^<]*+)*+)"
# A tag and the text behind it; and, for an element with nothing but that text in it, its end and the text behind that.
_TOKEN = re.compile(rf"""<(/?[a-zA-Z!?][^\s>/]*+)([^>=]*+(?:=\s*+(?:"[^"]*+"|'[^']*+'|)[^>=]*+)*+)>{_TEXT}(?:</\1\s*+>{_TEXT})?""")
_HIDDEN, _CAPTION, _BAD, _DOUBTFUL = Hint.HIDDEN, Hint.CAPTION, Hint.BAD, Hint.DOUBTFUL
_CLOSE, _CLOSE_BLOCK, _LINK, _BLOCK, _VOID, _PLAIN = Kind.CLOSE, Kind.CLOSE_BLOCK, Kind.LINK, Kind.BLOCK, Kind.VOID, Kind.PLAIN
_VOIDS = frozenset({Kind.BREAK, Kind.IMAGE, Kind.HEAD})
# Prose is text as long as this. A surrounding with more of it, by this factor, than all that is no surrounding is looked into.
_LONG = 30
_LARGE = 1.0
# Comments may be longer than what they comment on: only a surrounding of that name with so much more prose is looked into.
_AFTER_TEXT = re.compile(r"comment|pinglun|gentie|recommend|related", re.I)
_SURELY = 6
# What tells elements of one name apart.
_OWN = re.compile(r"""\bid\s*=\s*("[^"]*"|'[^']*'|\S+)|\d+""")
# End tags that close what they should not: so many are taken as they come.
_MAX_MISNESTED = 12


def read_markup(source: str) -> Page:
    """Lay the text of a page out in blocks and boxes. Never raises; a text without any element gives one block or none."""
    source = source[:MAX_CHARS]
    if "\x00" in source:
        source = source.replace("\x00", "")
    markup, scripts = split_scripts(source)
    page = lay_out(markup)
    page.scripts = scripts
    return page


def lay_out(markup: str) -> Page:
    """Blocks and boxes of markup without scripts and comments."""
    layout = _laid_out(_bounded(markup.replace("&nbsp;", "\xa0")))
    if layout.misnested > _MAX_MISNESTED and (root := tree(markup)) is not None:
        layout = _laid_out(_bounded(serialised(root)))
    if spared := layout.large_folds():
        layout = _laid_out(layout.page.markup, spared)
    layout.write()
    return layout.page


def _laid_out(markup: str, spared: frozenset[int] = frozenset()) -> _Layout:
    layout = _Layout(Page(markup), spared)
    layout.run()
    return layout


def _bounded(markup: str) -> str:
    """`markup` up to `MAX_TAGS` tags, and without a tag at its end that was cut off."""
    unfinished = markup.find("<", markup.rfind(">") + 1)
    cut = unfinished if unfinished >= 0 else len(markup)
    if cut > 3 * MAX_TAGS and markup.count("<", 0, cut) > MAX_TAGS:  # no tag is shorter than <a>
        last = next(islice(_TOKEN.finditer(markup, 0, cut), MAX_TAGS, None), None)
        cut = last.start() if last else cut
    return markup[:cut]


class _Layout(Writer):
    """Reads the tags of a page once, in order, and writes down what stands between them."""

    def __init__(self, page: Page, spared: frozenset[int] = frozenset()) -> None:
        super().__init__(page)
        self.ahead = Ahead(page.markup)
        self.spared = spared  # where surroundings begin that are not made one block
        self.folded: dict[int, tuple[int, int, str]] = {}  # block → start, prose and name of those that were
        self.base = 0  # where the inline elements of this block-level element begin
        self.inline: list[tuple[str, int]] = []  # open inline elements and the flags around each
        self.outer: list[tuple[str, int, int, int]] = []  # tag, box, flags and base around each open block-level element
        self.open: dict[str, int] = {}  # how many block-level elements of a name are open
        self.deeper = 0  # elements open beyond the greatest depth
        self.misnested = 0
        self.named: list[tuple[Holds, int, int, int, int]] = []  # open elements that name somebody: whom, level, block, piece

    def run(self) -> None:
        """Read the page through."""
        markup = self.page.markup
        position = 0
        while position >= 0:
            # What stands before the first tag, and behind an element that was passed over.
            start, position = position, markup.find("<", position)
            if text := markup[start : position if position >= 0 else len(markup)]:
                self.add(text)
            if position >= 0:
                position = self._read(position)
        while self.outer:
            self._close_block()
        self.flush()
        self.page.boxes[0].last = len(self.blocks)

    def _read(self, start: int) -> int:
        """Read tags from `start` on; returns where to go on after an element was passed over, -1 at the end."""
        kinds, inline, pieces = KINDS.get, self.inline, self.pieces
        for token in _TOKEN.finditer(self.page.markup, start):
            name, written, text, tail = token.groups()
            kind = kinds(name)
            if kind is None:
                name = name.lower()
                kind = kinds(name, _PLAIN)
            if tail is not None:
                self._read_leaf(kind, name, written, text)
                text = tail
            elif kind is _CLOSE:
                if inline and inline[-1][0] == name and len(inline) > self.base and not self.named:
                    self.flags = inline.pop()[1]
                else:
                    self._close_inline(name)
            elif kind is _CLOSE_BLOCK:
                if self.tag == name[1:] and not self.deeper:
                    self._close_block()
                else:
                    self._close_far(name[1:])
            elif kind is _LINK:
                self._open_link(written)
            elif kind is _BLOCK:
                if (after := self._open_block(name, written, token.start(3))) >= 0:
                    return after
            elif kind is not _VOID and (after := self._special(kind, name, written, token)) >= 0:
                return after
            if text:
                if not text.isspace():
                    pieces.append(text)
                    if self.flags & MEASURED:
                        self.measure(text, self.flags)
                elif pieces:
                    pieces.append(" ")
        return -1

    def _read_leaf(self, kind: Kind, name: str, written: str, text: str) -> None:
        """Read an element with nothing but text in it."""
        if kind is _LINK:
            if text and not text.isspace():
                self.pieces.append(text)
                self.link_chars += len(text.strip())
                if self.flags & (IN_BOLD | IN_CAPTION):
                    self.measure(text, self.flags & ~IN_LINK)
                if "author" in written or "source" in written or "nick" in written:
                    self.keep_named(marks_of(name, written).holds, text)
        elif kind is _BLOCK or (kind is _PLAIN and "-" in name):
            self._read_leaf_block(name, written, text)
        elif kind is _PLAIN or kind is Kind.BOLD or kind is Kind.TIME:
            if kind is Kind.TIME:
                self.page.times.append(attributes(written))
            marks = marks_of(name, written) if written else NO_MARKS
            if text and not marks.hidden and (self.pieces or not text.isspace()):
                self.add(text)
                if kind is Kind.BOLD or marks.hint is _CAPTION:
                    self.measure(text, (IN_BOLD if kind is Kind.BOLD else 0) | (IN_CAPTION if marks.hint is _CAPTION else 0))
                if marks.holds:
                    self.keep_named(marks.holds, text)
        elif kind is Kind.SKIPPED_IMAGE:
            self.saw_image()
        elif kind is Kind.TITLE:
            self.page.title = self.page.title or clean_text(html.unescape(text))
        elif kind is not Kind.SKIPPED:
            # No element: <br></br>, or the whole body of a page.
            self._read_void(kind, name, written)
            self.add(text)

    def _read_void(self, kind: Kind, name: str, written: str) -> None:
        """Read a tag that holds nothing."""
        if kind is Kind.BREAK:
            self.flush()
        elif kind is Kind.IMAGE:
            self.saw_image()
        elif kind is Kind.HEAD and (name != "link" or "canonical" in written):
            self.page.head.append((name, written))

    def _read_leaf_block(self, name: str, written: str, text: str) -> None:
        marks = marks_of(name, written)
        if marks.hidden:
            return
        self._make_room(name)
        if not text or text.isspace():
            return
        boxes, flags = self.page.boxes, self.flags
        boxes.append(Box(name, written, self.box, marks.hint, len(self.blocks), len(self.blocks) + 1))
        length = len(text.strip()) if flags & MEASURED else 0
        links, bold = length if flags & IN_LINK else 0, length if flags & IN_BOLD else 0
        flags |= (IN_CENTRE if marks.centred else 0) | (IN_CAPTION if marks.hint is _CAPTION else 0)
        self.blocks.append(Piece(text, name, len(boxes) - 1, links, bold, self.image, flags))
        self.image = False
        if marks.holds:
            self.keep_named(marks.holds, text, len(boxes) - 1)

    def _make_room(self, name: str) -> None:
        """End what a block-level element `name` ends by beginning."""
        if self.pieces:
            self.flush()
        if self.tag == "p":
            self._close_block()
        if name in ENDS and not self.deeper:
            for _ in range(self._nearest(*ENDS[name])):
                self._close_block()

    def _special(self, kind: Kind, name: str, written: str, token: re.Match[str]) -> int:
        """Read a tag that is neither link nor block; returns where to go on when its element is passed over, else -1."""
        if kind in _VOIDS:
            self._read_void(kind, name, written)
        elif kind is Kind.SKIPPED or kind is Kind.SKIPPED_IMAGE:
            if kind is Kind.SKIPPED_IMAGE:
                self.saw_image()
            return self.ahead.end(name, token.start(3))
        elif kind is Kind.TITLE:
            self.page.title = self.page.title or clean_text(html.unescape(token[3]))
            return self.ahead.end(name, token.start(3))
        elif name[0] == "/":
            if "-" in name:
                self._close_far(name[1:])
            else:
                self._close_inline(name)
        elif name[0] not in "!?":
            if kind is Kind.TIME:
                self.page.times.append(attributes(written))
            return (self._open_block if "-" in name else self._open_inline)(name, written, token.start(3))
        return -1

    def _open_link(self, written: str) -> None:
        if self.flags & IN_LINK:
            self._close_inline("/a")  # links do not nest
        self.inline.append(("/a", self.flags))
        self.flags |= IN_LINK
        if "author" in written or "source" in written or "nick" in written:
            self._begin_named(marks_of("a", written).holds)

    def _open_inline(self, name: str, written: str, start: int) -> int:
        marks = marks_of(name, written) if written else NO_MARKS
        if marks.hidden and (end := self.ahead.end(name, start)) >= 0:
            return end
        self.inline.append((f"/{name}", self.flags))
        if name in BOLDS:
            self.flags |= IN_BOLD
        if marks.hint is _CAPTION:
            self.flags |= IN_CAPTION
        if marks.holds:
            self._begin_named(marks.holds)
        return -1

    def _close_inline(self, name: str) -> None:
        """End an inline element, and those in it that were left open; an end tag without its start tag is nothing."""
        inline = self.inline
        at = next((i for i in range(len(inline) - 1, max(self.base, len(inline) - 40) - 1, -1) if inline[i][0] == name), -1)
        if at >= 0:
            self._end_named(len(self.outer), at)
            self.flags = inline[at][1]
            del inline[at:]

    def _open_block(self, name: str, written: str, start: int) -> int:
        """Begin a block-level element; returns where to go on when it is passed over as hidden or as a menu, else -1."""
        marks = marks_of(name, written)
        if marks.hidden and (end := self.ahead.end(name, start)) >= 0:
            return end
        self._make_room(name)
        if len(self.outer) >= MAX_DEPTH:
            self.deeper += 1
            return -1
        hint, flags = marks.hint, self.flags
        boxes = self.page.boxes
        if name == "div" and (hint is _BAD or hint is _DOUBTFUL) and self.ahead.begins_with_heading(start):
            hint = marks_of("section", written).hint
        if hint is _BAD and self.ahead.holds_headline(name, start, self.page.title):
            hint = Hint.NONE
        if (hint is _BAD and not flags & IN_BAD and name not in ONE_PARAGRAPH) or (name in LISTS and self.tag not in LISTS):
            end = self._fold(name, written, hint, start)
            if end >= 0:
                return end
        self.outer.append((self.tag, self.box, flags, self.base))
        self.open[name] = self.open.get(name, 0) + 1
        boxes.append(Box(name, written, self.box, hint, len(self.blocks)))
        self.tag, self.box, self.base = name, len(boxes) - 1, len(self.inline)
        if marks is not NO_MARKS:
            if marks.centred:
                flags |= IN_CENTRE
            if hint is _CAPTION:
                flags |= IN_CAPTION
            elif hint is _BAD:
                flags |= IN_BAD
            self.flags = flags
            if marks.holds:
                self._begin_named(marks.holds)
        return -1

    def _fold(self, name: str, written: str, hint: Hint, start: int) -> int:
        """Write navigation and the like as one block. Returns where it ends, -1 when it is none."""
        found = self.ahead.surrounding(name, start, bad=hint is _BAD) if start not in self.spared else None
        if found is None:
            return -1
        if found.text:
            boxes = self.page.boxes
            boxes.append(Box(name, written, self.box, hint, len(self.blocks), len(self.blocks) + 1))
            self.blocks.append(Piece(found.text, name, len(boxes) - 1, found.link_chars, 0, self.image, 0))
            self.image = self.next_image = False
            if hint is _BAD:
                follows = self._follows_text(written, start, found.end)
                kind = "" if follows else f"{name} {_OWN.sub('', written)}"
                self.folded[len(self.blocks) - 1] = start, found.prose // (_SURELY if follows else 1), kind
        return found.end

    def _follows_text(self, written: str, start: int, end: int) -> bool:
        """Whether an element is named as what follows a text; one that holds a headline is none."""
        return _AFTER_TEXT.search(written) is not None and self.page.markup.find("<h1", start, end) < 0

    def large_folds(self) -> frozenset[int]:
        """Where surroundings begin that were made one block though, alone or with those of their name, they hold much of the page's prose.

        They may be none.
        """
        if not any(length for _, length, _ in self.folded.values()):
            return frozenset()
        rest = sum(
            length
            for i, piece in enumerate(self.blocks)
            if (length := len(piece.text)) >= _LONG and piece.link_chars < length / 2 and i not in self.folded
        )
        together: Counter[str] = Counter()
        for _, length, name in self.folded.values():
            together[name] += length if name else 0
        return frozenset(start for start, length, name in self.folded.values() if max(length, together[name]) > _LARGE * rest)

    def _close_block(self) -> None:
        """End a block-level element; one without text is forgotten with all in it, which are without text too."""
        if self.pieces:
            self.flush()
        if self.named:
            self._end_named(len(self.outer) - 1, self.base)
        boxes, index, end = self.page.boxes, self.box, len(self.blocks)
        if boxes[index].first == end:
            del boxes[index:]
        else:
            boxes[index].last = end
        del self.inline[self.base :]
        self.open[self.tag] -= 1
        self.tag, self.box, self.flags, self.base = self.outer.pop()

    def _close_far(self, name: str) -> None:
        """End the nearest open element `name` and all in it; an end tag without its start tag is only a border."""
        if self.deeper:
            self.deeper -= 1
            self.flush()
            return
        depth = self._nearest(frozenset({name}), None) if self.open.get(name) else 0
        if not depth:
            self.flush()
            self.misnested += name != "p"
        for _ in range(depth):
            self.misnested += self.tag != name and self.tag not in OPTIONAL_END
            self._close_block()

    def _nearest(self, names: frozenset[str], between: frozenset[str] | None) -> int:
        """How many open elements end with the nearest of `names`; 0 when others than `between` (None: a table's border) lie before it."""
        part = between is not None or not names.isdisjoint(TABLE_PARTS)
        tag = self.tag
        for depth in range(len(self.outer)):
            if tag in names:
                return depth + 1
            if (tag not in between) if between is not None else (tag == "table" if part else tag in BARRIERS):
                return 0
            tag = self.outer[-1 - depth][0]
        return 0

    def _begin_named(self, holds: Holds) -> None:
        if holds:
            self.named.append((holds, len(self.outer), len(self.inline), len(self.blocks), len(self.pieces)))

    def _end_named(self, depth: int, inline: int) -> None:
        """Keep the texts of elements that name somebody and end here, where so many elements remain open."""
        while self.named and self.named[-1][1:3] > (depth, inline):
            holds, _, _, block, piece = self.named.pop()
            parts = [part.text for part in self.blocks[block : block + 8]] or self.pieces[piece:]
            self.keep_named(holds, " ".join(parts))

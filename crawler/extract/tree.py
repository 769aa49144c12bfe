"""One parse of a page, shared by all readers: scripts apart, then one walk over the tree that writes blocks and boxes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from lxml import etree

from .hints import HIDDEN_STYLE, Hint, hint_of
from .page import Block, Box, Page, clean_text

# Beyond these sizes a page is no article; what lies before is still read.
MAX_ELEMENTS = 40_000
MAX_CHARS = 6_000_000

_BLOCK_TAGS = frozenset(
    [
        "html",
        "body",
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "nav",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "blockquote",
        "pre",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "figure",
        "figcaption",
        "form",
        "fieldset",
        "center",
        "address",
        "details",
        "summary",
        "hgroup",
        "frameset",
        "frame",
        "marquee",
    ]
)
_SKIPPED_TAGS = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "applet",
        "svg",
        "canvas",
        "select",
        "option",
        "optgroup",
        "button",
        "input",
        "textarea",
        "datalist",
        "audio",
        "video",
        "map",
        "head",
        "link",
        "meta",
        "title",
        "base",
        "param",
        "source",
        "track",
        "dialog",
        "progress",
        "meter",
        "noframes",
        "rp",
        "rt",
        "math",
    ]
)
_IMAGES = frozenset({"img", "picture", "amp-img", "video", "iframe"})
_LISTS = frozenset({"ul", "ol", "li"})
_BOLD = frozenset({"b", "strong"})
_CENTRED = re.compile(r"text-align\s*:\s*center", re.I)
_NO_TEXT = re.compile(r"<(?:script|style|svg|SCRIPT|STYLE)(?=[\s>])|<!--")
_PLAIN_TAGS = frozenset({"a", "b", "strong", "i", "em", "u", "sup", "sub", "small"})
_STOPS = re.compile(r"[。！？!?；]|[.] ")
_HIDDEN, _CAPTION, _CENTRE, _BAD = Hint.HIDDEN, Hint.CAPTION, Hint.CENTRED, Hint.BAD
_BLOCK, _SKIPPED, _BREAK, _PLAIN = "block", "skipped", "break", "plain"
_KINDS = {
    **dict.fromkeys(_BLOCK_TAGS, _BLOCK),
    **dict.fromkeys(_PLAIN_TAGS, _PLAIN),
    **dict.fromkeys(("br", "hr"), _BREAK),
    **dict.fromkeys(_SKIPPED_TAGS | _IMAGES, _SKIPPED),
}


@lru_cache(maxsize=1)
def _parser_options() -> dict[str, Any]:
    return {"encoding": "utf-8", "remove_comments": True, "remove_pis": True, "no_network": True, "collect_ids": False, "huge_tree": True}


def parse(source: str) -> Page:
    """Parse the text of a page. Never raises; a text without any element gives a page without blocks."""
    source, scripts = _split_scripts(source[:MAX_CHARS].replace("\x00", ""))
    root = None
    if source.strip():
        try:
            root = etree.fromstring(source.encode("utf-8", "replace"), etree.HTMLParser(**_parser_options()))
        except (etree.LxmlError, ValueError, AssertionError):
            root = None
    page = Page(source, root, scripts)
    if root is not None:
        _Flattener(page).run(root)
    return page


def _split_scripts(source: str) -> tuple[str, list[tuple[str, str]]]:
    """The source without scripts, styles, drawings and comments, which are half of most pages, and the scripts apart."""
    kept: list[str] = []
    scripts: list[tuple[str, str]] = []
    position = 0
    while (match := _NO_TEXT.search(source, position)) is not None:
        if match.group() == "<!--":
            end = source.find("-->", match.end())
            after = end + 3
        else:
            name = match.group()[1:]
            opened = source.find(">", match.end())
            end = source.find(f"</{name}", opened) if opened >= 0 else -1
            after = source.find(">", end) + 1 if end >= 0 else 0
            if after > 0 and name in {"script", "SCRIPT"}:
                scripts.append((source[match.end() : opened], source[opened + 1 : end]))
        if end < 0 or after <= 0:
            break
        kept.append(source[position : match.start()])
        position = after
    kept.append(source[position:])
    return "".join(kept), scripts


def flatten(element: Any) -> Page:
    """Blocks and boxes of one element alone, as when a source's own selector names the body."""
    page = Page("", element, [])
    _Flattener(page).run(element)
    return page


@dataclass(slots=True)
class _State:
    """What the elements around a text say about it."""

    tag: str
    box: int
    link: bool = False
    bold: bool = False
    centred: bool = False
    caption: bool = False
    bad: bool = False  # inside a box that is surely not the article
    linked: _State | None = None
    strong: _State | None = None


class _Marks(NamedTuple):
    """What an element's attributes say."""

    hint: Hint
    hidden: bool
    centred: bool


def _marks(tag: str, items: list[tuple[str, str]]) -> _Marks:
    names = dict(items)
    get = names.get
    ids = f"{get('id', '')} {names['itemprop']}" if "itemprop" in names else get("id", "")
    hint = hint_of(tag, get("class", ""), ids, get("role", ""))
    style = get("style", "")
    hidden = (
        hint is _HIDDEN or "hidden" in names or get("aria-hidden") == "true" or (style != "" and HIDDEN_STYLE.search(style) is not None)
    )
    centred = hint is _CENTRE or "center" in (tag, get("align")) or (style != "" and _CENTRED.search(style) is not None)
    return _Marks(hint, hidden, centred)


def _linked(state: _State) -> _State:
    """The state inside a link. Links are many and alike: one state for all of them in a box."""
    if state.link:
        return state
    if state.linked is None:
        state.linked = _State(state.tag, state.box, True, state.bold, state.centred, state.caption, state.bad)
    return state.linked


def _strong(state: _State) -> _State:
    if state.bold:
        return state
    if state.strong is None:
        state.strong = _State(state.tag, state.box, state.link, True, state.centred, state.caption, state.bad)
    return state.strong


def _caption(state: _State) -> _State:
    return state if state.caption else _State(state.tag, state.box, state.link, state.bold, state.centred, True, state.bad)


class _Flattener:
    """Walks a tree once and writes its blocks and boxes."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pieces: list[str] = []
        self.link_chars = 0
        self.bold_chars = 0
        self.image = False
        self.next_image = False
        self.caption = False
        self.skimmed = 0  # characters read ahead, within a budget: nested lists would be read again and again
        self.marks: dict[tuple[str, tuple[tuple[str, str], ...]], _Marks] = {}  # elements of a page are alike

    def run(self, root: Any) -> None:
        """Walk the tree below `root` once and lay its text out in lines."""
        state = _State("body", -1)
        states: list[_State] = []
        walk = etree.iterwalk(root, events=("start", "end"))
        count = 0
        push, pop, enter, add = states.append, states.pop, self._enter, self._add
        for event, element in walk:
            if event == "start":
                count += 1
                push(state)
                inner = enter(element, element.tag, state) if count < MAX_ELEMENTS else None
                if inner is None:
                    walk.skip_subtree()
                else:
                    state = inner
                    if text := element.text:
                        add(text, state)
                continue
            outer = pop()
            if state is not outer:
                if state.box != outer.box:
                    if self.pieces:
                        self._flush(state)
                    self._close(state.box)
                state = outer
            if (text := element.tail) and states:
                add(text, state)
        self._flush(state)

    def _close(self, index: int) -> None:
        """End a box; one without text is forgotten with all in it, which are without text too."""
        boxes = self.page.boxes
        end = len(self.page.blocks)
        if boxes[index].first == end and index > 0:
            del boxes[index:]
        else:
            boxes[index].last = end

    def _enter(self, element: Any, tag: str, state: _State) -> _State | None:
        """The state inside `element`; None when nothing in it is read."""
        kind = _KINDS.get(tag)
        if kind is _PLAIN:
            return _linked(state) if tag == "a" else _strong(state) if tag in _BOLD else state
        if kind is _SKIPPED:
            if tag in _IMAGES:
                self._saw_image()
            return None
        if kind is _BREAK:
            self._flush(state)
            return state
        items = element.items()
        key = (tag, tuple(items))
        marks = self.marks.get(key)
        if marks is None:
            marks = self.marks[key] = _marks(tag, items)
        if marks.hidden:
            return None
        if kind is _BLOCK or "-" in tag:
            return self._enter_block(element, marks, state)
        return _caption(state) if marks.hint is _CAPTION else state

    def _enter_block(self, element: Any, marks: _Marks, state: _State) -> _State | None:
        if self.pieces:
            self._flush(state)
        hint, tag = marks.hint, element.tag
        boxes = self.page.boxes
        index = len(boxes)
        boxes.append(Box(element, state.box, hint, len(self.page.blocks)))
        if ((hint is _BAD and not state.bad) or (tag in _LISTS and state.tag not in _LISTS)) and self._skim(
            element, hint, _State(tag, index)
        ):
            return None
        return _State(
            tag, index, state.link, state.bold, state.centred or marks.centred, state.caption or hint is _CAPTION, state.bad or hint is _BAD
        )

    def _skim(self, element: Any, hint: Hint, state: _State) -> bool:
        """Write navigation and the like as one block; most elements of a page are in such boxes. False when there may be more to it."""
        if self.skimmed > 4 * len(self.page.source):
            return False
        text = "".join(element.itertext())
        self.skimmed += len(text) + 200
        if hint is _BAD:
            menu = len(text) < 1500 and len(_STOPS.findall(text)) < 3
        else:
            menu = len(text) < 24 * max(1, len(element)) and not _STOPS.search(text) and element.find(".//a") is not None
        if menu:
            self._add(text, state)
            self.link_chars = len(text)
            self._flush(state)
            self._close(state.box)
        return menu

    def _saw_image(self) -> None:
        if self.pieces:
            self.next_image = True
        else:
            self.image = True

    def _add(self, text: str, state: _State) -> None:
        if text.isspace():
            if self.pieces:
                self.pieces.append(" ")
            return
        self.pieces.append(text)
        if state.link:
            self.link_chars += len(text.strip())
        if state.bold:
            self.bold_chars += len(text.strip())
        if state.caption:
            self.caption = True

    def _flush(self, state: _State) -> None:
        """End the block under way."""
        pieces = self.pieces
        if not pieces:
            return
        text = clean_text("".join(pieces))
        self.pieces = []
        if text:
            length = len(text)
            units = len(text.encode("utf-8", "ignore")) / 3
            self.page.blocks.append(
                Block(
                    text,
                    state.tag,
                    state.box,
                    min(self.link_chars, length),
                    min(self.bold_chars, length),
                    self.image,
                    state.centred,
                    self.caption,
                    units,
                )
            )
            self.image = self.next_image
            self.next_image = False
        self.link_chars = self.bold_chars = 0
        self.caption = False

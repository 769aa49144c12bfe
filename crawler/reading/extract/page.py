"""A page as its readers see it: its visible text as a flat list of blocks, and the boxes they stand in.

A block is a piece of text between two block-level borders (a paragraph, a heading, a cell, a line between two <br>). A box is a
block-level element; its blocks lie side by side in the list, so a box is a range of it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from .hints import Hint, Holds
from .parse import attributes

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LEAF = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "dt", "dd", "figcaption", "caption", "pre", "blockquote", "center"}
)
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ue000-\uf8ff\ufe0f\ufeff\ufff9-\ufffc\ufffe\uffff]"
)

_QUOTES = re.compile(r"[\s\"'“”‘’「」『』《》〈〉_\-—–|｜·:：,，.。!！?？…]+")


@dataclass(slots=True)
class Box:
    """A block-level element: tag, attributes as written, parent's index (-1 for the top), what its names hint at, range of blocks."""

    tag: str
    written: str
    parent: int
    hint: Hint
    first: int
    last: int = 0

    @property
    def names(self) -> str:
        """Class and id of the element."""
        found = attributes(self.written)
        return f"{found.get('class', '')} {found.get('id', '')}".strip()

    @property
    def kind(self) -> str:
        """Tag and first class: elements of one kind are parts of one list or text."""
        names = attributes(self.written).get("class", "").split() if self.written else []
        return f"{self.tag} {names[0] if names else ''}"


@dataclass(slots=True)
class Block:
    """A piece of text between two borders and the marks by which readers judge it."""

    text: str
    tag: str  # innermost block-level tag
    box: int
    link_chars: int = 0
    bold_chars: int = 0
    after_image: bool = False  # an image stands between the previous block and this one, or inside before the text
    centred: bool = False
    caption: bool = False  # inside an element named as a caption
    units: float = 0.0  # length in Chinese characters; about three Latin letters are one


class Named(NamedTuple):
    """A short text whose element's names (class, id, rel, itemprop) say that it is a person or an outlet, and the box it stands in."""

    holds: Holds
    text: str
    box: int


@dataclass(slots=True)
class Page:
    """A parsed page."""

    markup: str  # well-formed, without scripts, styles and comments; "" when there was nothing to parse
    scripts: list[tuple[str, str]] = field(default_factory=list)  # attributes, content
    title: str = ""
    head: list[tuple[str, str]] = field(default_factory=list)  # meta, base and canonical links: tag, attributes as written
    times: list[dict[str, str]] = field(default_factory=list)  # attributes of <time>
    named: list[Named] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


def clean_text(text: str) -> str:
    """One line of text: white space folded, invisible, control and private-use characters gone, in normal form C."""
    text = " ".join(text.split())
    if not text.isprintable():
        text = " ".join(_INVISIBLE.sub("", text).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def is_leaf(tag: str) -> bool:
    """Whether an element of this tag holds one paragraph, not paragraphs."""
    return tag in _LEAF


@lru_cache(maxsize=256)
def squash(text: str) -> str:
    """`text` for comparison: half width, lower case, no white space, quotes or punctuation."""
    return _QUOTES.sub("", unicodedata.normalize("NFKC", text)).lower()

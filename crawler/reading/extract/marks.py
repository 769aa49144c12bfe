"""What the attributes of an element say about the text in it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .hints import HIDDEN_STYLE, Hint, Holds, meaning_of
from .parse import attributes

_CENTRED = re.compile(r"text-align\s*:\s*center", re.I)
# Tags that mean something without any attribute.
_TELLING = frozenset({"nav", "aside", "footer", "header", "menu", "figcaption", "caption", "article", "center"})


class Marks(NamedTuple):
    """What an element's attributes say."""

    hint: Hint
    hidden: bool
    centred: bool
    holds: Holds


NO_MARKS = Marks(Hint.NONE, False, False, Holds.NOBODY)


def marks_of(tag: str, written: str) -> Marks:
    """What a start tag says: its name in lower case and its attributes as written."""
    return _marks(tag, written) if written or tag in _TELLING else NO_MARKS


@lru_cache(maxsize=4096)
def _marks(tag: str, written: str) -> Marks:
    found = attributes(written)
    get = found.get
    hint, holds = meaning_of(tag, get("class", ""), get("id", ""), get("itemprop", ""), role=get("role", ""), rel=get("rel", ""))
    style = get("style", "")
    hidden = (
        hint is Hint.HIDDEN or "hidden" in found or get("aria-hidden") == "true" or (style != "" and HIDDEN_STYLE.search(style) is not None)
    )
    centred = hint is Hint.CENTRED or "center" in (tag, get("align")) or (style != "" and _CENTRED.search(style) is not None)
    return Marks(hint, hidden, centred, holds)

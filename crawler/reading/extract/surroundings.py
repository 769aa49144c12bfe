"""Reading ahead: where an element ends, and whether all in it is navigation or the like, which most of a page is."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from .page import squash

_SECTION = re.compile(r"\s*<h[2-6](?=[\s>])", re.I)
_BETWEEN_TAGS = re.compile(r">\s*+([^<\s][^<]*+)")
# Text between tags, as long as prose, that is no link's.
_PROSE = re.compile(r">\s*+([^<>]{30,})<(?!/a)")
_LINKED = re.compile(r"<a\s[^>]*+>([^<]*+)")
_STOPS = ("。", "！", "？", "!", "?", "；", ". ")
_HEADLINE = re.compile(r"<h1(?=[\s>])[^>]*+>(.{1,600}?)</h1", re.S)
_TAGS = re.compile(r"<[^>]*+>")
_DIV = re.compile(r"<(/?)div(?=[\s>/])[^>]*+>")
# Names that no other name begins with: their tags can be counted without a pattern.
_WHOLE = frozenset({"ul", "ol", "nav", "footer", "aside", "section", "table", "form", "iframe", "select", "noscript"})
# How often a page may be read ahead: lists in lists would be read again and again.
_MAX_AHEAD = 4
_AT_LEAST = 200_000
_ONE_LOOK = 1000
# A surrounding of fewer characters may name author or outlet in elements of their own.
_MAY_NAME = 4000
# So much of a surrounding's markup tells what it is.
_ENOUGH = 12_000
# Characters of text and sentences that navigation may have.
_MENU_CHARS = 1500
_MENU_STOPS = 3
_ITEM_CHARS = 24


class Surrounding(NamedTuple):
    """An element that can be read as one block: its end in the markup, its text (of a long one the beginning), characters of links."""

    end: int
    text: str
    link_chars: int
    prose: int  # characters in passages as long as sentences; 0 for a menu


@lru_cache(maxsize=256)
def _borders(name: str) -> re.Pattern[str]:
    return re.compile(rf"<(/?){re.escape(name)}(?=[\s>/])[^>]*+>", re.I)


def _stops(text: str) -> int:
    return sum(map(text.count, _STOPS))


class Ahead:
    """Reads ahead in the markup of one page, within a budget: past it nothing is found any more."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.left = _MAX_AHEAD * len(markup) + _AT_LEAST
        self.last = -1, -1  # where the content of the element begins that was asked for last, and where it ends
        self.headlines: list[int] | None = None  # where those begin that the title names
        self.divs: tuple[list[int], list[int]] | None = None  # where each tag ends, and what it adds to the depth

    def end(self, name: str, start: int) -> int:
        """Where the element `name` ends whose content begins at `start`; -1 when it does not."""
        if self.last[0] == start:
            return self.last[1]
        self.left -= _ONE_LOOK
        if self.left < 0:
            return -1
        find = self._div_end if name == "div" else self._counted_end if name in _WHOLE else self._matched_end
        end = find(name, start)
        self.left -= (end if end >= 0 else len(self.markup)) - start
        self.last = start, end
        return end

    def holds_headline(self, name: str, start: int, title: str) -> bool:
        """Whether the element `name` whose content begins at `start` holds the headline that `title` begins with, and prose."""
        if self.headlines is None:
            self.headlines = self._find_headlines(squash(title))
        if not self.headlines or self.headlines[-1] < start:
            return False
        after = next(at for at in self.headlines if at >= start)
        end = self.end(name, start)
        return end > after and _PROSE.search(self.markup, after, end) is not None

    def _find_headlines(self, wanted: str) -> list[int]:
        found: list[int] = []
        start = self.markup.find("<h1")
        while start >= 0:
            headline = _HEADLINE.match(self.markup, start)
            if headline and len(mark := squash(_TAGS.sub("", headline[1]))) > 3 and mark in wanted:
                found.append(start)
            start = self.markup.find("<h1", start + 3)
        return found

    def begins_with_heading(self, start: int) -> bool:
        """Whether the first thing in the element whose content begins at `start` is a heading below the headline."""
        return _SECTION.match(self.markup, start) is not None

    def _div_end(self, name: str, start: int) -> int:
        if self.divs is None:
            borders = list(_DIV.finditer(self.markup))
            self.divs = [border.end() for border in borders], [-1 if border[1] else 1 for border in borders]
        ends, steps = self.divs
        depth = 1
        for i in range(bisect_right(ends, start), len(ends)):
            depth += steps[i]
            if not depth:
                return ends[i]
        return self._matched_end(name, start)

    def _counted_end(self, name: str, start: int) -> int:
        markup, opening, closing = self.markup, f"<{name}", f"</{name}>"
        depth, position = 1, start
        while depth:
            found = markup.find(closing, position)
            if found < 0:
                return self._matched_end(name, start)
            depth += markup.count(opening, position, found) - 1
            position = found + len(closing)
        return position

    def _matched_end(self, name: str, start: int) -> int:
        depth = 1
        for border in _borders(name).finditer(self.markup, start):
            depth += -1 if border[1] else 1 if name != "p" else 0
            if depth == 0:
                return border.end()
        return -1

    def surrounding(self, name: str, start: int, *, bad: bool) -> Surrounding | None:
        """The element whose content begins at `start`, when it can be read as one block; None when its parts must be told apart.

        `bad` says that its names are those of a surrounding: then it may hold sentences. Else it must be a list of links.
        """
        end = self.end(name, start)
        if end < 0:
            return None
        inner = self.markup[start : self.markup.rfind("<", start, end)]
        if len(inner) < _MAY_NAME and ("author" in inner or "source" in inner or "Author" in inner):
            return None
        head = inner[:_ENOUGH]
        text = " ".join(" ".join(_BETWEEN_TAGS.findall(f">{head}")).split())
        prose = 0
        if bad:
            short = len(head) == len(inner) and len(text) < _MENU_CHARS and _stops(text) < _MENU_STOPS
            prose = sum(map(len, _PROSE.findall(inner)))
            menu = short and 2 * prose < len(text)
        else:
            menu = (
                "<a " in head
                and len(text) < _ITEM_CHARS * max(1, head.count("<li"))
                and not _stops(text)
                and 2 * sum(map(len, _LINKED.findall(head))) > len(text)
            )
        if menu:
            return Surrounding(end, text, len(text), 0)
        if not bad:
            return None
        return Surrounding(end, text, sum(map(len, _LINKED.findall(head))), prose)

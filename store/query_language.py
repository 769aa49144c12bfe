"""What is typed into a search, read: words, phrases, AND, OR, NOT, brackets and fields. Pure.

Words apart by spaces are all meant. An unquoted run is split where the script changes, a Latin word may go on, and full-width
brackets, quotes and colons count as ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import add

from .errors import UsageError
from .text import fold, is_han

FIELDS = ("source", "topic", "org", "model", "type", "after", "before", "lang")
_LONGEST_TOKEN = 64
_HAN, _LATIN = r"[\u3400-\u4dbf\u4e00-\u9fff]", r"[^\W_\u3400-\u4dbf\u4e00-\u9fff]"
_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[^\W_\u3400-\u4dbf\u4e00-\u9fff]+")
_QUOTES = str.maketrans("“”„‟「」『』＂（）：", '"""""""""():')
_LEXEME = re.compile(r'\s*(?:(?P<bracket>[()])|(?P<field>[A-Za-z]+):(?P<quoted>"[^"]*")?|(?P<phrase>"[^"]*"?)|(?P<word>[^\s()"]+))')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that must follow each other; of the last one only the beginning counts when `open_end`."""

    tokens: tuple[str, ...]
    open_end: bool
    written: str


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A field filter; days are ISO."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Both:
    """All parts must hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One part must hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    part: Node


Node = Phrase | FieldRule | Both | Either | Not


def tokens(written: str) -> list[str]:
    """What a text is indexed by, in order: of Chinese every pair of neighbours and each run's last character, else whole words."""
    found: list[str] = []
    for run in runs(written):
        if is_han(run[0]):
            found += map(add, run, run[1:])
            found.append(run[-1])
        else:
            found.append(run)
    return found


def runs(written: str) -> list[str]:
    """The runs of one script that a text's tokens are made of, folded, in order: of Chinese whole, of anything else a word each."""
    return [run if is_han(run[0]) else run[:_LONGEST_TOKEN] for run in _RUN.findall(fold(written))]


def runs_of(phrase: Phrase) -> list[str]:
    """The runs that the tokens of a phrase come from; a text's may begin before the first and end after the last."""
    found: list[str] = []
    goes_on = False
    for token in phrase.tokens:
        if goes_on:
            found[-1] += token[1:]
        else:
            found.append(token)
        # The last character of a run stands alone, so that what follows it begins another.
        goes_on = is_han(token[0]) and len(token) == 2
    return found


@lru_cache(maxsize=256)
def pattern(phrase: Phrase) -> str:
    """The regular expression that finds a phrase in folded text: where its tokens follow each other, with no word of the text between."""
    found = runs_of(phrase)
    parts = [_bounded(run, starts=place > 0, ends=place < len(found) - 1 or not phrase.open_end) for place, run in enumerate(found)]
    if is_han(found[-1][0]):
        parts[-1] = _bounded(found[-1], starts=len(found) > 1, ends=False)
    return r"[\W_]*".join(parts)


def _bounded(run: str, *, starts: bool, ends: bool) -> str:
    """A run of one script; a Latin one begins where a word does, a Chinese one where `starts`, and either ends a run where `ends`."""
    letter = _HAN if is_han(run[0]) else _LATIN
    ends = ends and len(run) != _LONGEST_TOKEN
    return f"{f'(?<!{letter})' if starts or letter == _LATIN else ''}{run}{f'(?!{letter})' if ends else ''}"


def holds(wanted: str, *parts: str) -> bool:
    """Whether one of the texts, folded, has what a `pattern` finds."""
    search = re.compile(wanted).search
    return any(search(fold(part)) for part in parts)


def read_query(query: str) -> Node:
    """Read a query. Raises UsageError, saying where and what was expected, for one that cannot be meant or holds no word."""
    reader = _Reader(query)
    node = reader.either()
    if reader.left:
        raise reader.wrong(f"a bracket that nothing opened before {reader.left[0][1]!r}")
    return node


def phrases(node: Node) -> Iterator[Phrase]:
    """The phrases of a query that a hit has to show: all but the denied ones."""
    if isinstance(node, Phrase):
        yield node
    elif isinstance(node, Both | Either):
        for part in node.parts:
            yield from phrases(part)


class _Reader:
    def __init__(self, query: str) -> None:
        self.query = query
        self.left = [(match.lastgroup or "", match[0].strip(), match) for match in _LEXEME.finditer(query.translate(_QUOTES))]

    def wrong(self, what: str) -> UsageError:
        hint = 'words, "phrases", AND, OR, NOT, brackets, ' + " ".join(f"{name}:" for name in FIELDS)
        return UsageError(what, subject=f"query {self.query!r}", hint=hint)

    def either(self) -> Node:
        parts = [self.both()]
        while self._take("OR"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self) -> Node:
        parts: list[Node] = []
        while self.left and self.left[0][1] not in (")", "OR"):
            if self._take("AND"):
                if not parts:
                    raise self.wrong("expected a word before AND")
                if not self.left or self.left[0][1] in (")", "OR", "AND"):
                    raise self.wrong("expected a word after AND")
                continue
            parts += self._denied()
        if not parts:
            raise self.wrong("expected a word to search for")
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _denied(self) -> list[Node]:
        if not self._take("NOT"):
            return self._primary()
        if not self.left:
            raise self.wrong("expected a word after NOT")
        found = self._denied()
        return [Not(found[0] if len(found) == 1 else Both(tuple(found)))]

    def _primary(self) -> list[Node]:
        _, text, match = self.left.pop(0)
        if text == "(":
            node = self.either()
            if not self._take(")"):
                raise self.wrong("a bracket is not closed")
            return [node]
        if match["field"] is not None:
            if match["field"].lower() not in FIELDS:
                raise self.wrong(f"there is no field {match['field']}:")
            return [self._field(match["field"].lower(), match["quoted"])]
        if match["phrase"] is not None:
            return self._quoted(text)
        return _runs(text)

    def _quoted(self, text: str) -> list[Node]:
        if len(text) < 2 or not text.endswith('"'):
            raise self.wrong("a quote is not closed")
        found = _phrase(text[1:-1], prefix=False)
        return [found] if found else []

    def _field(self, name: str, quoted: str | None) -> FieldRule:
        value = quoted[1:-1] if quoted else (self.left.pop(0)[1] if self.left and self.left[0][1] not in "()" else "")
        value = value.strip('"').strip()
        if not value:
            raise self.wrong(f"expected a value after {name}:")
        if name in ("after", "before"):
            try:
                value = date.fromisoformat(value).isoformat()
            except ValueError:
                raise self.wrong(f"{name}: expected a day such as 2026-11-17, got {value!r}") from None
        return FieldRule(name, value)

    def _take(self, text: str) -> bool:
        if self.left and self.left[0][1] == text:
            self.left.pop(0)
            return True
        return False


def _runs(word: str) -> list[Node]:
    """The parts of an unquoted word, split where the script changes."""
    return [found for run in _RUN.findall(fold(word)) if (found := _phrase(run, prefix=True)) is not None]


def _phrase(written: str, *, prefix: bool) -> Phrase | None:
    found = tokens(written)
    if not found:
        return None
    if is_han(found[-1][0]):
        if len(found) > 1 and len(found[-2]) == 2 and found[-2][1] == found[-1]:
            # The text may go on after the last character, so its single token proves nothing more.
            found.pop()
        return Phrase(tuple(found), len(found[-1]) == 1, fold(written))
    return Phrase(tuple(found), prefix, fold(written))

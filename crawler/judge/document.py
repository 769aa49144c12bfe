"""The text under judgement, and one shared reading of it: folded once, split once, names and amounts found once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from store.text import SENTENCE_END, fold

from .facts import Amount, Evidence, Mention

if TYPE_CHECKING:
    from .names import Names


@dataclass(frozen=True, slots=True)
class Document:
    """One text to judge. `title` or `text` may be empty; `published` is aware; `language` None means: find out."""

    id: str
    title: str = ""
    text: str = ""
    url: str | None = None
    published: datetime | None = None
    language: str | None = None

    @property
    def full(self) -> str:
        """Title, line feed, text; the text alone without a title. All offsets count in this string."""
        return f"{self.title}\n{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of `Document.full` without surrounding white space."""

    text: str
    start: int
    end: int

    def evidence(self) -> Evidence:
        """The sentence as evidence for a fact."""
        return Evidence(self.text, self.start, self.end)


def split_sentences(text: str) -> list[Sentence]:
    """Split Chinese, English and mixed text into sentences that keep their offsets; empty ones are left out."""
    out: list[Sentence] = []
    start = 0
    for match in SENTENCE_END.finditer(text):
        _append(out, text, start, match.end())
        start = match.end()
    _append(out, text, start, len(text))
    return out


def _append(out: list[Sentence], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        out.append(Sentence(stripped, first, first + len(stripped)))


class Reading:
    """A document with everything the judges share, each part made when first asked for."""

    def __init__(self, document: Document, names: Names) -> None:
        self.document = document
        self.names = names

    @cached_property
    def full(self) -> str:
        return self.document.full

    @cached_property
    def folded(self) -> str:
        """`full` folded by `store.text.fold`: same length, so offsets carry over."""
        return fold(self.full)

    @cached_property
    def body_start(self) -> int:
        """Offset in `full` where the text begins."""
        return len(self.document.title) + 1 if self.document.title else 0

    @cached_property
    def sentences(self) -> list[Sentence]:
        return split_sentences(self.full)

    @cached_property
    def catalogued(self) -> list[Mention]:
        """Organisations and models of the catalogue, by start, never overlapping. Cheap."""
        return self.names.find(self.full, self.folded)

    @cached_property
    def amounts(self) -> list[Amount]:
        """Sums of money, by start, never overlapping."""
        from .money import find_amounts

        return find_amounts(self.full, self.folded)

    def sentence_at(self, offset: int) -> Sentence:
        """The sentence that covers `offset`, or the nearest one before it."""
        found = self.sentences[0]
        for sentence in self.sentences:
            if sentence.start > offset:
                break
            found = sentence
        return found

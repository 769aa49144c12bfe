"""Text → windows of pieces with their offsets: what the encoder takes.

A text of up to `MOST` pieces is one window. A longer one is cut at ends of sentences, and each later window begins with the title.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
MOST = 384  # pieces in a window, its two ends included
_MOST_TITLE = 64


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces of a text: ids of shape (n,), the span of characters of each (empty for the ends), the sentence each stands in."""

    ids: list[int]
    spans: list[tuple[int, int]]
    sentences: list[int]


@cache
def tokenizer() -> Tokenizer:
    """The tokenizer over the pieces that ship with the model."""
    pieces = json.loads(files(__package__).joinpath("vocabulary.json").read_text(encoding="utf-8"))
    return make_tokenizer([(piece, score) for piece, score in pieces])


def make_tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    """A Unigram tokenizer of pieces and their log probabilities, as XLM-R's is built."""
    made = Tokenizer(models.Unigram(pieces, unk_id=UNKNOWN, byte_fallback=False))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    return made


def windows(text: str, title_end: int, ends: list[int], made: Tokenizer | None = None) -> list[Window]:
    """Cut `text` into windows.

    `title_end` is where the title ends (0 without one), `ends` where sentences end, ascending; offsets count characters of `text`.
    """
    encoded = (made or tokenizer()).encode(text, add_special_tokens=False)
    pieces = [(piece, span) for piece, span in zip(encoded.ids, encoded.offsets, strict=True) if span[1] > span[0]]
    sentence_of, at = [], 0
    for _, (start, _end) in pieces:
        while at < len(ends) and start >= ends[at]:
            at += 1
        sentence_of.append(at)
    room = MOST - 2
    if len(pieces) <= room:
        return [_window(pieces, sentence_of)]
    title = [i for i, (_, span) in enumerate(pieces) if span[1] <= title_end][:_MOST_TITLE]
    made_windows, start = [], 0
    while start < len(pieces):
        head = title if start > 0 else []
        stop = _cut(sentence_of, start, start + room - len(head))
        chosen = [*head, *range(start, stop)]
        made_windows.append(_window([pieces[i] for i in chosen], [sentence_of[i] for i in chosen]))
        start = stop
    return made_windows


def _cut(sentence_of: list[int], start: int, stop: int) -> int:
    """The last end of a sentence in the second half of what fits, else all that fits."""
    if stop >= len(sentence_of):
        return len(sentence_of)
    for at in range(stop, start + (stop - start) // 2, -1):
        if sentence_of[at] != sentence_of[at - 1]:
            return at
    return stop


def _window(pieces: list[tuple[int, tuple[int, int]]], sentence_of: list[int]) -> Window:
    ids = [BEGIN, *(piece for piece, _ in pieces), END]
    spans = [(0, 0), *(span for _, span in pieces), (0, 0)]
    return Window(ids, spans, [-1, *sentence_of, -1])

"""Rows → windows with targets, and batches of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from crawler.judge.reader.shape import LINKS, MARK, MARKS, TEXT, TOLD, TOPICS
from crawler.judge.reader.tokens import PAD, Window, make_tokenizer, windows
from crawler.judge.registry import BY_NAME

from .align import Aligned, align, sentence_ends
from .rows import Row

Tokenizer = type(make_tokenizer([("a", 0.0), ("b", 0.0), ("c", 0.0), ("d", 0.0)]))


@dataclass(slots=True)
class Example:
    """One window and what is right of it; -1 is left out of the loss."""

    row: Row
    window: Window
    marks: list[tuple[int, int, int]]  # column, first and last piece
    unsure: list[tuple[int, int, int]]
    links: list[tuple[int, int, int, int]]  # column, anchor piece, mention piece, 0 or 1
    told: list[tuple[int, int, int]]  # column, piece, 0 or 1
    text: list[int]  # of `TEXT`


def make_examples(row: Row, tokenizer: object) -> list[Example]:
    """The windows of a row with their targets."""
    full = row.full
    ends = sentence_ends(full)
    aligned = align(full, row.events or (), ends)
    text = _text_targets(row)
    title_end = len(row.title)
    made = windows(full, title_end, ends, tokenizer)  # type: ignore[arg-type]
    return [_example(row, window, aligned, text) for window in (made if row.events is not None else made[:1])]


def _text_targets(row: Row) -> list[int]:
    relevant = {"yes": 1, "no": 0}.get(row.relevant or "", -1)
    if row.topics is None:
        return [relevant, *([-1] * len(TOPICS))]
    return [relevant, *(int(topic in row.topics) for topic in TOPICS)]


def _example(row: Row, window: Window, aligned: Aligned, text: list[int]) -> Example:
    starts = {}

    def pieces(span: tuple[int, int]) -> tuple[int, int] | None:
        if span not in starts:
            inside = [i for i, (a, b) in enumerate(window.spans) if b > a and a < span[1] and b > span[0]]
            whole = bool(inside) and window.spans[inside[-1]][1] >= span[1] and window.spans[inside[0]][0] <= span[0]
            starts[span] = (inside[0], inside[-1]) if whole else None
        return starts[span]

    def placed(marks: set[tuple[int, tuple[int, int]]]) -> list[tuple[int, int, int]]:
        return [(column, *at) for column, span in marks if (at := pieces(span)) is not None]

    links = [
        (column, a[0], m[0], int(together))
        for (column, anchor, mention), together in aligned.links.items()
        if (a := pieces(anchor)) is not None and (m := pieces(mention)) is not None
    ]
    told = [(column, at[0], int(holds)) for (column, span), holds in aligned.told.items() if (at := pieces(span)) is not None]
    return Example(row, window, placed(aligned.marks), placed(aligned.unsure), links, told, text)


@dataclass(slots=True)
class Batch:
    """Targets of B windows: marks and their weight (B, L, M, 2), links as rows (window, column, anchor, mention, right, one sentence)"""

    ids: Tensor
    marks: Tensor
    weights: Tensor
    links: Tensor
    told: Tensor
    text: Tensor
    rows: Tensor  # weight of each window


def collate(examples: Sequence[Example], device: str) -> Batch:
    """Pad examples to one batch."""
    size, length = len(examples), max(len(e.window.ids) for e in examples)
    length = (length + 15) // 16 * 16
    ids = torch.full((size, length), PAD)
    marks = torch.zeros(size, length, len(MARKS), 2)
    weights = torch.zeros(size, length, len(MARKS), 2)
    told = torch.full((size, length, TOLD), -1.0)
    links = []
    for b, e in enumerate(examples):
        n = len(e.window.ids)
        ids[b, :n] = torch.tensor(e.window.ids)
        if e.row.events is not None:
            weights[b, 1 : n - 1] = 1.0
            for kind in e.row.open_kinds:
                for role in BY_NAME[kind].roles:
                    if role.tagged:
                        weights[b, :, MARK[kind, role.name]] = 0.0
        for column, first, last in e.unsure:
            weights[b, first : last + 1, column] = 0.0
        for column, first, last in e.marks:
            weights[b, first : last + 1, column] = 1.0
            marks[b, first, column, 0] = 1.0
            marks[b, first : last + 1, column, 1] = 1.0
        for column, piece, holds in e.told:
            told[b, piece, column] = holds
        sentence = e.window.sentences
        links += [(b, column, a, m, right, int(sentence[a] == sentence[m])) for column, a, m, right in e.links]
    return Batch(
        ids.to(device),
        marks.to(device),
        weights.to(device),
        torch.tensor(links or [(0, 0, 0, 0, -1, 0)]).to(device),
        told.to(device),
        torch.tensor([e.text for e in examples], dtype=torch.float).to(device),
        torch.tensor([e.row.weight for e in examples]).to(device),
    )


def batches(examples: Sequence[Example], pieces: int, rng: random.Random) -> Iterator[list[Example]]:
    """Batches of about `pieces` pieces each, windows of like length together, in random order."""
    order = sorted(examples, key=lambda e: len(e.window.ids) + rng.uniform(0, 24))
    made: list[list[Example]] = [[]]
    for e in order:
        if made[-1] and (len(made[-1]) + 1) * len(e.window.ids) > pieces:
            made.append([])
        made[-1].append(e)
    rng.shuffle(made)
    yield from made


assert len({link.column for link in LINKS}) == len(LINKS) and len(TEXT) == len(TOPICS) + 1

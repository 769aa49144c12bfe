"""Learn which words speak for a fact: what crawler/judge/reader/cues.py weighs before the encoder reads a text.

    python -m training.cues PREPARED.jsonl CUES.json [--without K]

A text is as likely to tell a fact as its likeliest sentence (multiple instances, one label); texts that nobody labelled for facts count
half as texts without any. Prints how many facts of held texts stand in texts that are turned away, and how many general texts are read;
with `--without` these are the ones of fold K, which are then not learnt.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch

from crawler.judge.reader.cues import LEAST, sentences_of, words
from store.text import fold

from .prepare import HELD, HELD_SETS, read
from .rows import Row
from .train import say

RARE = 10  # texts that a word must stand in
MOST = 60  # sentences looked at
EPOCHS, BATCH, RATE, SPARSE = 14, 256, 0.02, 6e-6
TELLING = 3.0  # weight of a text with facts: what is turned away is lost, what is read in vain costs a little time
SMALL = 0.1  # weights below it are left out
Text = tuple[Row, list[set[str]]]


def main() -> None:
    """Parse the command line, learn, measure and write."""
    parser = argparse.ArgumentParser(prog="python -m training.cues", description=__doc__)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--without", type=int)
    a = parser.parse_args()
    learn(read(a.prepared), a.out, without=a.without)


def learn(rows: Sequence[tuple[Row, int]], out: Path, *, without: int | None = None) -> None:
    """Write the weights of the words of all rows that are neither held nor of the fold `without`."""
    learnt = [_text(row) for row, fold_ in rows if fold_ not in (HELD, without)]
    count = Counter(word for _, sentences in learnt for word in set().union(*sentences))
    number = {word: i for i, word in enumerate(sorted(word for word, n in count.items() if n >= RARE))}
    weights, bias = _fit(learnt, number)
    kept = {word: round(weights[i], 2) for word, i in number.items() if abs(weights[i]) >= SMALL}
    out.write_text(json.dumps({"bias": round(bias, 2), "words": kept}, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    say(f"{len(kept)} words of {len(learnt)} texts")
    for name in HELD_SETS:
        _tell(name, [_text(row) for row, _ in rows if row.of == name], kept, bias)
    _tell("relevance", [_text(row) for row, fold_ in rows if row.of == "relevance" and without in (None, fold_)], kept, bias)


def _text(row: Row) -> Text:
    return row, [words(sentence) for sentence in sentences_of(fold(row.full))[:MOST]]


def _fit(texts: Sequence[Text], number: dict[str, int]) -> tuple[list[float], float]:
    torch.manual_seed(3)
    rng = random.Random(3)
    weights = torch.nn.EmbeddingBag(len(number), 1, mode="sum")
    torch.nn.init.zeros_(weights.weight)
    bias = torch.nn.Parameter(torch.tensor(-2.0))
    optimizer = torch.optim.Adam([weights.weight, bias], lr=RATE)
    order = list(texts)
    for epoch in range(EPOCHS):
        rng.shuffle(order)
        for k in range(0, len(order), BATCH):
            batch = order[k : k + BATCH]
            tells = torch.tensor([float(bool(row.events)) for row, _ in batch])
            weight = torch.tensor([TELLING if row.events else 1.0 if row.events is not None else 0.5 for row, _ in batch])
            ids, starts, of = _packed(batch, number)
            scores = weights(ids, starts)[:, 0] + bias
            best = torch.full((len(batch),), -30.0).scatter_reduce(0, of, scores, "amax")
            loss = (weight * torch.nn.functional.binary_cross_entropy_with_logits(best, tells, reduction="none")).mean()
            loss = loss + SPARSE * weights.weight.abs().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        optimizer.param_groups[0]["lr"] = RATE * (1 - (epoch + 1) / EPOCHS)
    return weights.weight.detach()[:, 0].tolist(), float(bias.detach())


def _packed(batch: Sequence[Text], number: dict[str, int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    ids: list[int] = []
    starts: list[int] = []
    of: list[int] = []
    for k, (_, sentences) in enumerate(batch):
        for sentence in sentences:
            starts.append(len(ids))
            ids += sorted(number[word] for word in sentence if word in number)
            of.append(k)
    return torch.tensor(ids, dtype=torch.long), torch.tensor(starts), torch.tensor(of)


def _tell(name: str, texts: Sequence[Text], weights: dict[str, float], bias: float) -> None:
    read_ = [max((bias + sum(weights.get(w, 0.0) for w in s) for s in sentences), default=bias) > LEAST for _, sentences in texts]
    facts = [sum(not event.get("background") for event in row.events or ()) for row, _ in texts]
    lost = sum(n for n, kept in zip(facts, read_, strict=True) if not kept)
    say(f"{name}: {sum(read_)} of {len(texts)} texts read, {lost} of {sum(facts)} facts lost")


if __name__ == "__main__":
    main()

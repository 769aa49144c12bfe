"""Train the reader on prepared rows, once for each fold and once on all.

    python -m training.train PREPARED.jsonl BASE OUT [--fold K | --all] [--seconds N] [--seed S]

BASE holds base.npz and vocabulary.json. `--fold K` trains without fold K and writes OUT/fold-K.jsonl, what the reader says of the texts
it has not seen; `--all` trains on everything and writes OUT/weights.npz (f16, without the embeddings of pieces, which stay as they are).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from crawler.judge.reader.spans import read_out
from crawler.judge.reader.tokens import make_tokenizer

from .batches import Example, batches, collate, make_examples
from .loss import loss_of, smooth
from .model import Heads, Reader
from .prepare import HELD, read
from .rows import Row
from .swap import pools, swapped

PIECES = 5120  # in a batch
RATE, HEADS = 1.5e-4, 6.0  # of the encoder, and how many times that of the heads
NOW_AND_THEN = 0.34  # share of an epoch's turns that a text labelled for relevance alone gets
WARM_UP, AVERAGED_FROM = 0.06, 0.9  # shares of the time
FROZEN = "words.weight"
Forward = Callable[[Sequence[Example], Tensor], Heads]


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prepared", type=Path), parser.add_argument("base", type=Path), parser.add_argument("out", type=Path)
    parser.add_argument("--fold", type=int), parser.add_argument("--all", action="store_true")
    parser.add_argument("--seconds", type=float, default=240), parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rate", type=float, default=RATE), parser.add_argument("--few", type=int, default=0)
    parser.add_argument("--layers", type=int, default=12)
    a = parser.parse_args()
    rows = read(a.prepared)
    if a.few:
        rows = random.Random(1).sample(rows, a.few)
    tokenizer = make_tokenizer([tuple(piece) for piece in json.loads((a.base / "vocabulary.json").read_text(encoding="utf-8"))])
    learn = [row for row, fold in rows if fold != HELD and (a.all or fold != a.fold)]
    say(f"{len(learn)} texts to learn from")
    a.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(a.seed)
    model = train(learn, tokenizer, Reader(a.base / "base.npz", layers=a.layers), seconds=a.seconds, seed=a.seed, rate=a.rate)
    if a.all:
        save(model, a.out / "weights.npz")
    else:
        kept = [row for row, fold in rows if fold == a.fold and row.weight == 1]
        write_readouts(model, kept, tokenizer, a.out / f"fold-{a.fold}.jsonl")


class Lessons:
    """The windows of texts, epoch by epoch. Copies with other names are made anew each time, or once where `lasting`."""

    def __init__(self, rows: Sequence[Row], tokenizer: object, rng: random.Random, *, lasting: bool) -> None:
        self.rows, self._tokenizer, self._rng, self._lasting = rows, tokenizer, rng, lasting
        self._names = pools(rows)
        self._written = {row.id: make_examples(row, tokenizer) for row in rows}
        self._copies: dict[str, list[Example]] = {}

    def epoch(self, number: int) -> list[Example]:
        """The windows of an epoch: texts of relevance alone and borrowed ones now and then, half of the others with names swapped."""
        out: list[Example] = []
        for row in self.rows:
            if (row.events is None or row.weight < 1) and self._rng.random() > NOW_AND_THEN:
                continue
            out += self._copy(row) if row.events and number > 0 and self._rng.random() < 0.5 else self._written[row.id]
        return out

    def _copy(self, row: Row) -> list[Example]:
        if row.id not in self._copies or not self._lasting:
            self._copies[row.id] = make_examples(swapped(row, self._names, self._rng), self._tokenizer)
        return self._copies[row.id]


class Kept:
    """What the lower layers make of each window, worked out once, and what the upper ones make of that."""

    def __init__(self, model: Reader, frozen: int) -> None:
        self._model, self._frozen = model, frozen
        self._of: dict[int, tuple[Example, Tensor]] = {}  # by the example, which is held so that no other gets its number

    def __call__(self, chosen: Sequence[Example], ids: Tensor) -> Heads:
        new = [place for place, example in enumerate(chosen) if id(example) not in self._of]
        if new:
            self._model.eval()
            with torch.no_grad():
                made = self._model.lower(ids[new], self._frozen).to(torch.bfloat16)
            self._model.train()
            self._of |= {id(chosen[p]): (chosen[p], one[: len(chosen[p].window.ids)].clone()) for p, one in zip(new, made, strict=True)}
        x = pad_sequence([self._of[id(example)][1] for example in chosen], batch_first=True)
        return self._model.upper(ids, functional.pad(x, (0, 0, 0, ids.shape[1] - x.shape[1])).float(), self._frozen)


def train(
    rows: Sequence[Row], tokenizer: object, model: Reader, *, seconds: float, seed: int, rate: float, pieces: int = PIECES, frozen: int = 0
) -> Reader:
    """Train a reader on rows for `seconds`; its weights become the mean of those passed through in the last tenth of the time.

    What the first `frozen` layers make of a window stays as it is and is worked out once; each text then has but one copy with other names.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = model.to(device)
    for lower in model.below(frozen):
        lower.requires_grad_(False)
    forward: Forward = Kept(model, frozen) if frozen else lambda _chosen, ids: model(ids)
    rng = random.Random(seed)
    lessons = Lessons(rows, tokenizer, rng, lasting=frozen > 0)
    optimizer = _optimizer(model, rate)
    rates = [group["lr"] for group in optimizer.param_groups]
    average, averaged = [p.detach().clone() for p in model.parameters()], 0
    began, epoch, done = time.monotonic(), 0, 0.0
    while done < 1.0:
        model.train()
        losses = []
        for chosen in batches(lessons.epoch(epoch), pieces, rng):
            done = (time.monotonic() - began) / seconds
            if done >= 1.0:
                break
            for group, most in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = most * min(1.0, done / WARM_UP) * max(0.01, 1.0 - done)
            losses.append(_step(model, optimizer, forward, chosen, device))
            if done > AVERAGED_FROM:
                averaged += 1
                smooth(average, model, 1 / averaged)
        epoch += 1
        say(f"epoch {epoch}: loss {sum(losses) / max(1, len(losses)):.4f}, {len(losses)} steps, {time.monotonic() - began:.0f} s")
    with torch.no_grad():
        for kept, now in zip(average, model.parameters(), strict=True):
            now.copy_(kept)
    return model.eval()


def _step(model: Reader, optimizer: torch.optim.Optimizer, forward: Forward, chosen: Sequence[Example], device: str) -> float:
    batch = collate(chosen, device)
    with torch.autocast(device, dtype=torch.bfloat16):
        loss = loss_of(model, forward(chosen, batch.ids), batch)
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def _optimizer(model: Reader, rate: float) -> torch.optim.Optimizer:
    heads = ("mark", "anchor", "mention", "near", "tell", "text")
    groups = [
        {"params": [p for n, p in model.named_parameters() if p.requires_grad and n.split(".")[0] not in heads], "lr": rate},
        {"params": [p for n, p in model.named_parameters() if n.split(".")[0] in heads], "lr": HEADS * rate},
    ]
    return torch.optim.AdamW(groups, weight_decay=0.01)


def write_readouts(model: Reader, rows: Sequence[Row], tokenizer: object, path: Path) -> None:
    """What the model says of each window of rows, one JSON line a text."""
    device = next(model.parameters()).device
    near = model.near.detach().float().cpu().numpy()
    with path.open("w", encoding="utf-8") as out, torch.no_grad():
        for row in rows:
            said = []
            for e in make_examples(row, tokenizer):
                heads = model(torch.tensor([e.window.ids], device=device))
                arrays = [t[0].float().cpu().numpy() for t in heads]
                readout = read_out(e.window, *arrays, near)
                said.append(
                    {
                        "mentions": [[m.mark, m.start, m.end, m.sentence, m.likely, list(m.told.values())] for m in readout.mentions],
                        "ties": [[*pair, p] for pair, p in readout.ties.items()],
                        "text": readout.text,
                    }
                )
            out.write(json.dumps({"id": row.id, "windows": said}, ensure_ascii=False) + "\n")


def save(model: Reader, path: Path) -> None:
    """Write all weights but the frozen embeddings, f16."""
    weights = {name: p.detach().half().cpu().numpy() for name, p in model.state_dict().items() if name != FROZEN}
    np.savez(path, **weights)  # type: ignore[arg-type]


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

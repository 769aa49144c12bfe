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
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from crawler.judge.reader.spans import read_out
from crawler.judge.reader.tokens import make_tokenizer

from .batches import Example, batches, collate, make_examples
from .loss import loss_of, smooth
from .model import Reader
from .prepare import HELD, read
from .rows import Row
from .swap import Pools, pools, swapped

PIECES = 5120  # in a batch
RATE, HEAD_RATE = 1.5e-4, 1e-3
NOW_AND_THEN = 0.34  # share of an epoch's turns that a text labelled for relevance alone gets
WARM_UP, AVERAGED_FROM = 0.06, 0.9  # shares of the time
FROZEN = "words.weight"


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
    model = train(learn, tokenizer, a.base / "base.npz", seconds=a.seconds, seed=a.seed, rate=a.rate, layers=a.layers)
    if a.all:
        save(model, a.out / "weights.npz")
    else:
        kept = [row for row, fold in rows if fold == a.fold and row.weight == 1]
        write_readouts(model, kept, tokenizer, a.out / f"fold-{a.fold}.jsonl")


def train(rows: Sequence[Row], tokenizer: object, base: Path, *, seconds: float, seed: int, rate: float, layers: int = 12) -> Reader:
    """A reader trained on rows for `seconds`; its weights are the mean of those passed through in the last tenth of the time."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Reader(base, layers=layers).to(device)
    model.words.weight.requires_grad_(False)
    names = pools(rows)
    written = {row.id: make_examples(row, tokenizer) for row in rows}
    optimizer = _optimizer(model, rate)
    rates = [group["lr"] for group in optimizer.param_groups]
    average, averaged = [p.detach().clone() for p in model.parameters()], 0
    began, epoch, done = time.monotonic(), 0, 0.0
    while done < 1.0:
        model.train()
        losses = []
        for chosen in batches(_epoch(rows, written, names, tokenizer, rng, epoch), PIECES, rng):
            done = (time.monotonic() - began) / seconds
            if done >= 1.0:
                break
            for group, most in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = most * min(1.0, done / WARM_UP) * max(0.01, 1.0 - done)
            batch = collate(chosen, device)
            with torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda"):
                loss = loss_of(model, model(batch.ids), batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.detach())
            if done > AVERAGED_FROM:
                averaged += 1
                smooth(average, model, 1 / averaged)
        epoch += 1
        say(f"epoch {epoch}: loss {float(sum(losses)) / max(1, len(losses)):.4f}, {len(losses)} steps, {time.monotonic() - began:.0f} s")
    with torch.no_grad():
        for kept, now in zip(average, model.parameters(), strict=True):
            now.copy_(kept)
    return model.eval()


def _epoch(
    rows: Sequence[Row], written: Mapping[str, list[Example]], names: Pools, tokenizer: object, rng: random.Random, epoch: int
) -> list[Example]:
    """The windows of an epoch: texts of relevance alone and borrowed ones are drawn now and then, half of the others have names swapped."""
    out: list[Example] = []
    for row in rows:
        if (row.events is None or row.weight < 1) and rng.random() > NOW_AND_THEN:
            continue
        if row.events and epoch > 0 and rng.random() < 0.5:
            out += make_examples(swapped(row, names, rng), tokenizer)
        else:
            out += written[row.id]
    return out


def _optimizer(model: Reader, rate: float) -> torch.optim.Optimizer:
    heads = ("mark", "anchor", "mention", "near", "tell", "text")
    groups = [
        {"params": [p for n, p in model.named_parameters() if p.requires_grad and n.split(".")[0] not in heads], "lr": rate},
        {"params": [p for n, p in model.named_parameters() if n.split(".")[0] in heads], "lr": HEAD_RATE},
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

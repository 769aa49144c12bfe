"""Train the reader anew: base weights, texts, training, export, calibration; `python -m training OUT`, or `make train`.

All labelled texts at hand are learnt from: the own ones, and those of the shared folder where it is there (`--shared`, by default
../shared beside the repository). What comes out is put into crawler/judge/reader/ and left in OUT too. With `--folds` a reader is
trained without each fold first, and what it says of the texts it has not seen is written to OUT/fold-K.jsonl.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import torch

from crawler.judge.reader.tokens import make_tokenizer

from . import base, calibrate, cues, export
from .model import Reader
from .prepare import FOLDS, HELD, prepared, write
from .train import RATE, save, say, train, write_readouts

REPOSITORY = Path(__file__).resolve().parents[1]
READER = REPOSITORY / "crawler" / "judge" / "reader"


def main() -> None:
    """Parse the command line and do all of it, saying how long each step took."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shared", type=Path, default=REPOSITORY.parent / "shared")
    parser.add_argument("--seconds", type=float, help="how long one training takes; by default 480 with an accelerator, 6 hours without")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folds", action="store_true", help="train without each fold first")
    a = parser.parse_args()
    device = "an accelerator" if torch.cuda.is_available() else "the processor"
    seconds = a.seconds or (480 if torch.cuda.is_available() else 6 * 3600)
    shared = a.shared if (a.shared / "data" / "facts").is_dir() else None
    say(f"training on {device}, {seconds:.0f} s, seed {a.seed}; shared texts: {shared or 'not there, own texts alone'}")
    began = time.monotonic()
    base.write(base.installed(), a.out / "base")
    rows = prepared(shared)
    write(a.out / "prepared.jsonl", rows)
    say(f"{len(rows)} texts, {sum(fold == HELD for _, fold in rows)} of them held; {time.monotonic() - began:.0f} s so far")
    pieces = json.loads((a.out / "base" / "vocabulary.json").read_text(encoding="utf-8"))
    tokenizer = make_tokenizer([(piece, score) for piece, score in pieces])
    for without in [*(range(FOLDS) if a.folds else ()), HELD]:
        learnt = [row for row, fold in rows if fold not in (HELD, without)]
        torch.manual_seed(a.seed)
        model = train(learnt, tokenizer, Reader(a.out / "base" / "base.npz"), seconds=seconds, seed=a.seed, rate=RATE)
        if without != HELD:
            unseen = [row for row, fold in rows if fold == without and row.weight == 1]
            write_readouts(model, unseen, tokenizer, a.out / f"fold-{without}.jsonl")
        say(f"{'all' if without == HELD else f'without fold {without}'}: {time.monotonic() - began:.0f} s so far")
    save(model, a.out / "weights.npz")
    export.main(str(a.out / "base"), str(a.out / "weights.npz"), str(a.out / "reader.onnx"))
    calibrate.main(str(a.out / "prepared.jsonl"), str(a.out / "reader.onnx"))
    cues.learn(rows, READER / "cues.json")
    shutil.copy(a.out / "reader.onnx", READER / "reader.onnx")
    shutil.copy(a.out / "base" / "vocabulary.json", READER / "vocabulary.json")
    say(f"{READER / 'reader.onnx'} written; {time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()

"""Measure a model on texts it has not seen, and put what was measured into its file.

    python -m training.calibrate PREPARED.jsonl READER.onnx

For each kind of fact: how likely an anchor must be (by F1), and how often a fact of a given likelihood is right (Platt 1999: a logistic
curve over the logit). Few texts are held, so a kind's curve leans on that of all kinds together. Prints the figures and what words and
reader together say of relevance.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from crawler.judge.document import Document, Reading
from crawler.judge.facts import as_json
from crawler.judge.judging import Judge
from crawler.judge.reader.assembly import facts_of
from crawler.judge.reader.events import events_of
from crawler.judge.reader.spans import POSSIBLE, Readout
from crawler.judge.reader.tokens import windows
from crawler.judge.registry import KINDS

from .align import sentence_ends
from .prepare import SET_ON, read
from .rows import Row
from .score import agree

GRID = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7)
USUAL = 0.45  # does well for all kinds together, on held texts and on real ones that a reader had not learnt
ENOUGH = 25  # labelled events from which a kind has a threshold of its own
Seen = tuple[str, float, bool]  # kind, likelihood, right


def main(prepared: str, model: str) -> None:
    """Measure, print, write."""
    rows = [row for row, _ in read(Path(prepared)) if row.of in SET_ON]
    seen, wanted = measure(rows, Path(model))
    least = thresholds(seen, wanted)
    certainty = curves(seen)
    for kind in KINDS:
        kept = [right for name, p, right in seen if name == kind.name and p >= least[kind.name]]
        f1 = 2 * sum(kept) / max(1, len(kept) + wanted[kind.name])
        sys.stdout.write(f"{kind.name}: from {least[kind.name]}, F1 {f1:.3f} of {wanted[kind.name]}, curve {certainty[kind.name]}\n")
    file = onnx.load(model)
    del file.metadata_props[:]
    onnx.helper.set_model_props(file, {"least": json.dumps(least), "certainty": json.dumps(certainty)})
    onnx.save(file, model)


def readouts(full: str, title_end: int, session: Any) -> tuple[Readout, ...]:
    """What a model's session says of a text."""
    from crawler.judge.reader.spans import read_out

    out = []
    for window in windows(full, title_end, sentence_ends(full)):
        marks, anchors, mentions, told, text, near = session.run(None, {"ids": np.asarray([window.ids], dtype=np.int64)})
        out.append(read_out(window, marks[0], anchors[0], mentions[0], told[0], text[0], near))
    return tuple(out)


def measure(rows: Sequence[Row], model: Path) -> tuple[list[Seen], dict[str, int]]:
    """Every possible fact of the rows with its likelihood and whether it is right, and how many of each kind are wanted."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    judge = Judge()
    seen: list[Seen] = []
    wanted = {kind.name: 0 for kind in KINDS}
    least = {kind.name: POSSIBLE for kind in KINDS}
    for row in rows:
        told = events_of(readouts(row.full, len(row.title), session), row.full, least)
        reading = Reading(Document(row.id, row.title, row.text), judge.names)
        events = [as_json(fact) for fact in facts_of(told, reading, lambda kind, likely: likely)]
        free = sorted(events, key=lambda event: -event["confidence"])
        for label in sorted(row.events or (), key=lambda event: bool(event.get("background"))):
            twin = next((event for event in free if event["type"] == label["type"] and agree(label, event)), None)
            if not label.get("background") and label.get("health", True):
                wanted[label["type"]] += 1
                if twin is not None:
                    seen.append((label["type"], twin["confidence"], True))
            if twin is not None:
                free.remove(twin)
        seen += [(event["type"], event["confidence"], False) for event in free if event["health"] and not event["background"]]
    return seen, wanted


def thresholds(seen: Sequence[Seen], wanted: dict[str, int]) -> dict[str, float]:
    """For each kind half way between USUAL and the likelihood from which F1 is best; USUAL for kinds with few labels.

    F1 is flat around its peak, and of some eighty events the peak is half chance.
    """

    def best(kind: str) -> float:
        def f1(least: float) -> float:
            kept = [right for name, p, right in seen if name == kind and p >= least]
            return 2 * sum(kept) / max(1, len(kept) + wanted[kind])

        return max(GRID, key=lambda least: (round(f1(least), 3), -abs(least - USUAL)))

    return {kind: round((best(kind) + USUAL) / 2, 3) if n >= ENOUGH else USUAL for kind, n in wanted.items()}


def curves(seen: Sequence[Seen]) -> dict[str, tuple[float, float]]:
    """For each kind slope and bias of the logistic curve over the logit of the likelihood."""

    def fit(chosen: Sequence[Seen], start: tuple[float, float], pull: float) -> tuple[float, float]:
        x = np.array([math.log(min(max(p, 1e-4), 1 - 1e-4) / (1 - min(max(p, 1e-4), 1 - 1e-4))) for _, p, _ in chosen])
        y = np.array([right for _, _, right in chosen], dtype=float)
        w = np.array(start)
        for _ in range(400):
            p = 1 / (1 + np.exp(-(w[0] * x + w[1])))
            slope = np.array([((p - y) * x).sum(), (p - y).sum()]) + pull * (w - np.array(start))
            curve = np.array([[(p * (1 - p) * x * x).sum(), (p * (1 - p) * x).sum()], [(p * (1 - p) * x).sum(), (p * (1 - p)).sum()]])
            w = w - np.linalg.solve(curve + (pull + 1e-6) * np.eye(2), slope) * 0.5
        return round(float(w[0]), 3), round(float(w[1]), 3)

    together = fit(seen, (1.0, 0.0), 1.0)
    return {kind.name: fit([s for s in seen if s[0] == kind.name], together, 6.0) if seen else together for kind in KINDS}


if __name__ == "__main__":
    main(*sys.argv[1:])

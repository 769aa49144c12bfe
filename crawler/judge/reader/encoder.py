"""The trained model: windows of pieces → readouts. Loaded at the first text that needs it; safe to share between threads."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
import onnxruntime

from store.text import SENTENCE_END, simplify

from .spans import Readout, read_out
from .tokens import Window, windows

MODEL = "reader.onnx"
MOST_WINDOWS = 24  # about 14,000 characters, four seconds: what follows is an annex or broken, and one text must not hold up a crawl


@dataclass(frozen=True, slots=True)
class Card:
    """What was measured of the model on folds it had not seen: how likely an anchor must be, and how often such a one is right, by kind."""

    least: Mapping[str, float]
    certainty: Mapping[str, tuple[float, float]]  # slope and bias over the logit of the likelihood (Platt 1999)

    def confidence(self, kind: str, likely: float) -> float:
        """How often a fact of this kind and likelihood is right, 0..1."""
        slope, bias = self.certainty.get(kind, (1.0, 0.0))
        p = min(max(likely, 1e-4), 1 - 1e-4)
        return 1 / (1 + math.exp(-(slope * math.log(p / (1 - p)) + bias)))


@cache
def card() -> Card:
    """The card that stands in the model's file."""
    stored = _session().get_modelmeta().custom_metadata_map
    return Card(json.loads(stored.get("least", "{}")), {k: (a, b) for k, (a, b) in json.loads(stored.get("certainty", "{}")).items()})


@cache
def _session() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # the crawl has other work for the other cores
    options.enable_cpu_mem_arena = False  # an arena keeps what the longest text ever took
    options.log_severity_level = 3
    with as_file(files(__package__).joinpath(MODEL)) as path:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def windows_of(full: str, title_end: int) -> list[Window]:
    """The first `MOST_WINDOWS` windows of a text. `full` is title, line feed, text; `title_end` is where the title ends, 0 without one."""
    ends = [match.end() for match in SENTENCE_END.finditer(full)]
    return windows(simplify(full), title_end, ends)[:MOST_WINDOWS]


def read(window: Window) -> Readout:
    """What the model says of one window."""
    marks, anchors, mentions, told, text, near = _session().run(None, {"ids": np.asarray([window.ids], dtype=np.int64)})
    return read_out(window, marks[0], anchors[0], mentions[0], told[0], text[0], near)

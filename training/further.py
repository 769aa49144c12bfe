"""Train a reader that ships further, where there is no accelerator: its upper layers alone, over what the lower ones make of each text.

    python -m training.further PREPARED.jsonl BASE READER.onnx OUT [--seconds S] [--frozen LAYERS] [--seed S] [--fold K]

The weights are read back from the file, 8 bits as they are. Writes OUT/weights.npz, which `training.export` takes. `--fold K` is for
measuring: the upper layers begin anew from the base and learn from all texts but those of fold K, and OUT/fold-K.jsonl says what they
make of these; the lower layers are the reader's, which has seen them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from crawler.judge.reader.tokens import make_tokenizer

from .model import Reader
from .prepare import HELD, read
from .train import save, train, write_readouts

FROZEN, PIECES, RATE = 6, 3072, 1e-4  # one core takes about 2.5 s for so many pieces


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prepared", type=Path), parser.add_argument("base", type=Path)
    parser.add_argument("reader", type=Path), parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=5000), parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--frozen", type=int, default=FROZEN), parser.add_argument("--fold", type=int)
    a = parser.parse_args()
    tokenizer = make_tokenizer([tuple(piece) for piece in json.loads((a.base / "vocabulary.json").read_text(encoding="utf-8"))])
    torch.manual_seed(a.seed)
    model = Reader(a.base / "base.npz")
    lower = ("norm.", "places.", "kind", *(f"layers.{number}." for number in range(a.frozen)))
    known = {name: torch.tensor(value) for name, value in weights_of(a.reader).items() if a.fold is None or name.startswith(lower)}
    model.load_state_dict(known, strict=False)
    rows = read(a.prepared)
    learnt = [row for row, fold in rows if fold not in (HELD, a.fold)]
    train(learnt, tokenizer, model, seconds=a.seconds, seed=a.seed, rate=RATE, pieces=PIECES, frozen=a.frozen)
    a.out.mkdir(parents=True, exist_ok=True)
    save(model, a.out / "weights.npz")
    if a.fold is not None:
        unseen = [row for row, fold in rows if fold == a.fold and row.weight == 1]
        write_readouts(model, unseen, tokenizer, a.out / f"fold-{a.fold}.jsonl")


def weights_of(path: Path) -> dict[str, np.ndarray]:
    """The weights in a file that `training.export` wrote, f32, by the names that `model.Reader` has for them."""
    graph = onnx.load(path).graph
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {
        name.removeprefix("reader."): value for name, value in kept.items() if value.dtype == np.float32 and name.startswith("reader.")
    }
    weights = {name: value for name, value in weights.items() if not name.endswith("scale")}
    shares = {name: weights.pop(name) for name in list(weights) if name.endswith(".share")}
    weights |= dict(_matrices(graph, kept))
    for name, share in shares.items():
        weights[name.replace(".share", ".weight")] *= share
    weights["near"] = kept["near"]
    weights["places.weight"] = kept["reader.places.weight.8"] * kept["reader.places.weight.scale"]
    return weights


def _matrices(graph: onnx.GraphProto, kept: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """Name and matrix [out, in] of each layer: in 8 bits as onnxruntime multiplies them, or spread out again (`export._packed`)."""
    maker = {output: node for node in graph.node for output in node.output}
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            name = node.input[1].removesuffix("_quantized")
            matrix = (kept[node.input[1]].astype(np.float32) - kept[f"{name}_zero_point"]) * kept[f"{name}_scale"]
        elif node.op_type == "MatMul" and (spread := maker.get(node.input[1])) is not None and spread.input[0].endswith(".float"):
            name = spread.input[0].removesuffix(".float")
            matrix = kept[f"{name}.8"] * kept[f"{name}.scale"]
        else:
            continue
        parts = node.name.removesuffix("_quant").strip("/").split("/")[1:-1]
        yield f"{parts[-1] if parts[-1].startswith('text.') else '.'.join(parts)}.weight", np.ascontiguousarray(matrix.T)


if __name__ == "__main__":
    main()

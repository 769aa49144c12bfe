"""Trained weights → the one file that ships: ONNX with matrices in 8 bits.

    python -m training.export BASE WEIGHTS.npz OUT.onnx

The graph takes `ids` (batch, pieces), windows of one length without padding, and gives marks, anchors, mentions, told and text (see
`model.Heads`); the weights of nearness stand beside them as the output `near`. The gap between the 8-bit graph and torch is printed.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer as fuse
from torch import Tensor, nn
from torch.nn import functional

from crawler.judge.reader.tokens import make_tokenizer

from .batches import make_examples
from .model import HEADS, WIDTH, Layer, Reader, attend
from .prepare import HELD_SETS
from .rows import own_rows

KINDS = ["MatMul", "Gemm"]  # pieces and places have a scale a column instead (`_packed`): one for all is coarser
SMOOTH = 0.8
NAMES = ("marks", "anchors", "mentions", "told", "text", "near")


class _Graph(nn.Module):
    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, ids: Tensor) -> tuple[Tensor, ...]:
        return (*self.reader(ids), self.reader.near)


class _Attention(torch.autograd.Function):
    """Attention as onnxruntime has it in one operator, several times as fast as its parts."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(q, k, v, q.new_zeros(1, 1, 1, q.shape[1]))

    @staticmethod
    def symbolic(g: Any, q: Any, k: Any, v: Any) -> Any:
        return g.op("com.microsoft::MultiHeadAttention", q, k, v, num_heads_i=HEADS).setType(q.type())


class _Layer(Layer):
    def attend(self, q: Tensor, k: Tensor, v: Tensor, seen: Tensor) -> Tensor:
        mixed: Tensor = _Attention.apply(q, k, v)
        return mixed


class _Smooth(nn.Module):
    """A matrix whose input is divided by a number a column, and whose weights are multiplied by it.

    The input has a few huge columns, which leave no room for the others in 8 bits; most of what is too much there goes into the weights
    (SmoothQuant, Xiao et al. 2022, arXiv 2211.10438). Of the shares tried, 0.8 leaves the least error in nearly every layer.
    """

    def __init__(self, linear: nn.Linear, most: Tensor) -> None:
        super().__init__()
        weights = linear.weight.data
        much = most.clamp(min=1e-3) ** SMOOTH / weights.abs().amax(0).clamp(min=1e-5) ** (1 - SMOOTH)
        much = much / much.median()
        self.share = nn.Parameter(1 / much)
        self.weight, self.bias = nn.Parameter(weights * much), linear.bias

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x * self.share, self.weight, self.bias)


def _smoothed(reader: Reader, samples: Sequence[Tensor]) -> None:
    """Make the second half of each feed-forward layer a `_Smooth`; `samples` (1, pieces) tell how large its input gets."""
    most: dict[nn.Module, Tensor] = {}

    def look(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        found = given[0].abs().flatten(0, -2).amax(0)
        most[module] = torch.maximum(most.get(module, found), found)

    layers = [layer for layer in reader.layers if isinstance(layer, Layer)]
    hooks = [layer.narrow.register_forward_pre_hook(look) for layer in layers]
    with torch.no_grad():
        for ids in samples:
            reader(ids)
    for hook in hooks:
        hook.remove()
    for layer in layers:
        layer.narrow = _Smooth(layer.narrow, most[layer.narrow])  # type: ignore[assignment]


def samples(base: Path, count: int = 60) -> list[Tensor]:
    """Windows of own texts that are learnt from, the same every time."""
    tokenizer = make_tokenizer([tuple(piece) for piece in json.loads((base / "vocabulary.json").read_text(encoding="utf-8"))])
    rows = [row for row in own_rows() if row.of not in HELD_SETS]
    chosen = random.Random(3).sample(rows, count)
    return [torch.tensor([example.window.ids]) for row in chosen for example in make_examples(row, tokenizer)]


def _packed(model: onnx.ModelProto) -> onnx.ModelProto:
    """Matrices still in floating point are kept in 8 bits, one scale a column, and spread out again when the file is loaded."""
    graph = model.graph
    for tensor in [
        t for t in graph.initializer if t.data_type == onnx.TensorProto.FLOAT and len(t.dims) == 2 and np.prod(t.dims) > 100_000
    ]:
        weights = onnx.numpy_helper.to_array(tensor)
        scale = np.maximum(np.abs(weights).max(0, keepdims=True) / 127, 1e-12).astype(np.float32)
        graph.initializer.append(onnx.numpy_helper.from_array(np.round(weights / scale).astype(np.int8), tensor.name + ".8"))
        graph.initializer.append(onnx.numpy_helper.from_array(scale, tensor.name + ".scale"))
        cast = onnx.helper.make_node("Cast", [tensor.name + ".8"], [tensor.name + ".float"], to=onnx.TensorProto.FLOAT)
        spread = onnx.helper.make_node("Mul", [tensor.name + ".float", tensor.name + ".scale"], [tensor.name])
        graph.initializer.remove(tensor)
        graph.node.insert(0, spread)
        graph.node.insert(0, cast)
    return model


def load(base: Path, weights: Path) -> Reader:
    """The trained reader."""
    stored = np.load(weights)
    layers = 1 + max(int(name.split(".")[1]) for name in stored.files if name.startswith("layers."))
    reader = Reader(base, layers=layers, layer=_Layer)
    state = {name: torch.tensor(stored[name]).float() for name in stored.files}
    missing, unknown = reader.load_state_dict(state, strict=False)
    if unknown or missing != ["words.weight"]:
        raise ValueError(f"{weights}: not the weights of this reader: {unknown or missing}")
    return reader.eval()


def main(base: str, weights: str, out: str) -> None:
    """Export, fuse, quantise, compare."""
    reader = load(Path(base) / "base.npz", Path(weights))
    _smoothed(reader, samples(Path(base)))
    ids = torch.tensor([[0, *np.random.default_rng(1).integers(10, 40000, 60).tolist(), 2]])
    with tempfile.TemporaryDirectory() as folder:
        plain, fused, small = (f"{folder}/{name}.onnx" for name in ("plain", "fused", "small"))
        axes = {"ids": {0: "batch", 1: "pieces"}} | {name: {0: "batch", 1: "pieces"} for name in NAMES[:4]} | {"text": {0: "batch"}}
        torch.onnx.export(
            _Graph(reader), (ids,), plain, input_names=["ids"], output_names=list(NAMES), dynamic_axes=axes, opset_version=17, dynamo=False
        )
        model = fuse.optimize_model(plain, model_type="bert", num_heads=HEADS, hidden_size=WIDTH, opt_level=1)
        model.save_model_to_file(fused)
        quantize_dynamic(
            fused, small, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=KINDS,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip
        onnx.save(_packed(onnx.load(small)), out)
    onnx.checker.check_model(out)
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    said = session.run(None, {"ids": ids.numpy()})
    with torch.no_grad():
        meant = _Graph(reader)(ids)
    for name, a, b in zip(NAMES, said, meant, strict=True):
        sys.stdout.write(
            f"{name}: shape {a.shape}, gap {np.abs(a - b.detach().numpy()).mean():.4f} of {np.abs(b.detach().numpy()).mean():.4f}\n"
        )
    sys.stdout.write(f"{Path(out).stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Trained weights → the one file that ships: ONNX with matrices in 8 bits.

    python -m training.export BASE WEIGHTS.npz OUT.onnx

The graph takes `ids` (batch, pieces) and gives marks, anchors, mentions, told and text (see `model.Heads`); the weights of
nearness stand beside them as the output `near`. The gap between the 8-bit graph and torch is printed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer as fuse
from torch import Tensor, nn

from .model import HEADS, WIDTH, Reader

KINDS = ["MatMul", "Attention", "Gemm"]  # pieces and places have a scale a column instead (`_packed`): one for all is coarser
NAMES = ("marks", "anchors", "mentions", "told", "text", "near")


class _Graph(nn.Module):
    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, ids: Tensor) -> tuple[Tensor, ...]:
        return (*self.reader(ids), self.reader.near)


def _is_wide(name: str) -> bool:
    """The second half of a feed-forward layer: its input has a few huge values, which leave no room for the others in 8 bits."""
    return "/narrow/MatMul" in name


def _is_attention(name: str) -> bool:
    return re.fullmatch(r"/reader/layers\.\d+/MatMul(_1)?", name) is not None


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
    reader = Reader(base, layers=layers)
    state = {name: torch.tensor(stored[name]).float() for name in stored.files}
    missing, unknown = reader.load_state_dict(state, strict=False)
    if unknown or missing != ["words.weight"]:
        raise ValueError(f"{weights}: not the weights of this reader: {unknown or missing}")
    return reader.eval()


def main(base: str, weights: str, out: str) -> None:
    """Export, fuse, quantise, compare."""
    reader = load(Path(base) / "base.npz", Path(weights))
    ids = torch.tensor([[0, *np.random.default_rng(1).integers(10, 40000, 60).tolist(), 2]])
    with tempfile.TemporaryDirectory() as folder:
        plain, fused, small = (f"{folder}/{name}.onnx" for name in ("plain", "fused", "small"))
        axes = {"ids": {0: "batch", 1: "pieces"}} | {name: {0: "batch", 1: "pieces"} for name in NAMES[:4]} | {"text": {0: "batch"}}
        torch.onnx.export(
            _Graph(reader), (ids,), plain, input_names=["ids"], output_names=list(NAMES), dynamic_axes=axes, opset_version=17, dynamo=False
        )
        model = fuse.optimize_model(plain, model_type="bert", num_heads=HEADS, hidden_size=WIDTH, opt_level=1)
        model.save_model_to_file(fused)
        kept = [node.name for node in onnx.load(fused).graph.node if _is_wide(node.name) or _is_attention(node.name)]
        quantize_dynamic(
            fused, small, weight_type=QuantType.QInt8, per_channel=True, op_types_to_quantize=KINDS, nodes_to_exclude=kept,
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

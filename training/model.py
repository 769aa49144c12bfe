"""The reader as torch knows it: the encoder and the heads over it.

Shapes: B windows of L pieces; M marks, K links of two vectors of `LINK_SIZE`, T columns told at a piece, X told of a text.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from crawler.judge.reader.shape import LINK_SIZE, LINKS, MARKS, TEXT, TOLD
from crawler.judge.reader.tokens import PAD

from .base import unpack

RARE = -7.0  # logit at which marks begin: nearly no piece has any, and the surprise of that would wreck the encoder
WIDTH, LAYERS, HEADS, INNER, POSITIONS = 384, 12, 12, 1536, 512


class Heads(NamedTuple):
    """Logits and vectors of one batch."""

    marks: Tensor  # (B, L, M, 2) begins, is inside
    anchors: Tensor  # (B, L, K, LINK_SIZE)
    mentions: Tensor  # (B, L, K, LINK_SIZE)
    told: Tensor  # (B, L, T)
    text: Tensor  # (B, X)


def attend(q: Tensor, k: Tensor, v: Tensor, seen: Tensor) -> Tensor:
    """Queries, keys and values (B, L, WIDTH) of all heads → what each piece gathers from those it looks at; `seen` as in `Layer`."""
    size, length, _ = q.shape
    q, k, v = (t.view(size, length, HEADS, WIDTH // HEADS).transpose(1, 2) for t in (q, k, v))
    mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen.to(q.dtype))
    return mixed.transpose(1, 2).reshape(size, length, WIDTH)


class Layer(nn.Module):
    """A post-norm transformer layer."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.norm, self.last = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.widen, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """(B, L, WIDTH) → the same; `seen` (B, 1, 1, L) is 0 where a piece may be looked at, else very negative."""
        x = self.norm(x + self.drop(self.out(self.attend(self.q(x), self.k(x), self.v(x), seen))))
        out: Tensor = self.last(x + self.drop(self.narrow(functional.gelu(self.widen(x)))))
        return out

    def attend(self, q: Tensor, k: Tensor, v: Tensor, seen: Tensor) -> Tensor:
        """Attention of this layer, a method so that an export may put one operator in its place."""
        return attend(q, k, v, seen)


class Reader(nn.Module):
    """Encoder and heads."""

    def __init__(self, base: Path, dropout: float = 0.1, layers: int = LAYERS, layer: type[Layer] = Layer) -> None:
        super().__init__()
        weights = np.load(base)
        pieces = weights["emb.word"].shape[0]
        self.words, self.places = nn.Embedding(pieces, WIDTH), nn.Embedding(POSITIONS, WIDTH)
        self.kind = nn.Parameter(torch.zeros(WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(layer(dropout) for _ in range(layers))
        self.drop = nn.Dropout(dropout)
        self.mark = nn.Linear(WIDTH, 2 * len(MARKS))
        self.anchor, self.mention = nn.Linear(WIDTH, LINK_SIZE * len(LINKS)), nn.Linear(WIDTH, LINK_SIZE * len(LINKS))
        self.near = nn.Parameter(torch.zeros(len(LINKS), 3))  # bias, in one sentence, how far
        self.tell = nn.Linear(WIDTH, TOLD)
        self.text = nn.Sequential(nn.Linear(2 * WIDTH, WIDTH), nn.GELU(), nn.Dropout(dropout), nn.Linear(WIDTH, len(TEXT)))
        self._load(weights, pieces)
        nn.init.constant_(self.mark.bias, RARE)

    def _load(self, weights: np.lib.npyio.NpzFile, pieces: int) -> None:
        def vector(name: str) -> Tensor:
            return torch.tensor(weights[name])

        def fill(linear: nn.Linear, name: str) -> None:
            linear.weight.data = torch.tensor(unpack(weights[f"{name}.w"], tuple(linear.weight.shape)))
            linear.bias.data = vector(f"{name}.b")

        def fill_norm(norm: nn.LayerNorm, name: str) -> None:
            norm.weight.data, norm.bias.data = vector(f"{name}.w"), vector(f"{name}.b")

        self.words.weight.data = torch.tensor(unpack(weights["emb.word"], (pieces, WIDTH)))
        self.places.weight.data = vector("emb.pos").view(POSITIONS, WIDTH).clone()
        self.kind.data = vector("emb.type").view(2, WIDTH)[0].clone()
        fill_norm(self.norm, "emb.ln")
        for i, layer in enumerate(self.layers):
            for part, name in (("q", "q"), ("k", "k"), ("v", "v"), ("out", "ao"), ("widen", "fi"), ("narrow", "fo")):
                fill(getattr(layer, part), f"l{i}.{name}")
            fill_norm(layer.norm, f"l{i}.aln")  # type: ignore[arg-type]
            fill_norm(layer.last, f"l{i}.oln")  # type: ignore[arg-type]

    def forward(self, ids: Tensor) -> Heads:
        """ids (B, L), padded → logits and vectors."""
        return self.upper(ids, self.lower(ids, len(self.layers)), len(self.layers))

    def lower(self, ids: Tensor, layers: int) -> Tensor:
        """What the first layers make of ids, (B, L, WIDTH)."""
        seen = self._seen(ids)
        x: Tensor = self.drop(self.norm(self.words(ids) + self.places.weight[: ids.shape[1]] + self.kind))
        for layer in self.layers[:layers]:
            x = layer(x, seen)
        return x

    def upper(self, ids: Tensor, x: Tensor, layers: int) -> Heads:
        """The layers after the first `layers`, and the heads."""
        seen = self._seen(ids)
        for layer in self.layers[layers:]:
            x = layer(x, seen)
        x = self.drop(x)
        size, length, _ = x.shape
        share = (ids != PAD).to(x.dtype)[..., None]
        mean = (x * share).sum(1) / share.sum(1)
        return Heads(
            self.mark(x).view(size, length, len(MARKS), 2),
            self.anchor(x).view(size, length, len(LINKS), LINK_SIZE),
            self.mention(x).view(size, length, len(LINKS), LINK_SIZE),
            self.tell(x),
            self.text(torch.cat([mean, x[:, 0]], -1)),
        )

    def below(self, layers: int) -> list[nn.Parameter]:
        """The weights of the first `layers` layers; those of the pieces are never trained, nor are, below any layer, places and norm."""
        under = [self.words] if layers == 0 else [self.words, self.places, self.norm, *self.layers[:layers]]
        return [p for part in under for p in part.parameters()] + ([self.kind] if layers else [])

    def _seen(self, ids: Tensor) -> Tensor:
        return torch.zeros_like(ids, dtype=self.kind.dtype).masked_fill(ids == PAD, -1e4)[:, None, None, :]

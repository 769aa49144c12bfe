"""What training lessens: the sum of the losses of the heads."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from crawler.judge.reader.shape import LINK_SIZE

from .batches import Batch
from .model import Heads, Reader


def link_scores(model: Reader, heads: Heads, links: Tensor) -> Tensor:
    """Logits that pairs belong together; `links` rows are (window, column, anchor piece, mention piece, right, same sentence)."""
    window, column, anchor, mention = links[:, 0], links[:, 1], links[:, 2], links[:, 3]
    product = (heads.anchors[window, anchor, column] * heads.mentions[window, mention, column]).sum(-1) / LINK_SIZE**0.5
    near = model.near[column]
    far = (anchor - mention).abs().clamp(min=1).log() / 5
    return product + near[:, 0] + near[:, 1] * links[:, 5] + near[:, 2] * far


def loss_of(model: Reader, heads: Heads, batch: Batch) -> Tensor:
    """The loss of one batch."""
    bce = functional.binary_cross_entropy_with_logits
    total = 0.1 * (marks_loss(heads.marks.float(), batch) * batch.rows).mean()
    if batch.links[0, 4] >= 0:
        total = total + 0.5 * bce(link_scores(model, heads, batch.links).float(), batch.links[:, 4].float())
    known = batch.told >= 0
    if known.any():
        total = total + 0.3 * bce(heads.told.float()[known], batch.told[known])
    known = batch.text >= 0
    if known.any():
        total = total + 0.3 * bce(heads.text.float()[known], batch.text[known])
    return total


def marks_loss(marks: Tensor, batch: Batch) -> Tensor:
    """For each window the sum over channels of log(1 + sum e^s over wrong pieces) + log(1 + sum e^-s over right ones).

    Right and wrong pieces weigh alike however rare the right ones are (Su et al. 2022, ZLPR, arXiv 2208.02955); 0 parts them.
    """
    none = torch.zeros_like(marks[:, :1])
    left_out = torch.finfo(marks.dtype).min / 2
    right = (batch.marks > 0) & (batch.weights > 0)
    wrong = (batch.marks == 0) & (batch.weights > 0)
    against = torch.cat([none, marks.masked_fill(~wrong, left_out)], 1).logsumexp(1)
    missed = torch.cat([none, (-marks).masked_fill(~right, left_out)], 1).logsumexp(1)
    return (against + missed).sum((1, 2))


def smooth(average: list[Tensor], model: torch.nn.Module, share: float) -> None:
    """Move the running average of the weights towards the model's by `share`."""
    with torch.no_grad():
        for kept, now in zip(average, model.parameters(), strict=True):
            kept.lerp_(now.detach(), share)

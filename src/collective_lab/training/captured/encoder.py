"""The encoder of `fast` as a GPU is fast in it: one norm for all runs, dropout that is told."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from collective_lab.training.captured.masks import KeptDropout, Masks
from collective_lab.training.fast.encoder import Block, Encoder, Norm, Parts


class OneNorm(Norm):
    """The layer norms of all runs at once."""

    def forward(self, x: Tensor) -> Tensor:
        """Return x, shape (R, ..., width), normed over its last dimension."""
        normed = functional.layer_norm(x, x.shape[-1:], eps=self.epsilon)
        of_run = (len(x), *[1] * (x.dim() - 2), x.shape[-1])
        return torch.addcmul(self.bias.view(of_run), normed, self.weight.view(of_run))


PARTS = Parts(OneNorm, KeptDropout)


def masks(
    encoder: Encoder, rows: int, length: int, seeds: Sequence[int], on: torch.device
) -> Masks:
    """Return the masks of an encoder made of `PARTS`.

    Parameters
    ----------
    encoder
        Of R runs.
    rows, length
        Of a batch: b, and the most tokens that it is padded to.
    seeds
        Of each run.
    on
        The device.
    """
    *blocks, last = cast("Sequence[Block]", list(encoder.blocks))
    uses = 2 if encoder.shape.head == "tanh" else 1  # in a block; BERT drops out twice
    lengths = [
        (encoder.dropout, [length]),
        *((block.dropout, [length] * uses) for block in blocks),
        (last.dropout, [1] * uses),  # the first token alone
        (encoder.head_dropout, [1]),
    ]
    told = cast("Sequence[tuple[KeptDropout, Sequence[int]]]", lengths)
    return Masks(told, rows, encoder.shape.width, seeds, on)

"""Résumés as rows of token ids, in batches of nearly equal length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from collective_lab.signals.tokens import Tokens

MULTIPLE = 8  # of widths, so that runs side by side more often have batches of one shape
SORTED_TOGETHER = 50  # batches; transformers' group_by_length has the same number


@dataclass(frozen=True, eq=False)
class Rows:
    """What a model reads of n résumés.

    Attributes
    ----------
    ids
        Token ids with the special tokens at both ends, padded at the right; shape (n, length).
    lengths
        Tokens of each, shape (n,).
    """

    ids: Tensor
    lengths: Tensor

    def __len__(self) -> int:
        return len(self.ids)

    def to(self, device: torch.device) -> "Rows":
        """Return the rows on a device."""
        return Rows(self.ids.to(device), self.lengths.to(device))

    def batch(self, chosen: Tensor) -> "Rows":
        """Return some of the rows, about as wide as needed; `chosen` are their positions."""
        lengths = self.lengths[chosen]
        width = -(-int(lengths.max()) // MULTIPLE) * MULTIPLE
        return Rows(self.ids[chosen, :width], lengths)


def side_by_side(batches: Sequence[Rows]) -> tuple[Tensor, Tensor | None]:
    """Return batches of one shape as an encoder takes them.

    Returns
    -------
    Ids, shape (runs, n, length), and lengths, shape (runs, n), or no lengths if all are equal.
    """
    ids = torch.stack([batch.ids for batch in batches])
    lengths = torch.stack([batch.lengths for batch in batches])
    return ids, None if int(lengths.min()) == ids.shape[2] else lengths


def rows(documents: Sequence[Tokens], window: int, first: int, last: int, padding: int) -> Rows:
    """Return documents as rows, cut to a window of tokens.

    Parameters
    ----------
    documents
        Résumés as tokens.
    window
        Tokens of the résumé that the model reads, special tokens aside.
    first, last, padding
        The ids of the special tokens.
    """
    seen = [document.ids[:window] for document in documents]
    inside = np.fromiter(map(len, seen), dtype=np.int64, count=len(seen))
    place = np.arange(int(inside.max(initial=0)) + 2)
    ids = np.full((len(seen), len(place)), padding, dtype=np.int64)
    ids[:, 0] = first
    if seen:
        ids[(place > 0) & (place <= inside[:, None])] = np.concatenate(seen)
    ids[np.arange(len(seen)), inside + 1] = last
    return Rows(torch.from_numpy(ids), torch.from_numpy(inside + 2))


def order(lengths: Tensor, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield the rows of each batch of one epoch: every row once, at random, alike ones together.

    Rows are shuffled, sorted by length within groups of fifty batches, cut into batches, and the
    batches are shuffled.

    Parameters
    ----------
    lengths
        Shape (n,), on the CPU.
    batch_size
        Rows per batch; the last of an epoch may have fewer.
    generator
        Decides the order.
    """
    shuffled = torch.randperm(len(lengths), generator=generator)
    batches: list[Tensor] = []
    for group in shuffled.split(SORTED_TOGETHER * batch_size):
        batches += group[lengths[group].argsort(stable=True)].split(batch_size)
    for number in torch.randperm(len(batches), generator=generator).tolist():
        yield batches[number]

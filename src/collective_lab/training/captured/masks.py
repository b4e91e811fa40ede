"""What dropout keeps in a step: each run draws it with a generator of its own, for all places.

The host need not know when: a captured graph moves the generators on. However wide a batch is, a
run draws for the widest, so that its draws are the same whichever batches are beside its own.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class KeptDropout(nn.Module):
    """Dropout that is told what to keep.

    Attributes
    ----------
    probability
        Of an entry, to be dropped.
    kept
        What it keeps each time that it is used in one pass, in that order; shape
        (R, b, length, width) each.
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability
        self.kept: list[Tensor] = []
        self.use = 0

    def forward(self, x: Tensor) -> Tensor:
        """Return x with some entries 0 and the others scaled up, in training; else x.

        Parameters
        ----------
        x
            As many entries as R · b · some length · width, in that order.
        """
        if not self.training or not self.probability:
            return x
        kept = self.kept[self.use]
        self.use = (self.use + 1) % len(self.kept)
        runs, rows, _, width = kept.shape
        split = x.reshape(runs, rows, -1, width)
        dropped = split * kept[:, :, : split.shape[2]] * (1 / (1 - self.probability))
        return dropped.reshape(x.shape)


class Masks:
    """What all dropouts of an encoder keep, for R runs.

    Parameters
    ----------
    dropouts
        Each with the lengths of what it drops out of in one pass, in the order in which it is used.
    rows, width
        Of a batch, b; of the encoder's stream.
    seeds
        Of each run.
    on
        The device.

    Attributes
    ----------
    generators
        One a run; none if nothing is dropped.
    """

    def __init__(
        self,
        dropouts: Sequence[tuple[KeptDropout, Sequence[int]]],
        rows: int,
        width: int,
        seeds: Sequence[int],
        on: torch.device,
    ) -> None:
        self.drawn: list[tuple[float, Tensor]] = []
        for probability in sorted({dropout.probability for dropout, _ in dropouts} - {0.0}):
            alike = [pair for pair in dropouts if pair[0].probability == probability]
            sizes = [rows * length * width for _, lengths in alike for length in lengths]
            kept = torch.empty(len(seeds), sum(sizes), dtype=torch.bool, device=on)
            parts = iter(kept.split(sizes, 1))
            for dropout, lengths in alike:
                dropout.kept = [
                    next(parts).view(len(seeds), rows, length, width) for length in lengths
                ]
            self.drawn.append((probability, kept))
        drawing = seeds if self.drawn else ()
        self.generators = [torch.Generator(on).manual_seed(seed) for seed in drawing]

    def draw(self) -> None:
        """Draw what the next step keeps."""
        for probability, kept in self.drawn:
            for run, generator in zip(kept, self.generators, strict=True):
                run.bernoulli_(1 - probability, generator=generator)

"""Random choices, one number at a time and fast: what the synthetic résumés are drawn with."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")
BLOCK = 1 << 14


class Draws:
    """A stream of uniform numbers from NumPy's PCG64, fetched in blocks.

    The n-th number depends on the seed alone, so a shorter corpus is the beginning of a longer one.

    Parameters
    ----------
    seed
        Any integer ≥ 0.
    """

    def __init__(self, seed: int) -> None:
        self.uniform = _uniforms(seed).__next__
        """Return the next number, in [0, 1)."""

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.uniform() < probability

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items, each as likely as the others."""
        return items[int(self.uniform() * len(items))]


def _uniforms(seed: int) -> Iterator[float]:
    generator = np.random.Generator(np.random.PCG64(seed))
    while True:
        yield from generator.random(BLOCK).tolist()

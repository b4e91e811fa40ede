"""What joining costs: the same for everybody, a list of people, or a distribution.

A cost is measured in what full success is worth to a member, so 1 is as much as there is to gain.
"""

from typing import Protocol, cast

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation


class Costs(Protocol):
    """Costs of a crowd; frozen distributions of `scipy.stats` are such."""

    def cdf(self, values: np.ndarray) -> np.ndarray:
        """Return F(c), the share of people whose cost is at most c."""

    def ppf(self, shares: np.ndarray) -> np.ndarray:
        """Return Q(a), the cost of the next person when the cheapest share a is in."""


class ListedCosts:
    """The costs of finitely many people, each as weighty as the other.

    Parameters
    ----------
    costs
        Shape (n,), n ≥ 1, finite.

    Raises
    ------
    ValueError
        If there are none or one is not finite.
    """

    def __init__(self, costs: ArrayLike) -> None:
        self.sorted = np.sort(validation.finite("cost", costs, 1))
        if not self.sorted.size:
            raise ValueError("cost is empty: it must hold at least one person's cost")
        self._shares = np.arange(1, self.sorted.size + 1) / self.sorted.size

    def cdf(self, values: np.ndarray) -> np.ndarray:
        """Return the share of the list that is at most each value."""
        return np.searchsorted(self.sorted, values, side="right") / self.sorted.size

    def ppf(self, shares: np.ndarray) -> np.ndarray:
        """Return the cost of the next on the list when a share of it is in; at 1, the last."""
        position = np.searchsorted(self._shares, shares, side="right")
        return self.sorted[np.minimum(position, self.sorted.size - 1)]


def as_costs(cost: Costs | ArrayLike) -> Costs:
    """Return `cost` as a crowd's costs.

    Parameters
    ----------
    cost
        A number ≥ 0 that everybody bears; a list of people's costs; or an object with the methods
        `cdf` and `ppf`, such as `scipy.stats.norm(0.3, 0.1)`.

    Raises
    ------
    ValueError
        If it is none of these, or a single cost is negative or not finite.
    """
    if callable(getattr(cost, "cdf", None)) and callable(getattr(cost, "ppf", None)):
        return cast("Costs", cost)
    numbers = cast("ArrayLike", cost)
    if np.ndim(numbers) == 0:
        return ListedCosts([validation.at_least("cost", numbers, 0)])
    return ListedCosts(numbers)

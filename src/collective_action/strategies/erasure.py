"""The erasure strategy of Theorem 5: members file the label that belongs to the feature g(x)."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.population import Population
from collective_action.strategies.contest import Contest, held_and_rival, lead
from collective_action.strategies.signal import Signal, require_length, signal_map
from collective_action.strategies.strategy import Strategy


@dataclass(frozen=True, eq=False, init=False)
class Erasure(Strategy):
    """h(x, y) = (x, argmax_y P₀(y | g(x))), for S = Pr_{x~P₀}[f(x) = f(g(x))]. Source: Theorem 5.

    Parameters
    ----------
    g
        An integer array (n_features,), or a `Signal`, of which only the map is used. Theorem 5
        needs g∘g = g; the strategy itself is defined without it.
    labels
        The label that members file at each feature, shape (n_features,), in place of the likeliest
        at g(x). Where several labels are likeliest, the smallest is taken.

    Raises
    ------
    ValueError
        If g is not such an array, or labels are not as many.
    """

    g: np.ndarray
    labels: np.ndarray | None = field(default=None)

    def __init__(self, g: Signal | ArrayLike, labels: ArrayLike | None = None) -> None:
        object.__setattr__(self, "g", signal_map(g))
        if labels is not None:
            labels = validation.indices("labels", labels, np.iinfo(np.int64).max)
            if labels.size != self.g.size:
                raise ValueError(f"labels has {labels.size} entries: g has {self.g.size}")
        object.__setattr__(self, "labels", labels)

    def h(self, population: Population) -> tuple[np.ndarray, np.ndarray]:
        """Return x and the label filed there; see `Strategy.h`."""
        stay = np.arange(population.n_features)[:, np.newaxis]
        return stay, self.filed(population)[:, np.newaxis]

    def filed(self, population: Population) -> np.ndarray:
        """Return the label that members file at each feature, shape (n_features,).

        Raises
        ------
        ValueError
            If the strategy does not fit the population, or g(x) is empty for an x that is not: then
            P₀(y | g(x)) is undefined. At features that nobody has the label is never used.
        """
        require_places(population, self.g)
        if self.labels is None:
            return population.joint.argmax(axis=1)[self.g]
        return validation.indices("labels", self.labels, population.n_labels)

    def wanted(self, population: Population) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the features that somebody has, the label filed at each, and P₀(x)."""
        points = np.flatnonzero(population.marginal)
        return points, self.filed(population)[points], population.marginal[points]

    def contest(self, population: Population) -> Contest:
        """Return leads of P₀(x) at α = 1: members agree on one label; see `Strategy.contest`."""
        points, labels, weight = self.wanted(population)
        at_zero = lead(*held_and_rival(population.joint, points, labels))
        return Contest(points, labels, weight, at_zero[np.newaxis], weight[np.newaxis])


def require_places(population: Population, g: np.ndarray) -> None:
    """Raise ValueError if g does not fit the population or sends people to an empty feature."""
    require_length(population, g)
    marginal = population.marginal
    undefined = (marginal > 0) & (marginal[g] == 0)
    if undefined.any():
        x = int(np.flatnonzero(undefined)[0])
        raise ValueError(
            f"g[{x}] is {g[x]}, a feature that nobody has: P₀(y | g({x})) is undefined"
        )

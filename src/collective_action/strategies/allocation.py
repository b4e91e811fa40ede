"""The strategy that wins with the fewest members: reports go where the accidents need outvoting."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.population import Population
from collective_action.strategies.contest import Contest
from collective_action.strategies.planting import Planting
from collective_action.strategies.signal import require_fits

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False, init=False)
class Allocation(Planting):
    """P*(x, y*) = shares[x] on the signal set: members file reports wherever they were sent.

    It is no map h of a member's own data: whose report goes where is drawn, and most members file
    a report from a place where they were not.

    Parameters
    ----------
    signal
        The map g and the label y*.
    shares
        Shape (n_features,), at least 0, sum 1, and 0 off the signal set.

    Raises
    ------
    ValueError
        If signal is not a `Signal`, or shares are not such an array.
    """

    shares: np.ndarray

    def __init__(self, signal, shares: ArrayLike) -> None:
        object.__setattr__(self, "signal", signal)
        self.__post_init__()
        shares = validation.fractions("shares", shares)
        if shares.shape != self.signal.g.shape:
            raise ValueError(f"shares has shape {shares.shape}: g has {self.signal.g.shape}")
        if abs(shares.sum() - 1) > SUM_TOLERANCE:
            raise ValueError(f"shares sum to {shares.sum():.12g}: they must sum to 1")
        outside = np.setdiff1d(np.flatnonzero(shares), self.signal.points)
        if outside.size:
            raise ValueError(
                f"shares[{outside[0]}] is {shares[outside[0]]}: {outside[0]} is no signal point"
            )
        object.__setattr__(self, "shares", shares)

    def law(self, population: Population) -> Population:
        """Return P*; see `Strategy.law`."""
        require_fits(population, self.signal)
        joint = np.zeros_like(population.joint)
        joint[:, self.signal.target] = self.shares
        return Population(joint)

    def contest(self, population: Population) -> Contest:
        """Return leads of shares[x] at α = 1; see `Strategy.contest`."""
        return self._contest(population, self.shares, rivals_stay=False)

    def displaced(self, population: Population) -> float:
        """Return the least share of members who file a report from elsewhere than their own g(x).

        Σ_x (P*(x, y*) − P_g(x))₊: whoever can stay does.
        """
        _, _, weight = self.wanted(population)
        return float(np.maximum(self.shares[self.signal.points] - weight, 0.0).sum())

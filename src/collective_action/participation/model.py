"""The bargain of one member: the section of the paper on participation, as reported to us.

With a share a of the people in, a member has S(a) − c and an outsider γS(a). A member stays, and an
outsider joins, if S(a) − c ≥ γS(a): if being in is worth at least what it costs, (1−γ)S(a) ≥ c.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.participation.costs import Costs, as_costs

LOOKED_AT = np.linspace(0, 1, 257)
SLACK = 1e-12  # rounding that a nondecreasing curve may show


@dataclass(frozen=True, eq=False)
class Participation:
    """People who may join, what they gain, what it costs them, and what they have for nothing.

    Parameters
    ----------
    success
        S: takes an array of shares in [0, 1] and returns success of the same shape, a fraction in
        [0, 1] that never falls as the share grows. It may jump.
    cost
        c, in units of full success: a number ≥ 0, a list of people's costs, or a distribution with
        `cdf` and `ppf` such as those of `scipy.stats`.
    free_riding
        γ, the part of the success that reaches those who stay out, in [0, 1).

    Raises
    ------
    ValueError
        If the cost or γ is not allowed, or if success, looked at in 257 places, is not a fraction,
        falls, or has another shape than the shares that it was given.
    """

    success: Callable[[np.ndarray], np.ndarray]
    cost: float | np.ndarray | Costs
    free_riding: float = 0.0
    costs: Costs = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a curve, a cost or a share that makes no sense."""
        if np.ndim(self.free_riding) != 0:
            raise ValueError("free_riding is an array: it must be a single number")
        validation.fractions("free_riding", self.free_riding, below_one=True)
        object.__setattr__(self, "costs", as_costs(self.cost))
        _require_rising(self.success)

    def advantage(self, alphas: ArrayLike) -> np.ndarray:
        """Return (1−γ)S(a), what being in is worth before its cost, the shape of `alphas`."""
        shares = validation.fractions("alphas", alphas)
        return (1 - self.free_riding) * np.asarray(self.success(shares), dtype=np.float64)

    def response(self, alphas: ArrayLike) -> np.ndarray:
        """Return B(a) = F((1−γ)S(a)), the share of people who want to be in while a share a is.

        F is the distribution of the costs. Whoever is indifferent is in.

        Parameters
        ----------
        alphas
            Shares in [0, 1], any shape.

        Returns
        -------
        np.ndarray
            The shape of `alphas`; never falls as a grows.
        """
        return np.asarray(self.costs.cdf(self.advantage(alphas)), dtype=np.float64)

    def shortfall(self, alphas: ArrayLike) -> np.ndarray:
        """Return [Q(a) − (1−γ)S(a)]₊, what the next person lacks when the cheapest share a is in.

        Parameters
        ----------
        alphas
            Shares in [0, 1], any shape.

        Returns
        -------
        np.ndarray
            The shape of `alphas`, in units of full success; 0 where the next person joins unpaid.
        """
        advantage = self.advantage(alphas)
        return np.maximum(self.costs.ppf(np.asarray(alphas, dtype=np.float64)) - advantage, 0)


def _require_rising(success: Callable[[np.ndarray], np.ndarray]) -> None:
    values = np.asarray(success(LOOKED_AT.copy()), dtype=np.float64)
    if values.shape != LOOKED_AT.shape:
        raise ValueError(
            f"success returned shape {values.shape} for shares of shape {LOOKED_AT.shape}: "
            "it must return one success for each share"
        )
    outside = np.flatnonzero(~((values >= -SLACK) & (values <= 1 + SLACK)))
    if outside.size:
        at = outside[0]
        raise ValueError(f"success({LOOKED_AT[at]}) is {values[at]}: it must be in [0, 1]")
    falls = np.flatnonzero(np.diff(values) < -SLACK)
    if falls.size:
        at = falls[0]
        raise ValueError(
            f"success falls from {values[at]} at {LOOKED_AT[at]} to {values[at + 1]} at "
            f"{LOOKED_AT[at + 1]}: it must never fall as the share grows"
        )

"""What becomes of one order: it is offered, declined, raised and offered again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.dispatch.arguments import whole


@dataclass(frozen=True)
class Rule:
    """The platform's rule for raising the pay of an order that was declined.

    An order is offered to an idle courier drawn at random, whoever declined before included. An
    outsider takes any offer. A member declines until the pay has been raised k times.

    Parameters
    ----------
    raises
        k, how often the pay is raised at most, a whole number of at least 1.
    threshold
        R, what members ask for, the pay after k raises, in units of the base pay; above 1.

    Raises
    ------
    ValueError
        If raises is not such a number or threshold is not above 1.
    """

    raises: int
    threshold: float

    def __post_init__(self) -> None:
        """Refuse a rule that never raises, or that raises nothing."""
        object.__setattr__(self, "raises", whole("raises", self.raises, 1))
        threshold = validation.at_least("threshold", self.threshold, 1, strictly=True)
        object.__setattr__(self, "threshold", threshold)

    @property
    def step(self) -> float:
        """What one decline adds to the pay, (R − 1)/k, in units of the base pay."""
        return (self.threshold - 1) / self.raises

    @property
    def prices(self) -> np.ndarray:
        """The pay after 0, 1, …, k raises, shape (k + 1,), in units of the base pay."""
        return 1 + self.step * np.arange(self.raises + 1)

    def to_members(self, share: ArrayLike) -> np.ndarray:
        """Return q^{k+1}, the chance that a member takes an order.

        Parameters
        ----------
        share
            q, members' share of the idle couriers, in [0, 1], any shape.

        Returns
        -------
        np.ndarray
            The shape of `share`.
        """
        return validation.fractions("share", share) ** (self.raises + 1)

    def declines(self, share: ArrayLike) -> np.ndarray:
        """Return q + q² + … + q^k, the mean number of times that an order is declined.

        Parameters
        ----------
        share
            q, as in `to_members`.

        Returns
        -------
        np.ndarray
            The shape of `share`.
        """
        q = validation.fractions("share", share)
        return (q[..., np.newaxis] ** np.arange(1, self.raises + 1)).sum(axis=-1)

    def average(self, share: ArrayLike) -> np.ndarray:
        """Return 1 + (R − 1)/k (q + … + q^k), the mean pay of an order in units of the base pay.

        Parameters
        ----------
        share
            q, as in `to_members`.

        Returns
        -------
        np.ndarray
            The shape of `share`.
        """
        return 1 + self.step * self.declines(share)

"""A firm that errs: how far from optimal, in which sense, and what that costs a collective."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation

WITH_SLACK = ("joint", "mixture")
"""The meanings of near with one budget for all points together, `Firm.slack`."""

NEAR = (*WITH_SLACK, "pointwise")
"""All meanings of near."""


@dataclass(frozen=True, eq=False, init=False)
class Firm:
    """An ε-suboptimal firm: it is optimal for some law P̃ near the law P that it sees.

    A firm f is optimal for P̃ if f(x) ∈ argmax_y P̃(x, y) for all x.

    Parameters
    ----------
    epsilon
        ε, how far P̃ may be from P: a number in [0, 1), or an array of them where guarantees are
        computed for many firms at once. At 0 the firm may choose only among tied labels.
    near
        What far means. "joint": the total variation TV(P̃, P) of the laws on features × labels is at
        most ε. "mixture": P̃ = (1−ε)P + εQ for some law Q, which robust statistics calls
        contamination. "pointwise": at each x with P(x) > 0 the total variation of the conditional
        laws P̃(· | x) and P(· | x) is at most ε; such a law is within ε for "joint" too.

    Raises
    ------
    ValueError
        If an epsilon is outside [0, 1) or `near` is none of these.
    """

    epsilon: np.ndarray
    near: str

    def __init__(self, epsilon: ArrayLike = 0.0, near: str = "joint") -> None:
        object.__setattr__(self, "near", validation.choice("near", near, NEAR))
        object.__setattr__(
            self, "epsilon", validation.fractions("epsilon", epsilon, below_one=True)
        )

    @property
    def slack(self) -> np.ndarray:
        """c(ε), the total margin that the firm can overturn, shaped as epsilon.

        It is 2ε for "joint" and ε/(1−ε) for "mixture". Proved in this book.

        Raises
        ------
        ValueError
            If near is "pointwise": the firm then has no total, but 2ε·P(x) at each x.
        """
        if self.near not in WITH_SLACK:
            raise ValueError(
                f"near is {self.near!r}: such a firm has no slack c(ε) for all points together; "
                "at each x alone it can overturn a margin of 2ε·P(x)"
            )
        return 2 * self.epsilon if self.near == "joint" else self.epsilon / (1 - self.epsilon)

    @property
    def budget(self) -> float:
        """c(ε) of one firm; ValueError if epsilon holds several or there is no c(ε)."""
        return float(Firm(self.tolerance, self.near).slack)

    @property
    def tolerance(self) -> float:
        """ε of one firm; ValueError if epsilon holds several."""
        if self.epsilon.ndim:
            raise ValueError(f"epsilon has shape {self.epsilon.shape}: it must be a single number")
        return float(self.epsilon)


EXACT = Firm()
"""The firm of Theorems 1, 3 and 5 at ε = 0: optimal, its ties broken against the collective."""

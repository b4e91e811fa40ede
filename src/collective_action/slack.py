"""The slack c(ε): the total margin that an ε-suboptimal firm can overturn."""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation

CONTAMINATIONS = ("total-variation", "contamination")


def slack(epsilon: ArrayLike, contamination: str = "total-variation") -> np.ndarray:
    """Return c(ε), the total margin that an ε-suboptimal firm can overturn.

    f is ε-suboptimal under P if f(x) ∈ argmax_y P̃(x, y) for some law P̃ near P. Near means
    TV(P̃, P) ≤ ε under "total-variation", where c(ε) = 2ε, and P̃ = (1−ε)P + εQ for some law Q
    under "contamination", where c(ε) = ε/(1−ε). Proved in this book.

    Parameters
    ----------
    epsilon
        Numbers in [0, 1).
    contamination
        "total-variation" or "contamination".

    Raises
    ------
    ValueError
        If an epsilon is outside [0, 1) or the contamination is unknown.
    """
    validation.choice("contamination", contamination, CONTAMINATIONS)
    eps = validation.fractions("epsilon", epsilon, below_one=True)
    return 2 * eps if contamination == "total-variation" else eps / (1 - eps)

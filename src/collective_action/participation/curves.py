"""Success from a table: a curve through measured sizes and successes that never falls."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from collective_action import validation


@dataclass(frozen=True, eq=False)
class TabulatedSuccess:
    """A success curve through the points of a table, by monotone cubic interpolation.

    Between two points the curve stays between their values. A table that does not begin at α = 0 is
    taken to begin there with no success, and beyond its last point success stays what it was: where
    nothing was measured the curve does not flatter the collective.

    Parameters
    ----------
    alphas
        Shape (n,), sizes in [0, 1], strictly increasing.
    successes
        Shape (n,), fractions in [0, 1] that never fall. Averages over few seeds often do:
        `scipy.optimize.isotonic_regression` gives the nearest table that does not.

    Raises
    ------
    ValueError
        If the table is empty, unordered, out of range, or its successes fall.
    """

    alphas: np.ndarray
    successes: np.ndarray
    _curve: PchipInterpolator | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the table and fit the curve."""
        sizes = validation.fractions("alphas", self.alphas)
        values = validation.fractions("successes", self.successes)
        if sizes.ndim != 1 or sizes.shape != values.shape or not sizes.size:
            raise ValueError(
                f"alphas has shape {sizes.shape} and successes {values.shape}: "
                "they must be one-dimensional, equally long and not empty"
            )
        _require("alphas", sizes, np.diff(sizes) > 0, "they must strictly increase")
        _require("successes", values, np.diff(values) >= 0, "they must never fall; see "
                 "scipy.optimize.isotonic_regression")  # fmt: skip
        object.__setattr__(self, "alphas", sizes)
        object.__setattr__(self, "successes", values)
        if sizes[0] > 0:
            sizes, values = np.append(0.0, sizes), np.append(0.0, values)
        curve = PchipInterpolator(sizes, values) if sizes.size > 1 else None
        object.__setattr__(self, "_curve", curve)

    def __call__(self, alphas: ArrayLike) -> np.ndarray:
        """Return the success at each size in [0, 1], the shape of `alphas`."""
        sizes = validation.fractions("alphas", alphas)
        if self._curve is None:  # a table of α = 0 alone
            return np.full(sizes.shape, self.successes[0])
        return np.clip(self._curve(np.minimum(sizes, self.alphas[-1])), 0, self.successes[-1])


def _require(name: str, values: np.ndarray, holds: np.ndarray, rule: str) -> None:
    if not holds.all():
        at = int(np.flatnonzero(~holds)[0])
        raise ValueError(
            f"{name}[{at + 1}] is {values[at + 1]} after {name}[{at}] = {values[at]}: {rule}"
        )

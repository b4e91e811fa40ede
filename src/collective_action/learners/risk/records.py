"""Setting II of the paper: the data, weighted records with real features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action.validation import finite, fraction

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False, init=False)
class Records:
    """A law with finitely many atoms on real features × labels: what a firm trains on.

    Parameters
    ----------
    features
        Shape (n, d), n ≥ 1, finite. A constant column of ones is the model's intercept.
    labels
        Shape (n,), finite; zeros when omitted (mean estimation has no labels).
    weights
        Shape (n,), at least 0, summing to one; uniform when omitted.

    Raises
    ------
    ValueError
        If a shape is wrong, an entry is not finite, or the weights are not a law.
    """

    features: np.ndarray
    labels: np.ndarray
    weights: np.ndarray

    def __init__(
        self,
        features: ArrayLike,
        labels: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> None:
        features = finite("features", features, 2)
        size = len(features)
        if size == 0 or features.shape[1] == 0:
            raise ValueError(f"features has shape {features.shape}: both sizes must be at least 1")
        labels = np.zeros(size) if labels is None else finite("labels", labels, 1)
        weights = np.full(size, 1 / size) if weights is None else finite("weights", weights, 1)
        for name, array in (("labels", labels), ("weights", weights)):
            if len(array) != size:
                raise ValueError(f"{name} has {len(array)} entries: features has {size} rows")
        if weights.min() < 0:
            at = int(weights.argmin())
            raise ValueError(f"weights[{at}] is {weights[at]}: a weight is at least 0")
        if abs(weights.sum() - 1) > SUM_TOLERANCE:
            raise ValueError(
                f"weights sums to {weights.sum():.12g}: it must sum to 1 within {SUM_TOLERANCE:g}"
            )
        for name, array in (("features", features), ("labels", labels), ("weights", weights)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __len__(self) -> int:
        """Return the number of atoms."""
        return len(self.features)

    def mix(self, other: "Records", alpha: float) -> "Records":
        """Return α·other + (1−α)·self, the law P_α that the firm sees.

        Parameters
        ----------
        other
            A collective's law P*, with the same number of feature columns.
        alpha
            The fraction of the mixture that `other` makes up, in [0, 1].

        Raises
        ------
        ValueError
            If the columns differ in number or alpha is not a single number in [0, 1].
        """
        if other.features.shape[1] != self.features.shape[1]:
            raise ValueError(
                f"other.features has {other.features.shape[1]} columns: "
                f"it must have {self.features.shape[1]}"
            )
        share = fraction("alpha", alpha)
        return Records(
            np.concatenate([self.features, other.features]),
            np.concatenate([self.labels, other.labels]),
            np.concatenate([(1 - share) * self.weights, share * other.weights]),
        )

    def sample(self, n: int, rng: int | np.random.Generator) -> "Records":
        """Return n records drawn independently, equally weighted.

        Parameters
        ----------
        n
            How many, at least 1.
        rng
            A seed or a generator.

        Raises
        ------
        ValueError
            If n is below 1.
        """
        if n < 1:
            raise ValueError(f"n is {n}: it must be at least 1")
        drawn = np.random.default_rng(rng).choice(
            len(self), size=n, p=self.weights / self.weights.sum()
        )
        return Records(self.features[drawn], self.labels[drawn])

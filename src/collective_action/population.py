"""The model of the paper, base population P₀: a finite law on features × labels."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation

SUM_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False, init=False)
class Population:
    """A finite law P₀ on features × labels.

    Parameters
    ----------
    joint
        Shape (n_features, n_labels), at least one feature and two labels. `joint[x, y]` is the
        mass of people with feature x and label y, as a fraction of everyone. The array is copied
        and the copy is read-only.

    Raises
    ------
    ValueError
        If the shape is wrong, an entry is negative, NaN or infinite, or the entries do not sum to
        one within 1e-9.
    """

    joint: np.ndarray

    def __init__(self, joint: ArrayLike) -> None:
        joint = validation.numeric("joint", joint, 2)
        if joint.shape[0] < 1 or joint.shape[1] < 2:
            raise ValueError(
                f"joint has shape {joint.shape}: it needs at least one feature and two labels"
            )
        if not (joint.min() >= 0 and joint.max() < np.inf):
            x, y = np.argwhere(~((joint >= 0) & (joint < np.inf)))[0]
            raise ValueError(f"joint[{x}, {y}] is {joint[x, y]}: a mass is finite and at least 0")
        total = joint.sum()
        if abs(total - 1) > SUM_TOLERANCE:
            raise ValueError(
                f"joint sums to {total:.12g}: it must sum to 1 within {SUM_TOLERANCE:g}"
            )
        joint.setflags(write=False)
        object.__setattr__(self, "joint", joint)

    @property
    def n_features(self) -> int:
        """Number of features, empty ones included."""
        return self.joint.shape[0]

    @property
    def n_labels(self) -> int:
        """Number of labels."""
        return self.joint.shape[1]

    @cached_property
    def marginal(self) -> np.ndarray:
        """P₀(x), the share of people with feature x; shape (n_features,), read-only."""
        marginal = self.joint.sum(axis=1)
        marginal.setflags(write=False)
        return marginal

    @cached_property
    def conditional(self) -> np.ndarray:
        """P₀(y | x), shape (n_features, n_labels), read-only; NaN in the rows of empty features."""
        mass = self.marginal[:, np.newaxis]
        conditional = np.full_like(self.joint, np.nan)
        np.divide(self.joint, mass, out=conditional, where=mass > 0)
        conditional.setflags(write=False)
        return conditional

    def mix(self, other: "Population", alpha: float) -> "Population":
        """Return α·other + (1−α)·self: what the firm sees when a fraction α comes from `other`.

        Parameters
        ----------
        other
            A population of the same shape, often a collective's P*.
        alpha
            The fraction of the mixture that `other` makes up, in [0, 1].

        Raises
        ------
        ValueError
            If the shapes differ or alpha is not a single number in [0, 1].
        """
        self._require_same_shape(other)
        share = validation.fraction("alpha", alpha)
        return Population(share * other.joint + (1 - share) * self.joint)

    def total_variation(self, other: "Population") -> float:
        """Return ½ Σ |self − other|, the largest difference in the mass of any event, in [0, 1].

        Raises
        ------
        ValueError
            If the shapes differ.
        """
        self._require_same_shape(other)
        return 0.5 * float(np.abs(self.joint - other.joint).sum())

    def sample(self, n: int, rng: int | np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw n people independently.

        Parameters
        ----------
        n
            How many, at least 0.
        rng
            A seed or a generator.

        Returns
        -------
        features, labels
            Integer arrays of shape (n,).

        Raises
        ------
        ValueError
            If n is negative.
        """
        if n < 0:
            raise ValueError(f"n is {n}: it must be at least 0")
        cells = self.joint.ravel()
        drawn = np.random.default_rng(rng).choice(cells.size, size=n, p=cells / cells.sum())
        return drawn // self.n_labels, drawn % self.n_labels

    @classmethod
    def from_samples(
        cls, features: ArrayLike, labels: ArrayLike, n_features: int, n_labels: int
    ) -> "Population":
        """Return the empirical law of paired observations.

        Parameters
        ----------
        features, labels
            Integer arrays of one length n ≥ 1, in [0, n_features) and [0, n_labels).
        n_features, n_labels
            The shape of the law; features that nobody has stay empty.

        Raises
        ------
        ValueError
            If the lengths differ, there is no observation, or an entry is out of range.
        """
        xs = validation.indices("features", features, n_features)
        ys = validation.indices("labels", labels, n_labels)
        if xs.size != ys.size:
            raise ValueError(f"features has {xs.size} entries and labels {ys.size}: they are pairs")
        if xs.size == 0:
            raise ValueError("features is empty: a law needs at least one observation")
        counts = np.bincount(xs * n_labels + ys, minlength=n_features * n_labels)
        return cls(counts.reshape(n_features, n_labels) / xs.size)

    def _require_same_shape(self, other: "Population") -> None:
        if other.joint.shape != self.joint.shape:
            raise ValueError(
                f"other.joint has shape {other.joint.shape}: it must have {self.joint.shape}"
            )

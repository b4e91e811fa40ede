"""Setting II of the paper, attainable gradients: a programme's equations, in units of order one."""

from dataclasses import dataclass

import numpy as np

from collective_action.learners.risk.directions import Directions
from collective_action.learners.risk.losses import ROUNDING


@dataclass(frozen=True, eq=False)
class Equations:
    """The equations x + Σ_j y_j·vectors_j = wanted, whatever the scale of the gradients.

    They are posed along the axes of the attainable set, in units of its extents, and then along the
    directions in which it is flat, where no x can help. Each y is in units of what it moves.

    Attributes
    ----------
    axes
        Shape (r, p): the axes, each divided by the extent of the set along it.
    vectors
        Shape (j, q), of the programme's vectors in these units; r ≤ q ≤ p equations.
    wanted
        Shape (q,).
    units
        Shape (j,): y·units are the unknowns z of the equations.
    """

    axes: np.ndarray
    vectors: np.ndarray
    wanted: np.ndarray
    units: np.ndarray

    @classmethod
    def of(
        cls, directions: Directions, vectors: np.ndarray, wanted: np.ndarray
    ) -> "Equations | None":
        """Return the equations, or None if one of them cannot be satisfied."""
        axes = directions.axes / directions.extents[:, np.newaxis]
        along = vectors @ axes.T
        lengths = np.linalg.norm(vectors, axis=1)
        beside = _significant(vectors @ directions.flat.T, lengths[:, np.newaxis])
        missing = _significant(directions.flat @ wanted, np.linalg.norm(wanted))
        units = np.linalg.norm(along, axis=1)
        units = np.where(units > 0, units, np.where(lengths > 0, lengths, 1))
        beside = (beside / units[:, np.newaxis]).T
        binding = beside.any(axis=1)
        if missing[~binding].any():
            return None
        largest = np.abs(beside[binding]).max(axis=1, initial=0)
        return cls(
            axes,
            np.hstack([along / units[:, np.newaxis], beside[binding].T / largest]),
            np.concatenate([axes @ wanted, missing[binding] / largest]),
            units,
        )

    def moves(self, moves: np.ndarray) -> np.ndarray:
        """Return what moves of shape (…, p) contribute to the equations, shape (…, q)."""
        flat = np.zeros((*moves.shape[:-1], len(self.wanted) - len(self.axes)))
        return np.concatenate([moves @ self.axes.T, flat], axis=-1)

    def price(self, marginals: np.ndarray) -> np.ndarray:
        """Return the price of a gradient, shape (p,), from the equations' marginals."""
        return marginals[: len(self.axes)] @ self.axes


def _significant(parts: np.ndarray, lengths) -> np.ndarray:
    return np.where(np.abs(parts) > ROUNDING * lengths, parts, 0)

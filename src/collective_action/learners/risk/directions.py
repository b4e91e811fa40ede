"""Setting II of the paper, attainable gradients: the directions in which a collective can push."""

from dataclasses import dataclass

import numpy as np

from collective_action.learners.risk.columns import Columns
from collective_action.learners.risk.losses import ROUNDING


@dataclass(frozen=True, eq=False)
class Directions:
    """Where the attainable gradients extend, and where they are flat.

    Attributes
    ----------
    axes
        Shape (r, p), orthonormal: the directions in which they extend.
    extents
        Shape (r,), above 0: how far, at most, along each axis.
    flat
        Shape (p − r, p), orthonormal: the directions in which a collective can change nothing.
    """

    axes: np.ndarray
    extents: np.ndarray
    flat: np.ndarray

    @classmethod
    def of(cls, columns: Columns, masses: np.ndarray, size: float) -> "Directions":
        """Return the directions of some columns.

        Parameters
        ----------
        columns, masses
            The choices, and the share of the collective in each group.
        size
            What a gradient is typically made of; the lengths of a record's own gradients are added.
            An extent is rounding when it is at most 1e-12 of these.
        """
        listed = slice(len(masses), None)
        owners, moves = columns.owners[listed], columns.moves[listed]
        lengths = np.linalg.norm(columns.gradients, axis=1)
        sizes = lengths[listed] + lengths[owners] + size
        relative = moves / np.where(sizes > 0, sizes, 1)[:, np.newaxis]
        weighted = np.sqrt(masses[owners])[:, np.newaxis] * relative
        basis = np.linalg.svd(np.linalg.qr(weighted, mode="r"))[2]
        extends = _extents(relative, owners, basis, masses) > ROUNDING
        # Where nothing is flat the coordinates serve as well, and simplex is faster in them.
        axes = np.eye(len(basis)) if extends.all() else basis[extends]
        return cls(axes, _extents(moves, owners, axes, masses), basis[~extends])


def _extents(moves, owners, basis, masses) -> np.ndarray:
    """Return how far the average of the groups' moves goes along each direction at most."""
    if len(moves) == 0:
        return np.zeros(len(basis))
    order = np.argsort(owners, kind="stable")
    starts = np.flatnonzero(np.diff(owners[order], prepend=-1))
    largest = np.maximum.reduceat(np.abs(moves @ basis.T)[order], starts)
    return masses[owners[order][starts]] @ largest

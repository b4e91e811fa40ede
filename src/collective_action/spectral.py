"""A defence by spectral traces: what a planted shift does to the covariance of representations.

A firm turns each record into d numbers. If a share α of them is shifted by a vector δ, their
covariance is Σ + α(1−α) δδᵀ, where Σ is the average covariance within the two groups. The idea is
that of Tran, Li and Madry (2018), of whom we read the abstract; the statements and constants here
are proved in this book. σ²max bounds the variance of each group in every direction from above,
σ²min that of Σ from below.
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation


def covariance(representations: ArrayLike) -> np.ndarray:
    """Return the covariance of representations, shape (d, d), divided by n.

    Parameters
    ----------
    representations
        Shape (n, d), one record a row.

    Raises
    ------
    ValueError
        If it is not such an array of finite numbers, or is empty.
    """
    rows = validation.finite("representations", representations, 2)
    if not rows.size:
        raise ValueError(f"representations has shape {rows.shape}: it must not be empty")
    centred = rows - rows.mean(axis=0)
    return centred.T @ centred / len(rows)


def top_direction(representations: ArrayLike) -> np.ndarray:
    """Return the unit vector u along which representations vary most, shape (d,).

    It is the first right singular vector of the centred representations; its largest entry is
    positive. The arguments and errors are those of `covariance`.
    """
    direction = np.linalg.eigh(covariance(representations))[1][:, -1]
    return direction * np.sign(direction[np.abs(direction).argmax()])


def scores(representations: ArrayLike) -> np.ndarray:
    """Return how far each record lies from the mean along the top direction, squared; shape (n,).

    The defence removes the records with the largest scores and trains again.
    """
    rows = validation.finite("representations", representations, 2)
    return ((rows - rows.mean(axis=0)) @ top_direction(rows)) ** 2


def leading_shift(share: float, most: float, least: float = 0.0) -> float:
    """Return the length of a shift from which on the top direction must have a part along it.

    Parameters
    ----------
    share
        α, the share of the records that are shifted, in (0, 1).
    most, least
        σ²max ≥ σ²min ≥ 0: no group varies more in any direction, and their average no less.

    Returns
    -------
    float
        √((σ²max − σ²min) / (α(1−α))). For a shorter shift some population has none.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    between = _between(share)
    return float(np.sqrt(_uneven(most, least) / between))


def separation(share: float, shift: float, most: float, least: float = 0.0) -> float:
    """Return the lower bound of (u·δ)², the squared distance of the two means along u.

    Parameters
    ----------
    share, most, least
        As in `leading_shift`.
    shift
        ‖δ‖, at least 0.

    Returns
    -------
    float
        ‖δ‖² − (σ²max − σ²min) / (α(1−α)), and 0 where that is negative.
    """
    length = validation.at_least("shift", shift, 0)
    return max(length**2 - _uneven(most, least) / _between(share), 0.0)


def misjudged(share: float, shift: float, most: float, least: float = 0.0) -> float:
    """Return an upper bound for the share that is misjudged in either group.

    A record is removed if it lies further than |u·δ|/2 from the mean along u. The bound is
    σ²max / ((1/2 − α)² (u·δ)²), by Chebyshev's inequality; 1 where it says nothing.

    Raises
    ------
    ValueError
        If an argument is out of range or the share is 1/2 or more.
    """
    if not 0 < validation.fraction("share", share) < 0.5:
        raise ValueError(f"share is {share}: it must be above 0 and below 1/2")
    apart = separation(share, shift, most, least)
    margin = (0.5 - share) ** 2 * apart
    return 1.0 if margin <= most else most / margin


def _between(share: float) -> float:
    alpha = validation.fraction("share", share)
    if alpha in (0, 1):
        raise ValueError(f"share is {alpha}: it must be above 0 and below 1")
    return alpha * (1 - alpha)


def _uneven(most: float, least: float) -> float:
    smallest = validation.at_least("least", least, 0)
    return validation.at_least("most", most, smallest) - smallest

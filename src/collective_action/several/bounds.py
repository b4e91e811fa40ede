"""What a collective that plants with labels is promised when others plant beside it.

Each of the first three says at which size it would have the same success alone; what is known of
one collective then holds. `among` needs Δ and ξ only, and the others' overlaps.
A guarantee is returned as its formula stands: below 0 it says nothing.
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation


def beside_stranger(alphas: ArrayLike, betas: ArrayLike) -> np.ndarray:
    """Return α/(1−β): beside a stranger of size β, success is what this size has alone.

    Parameters
    ----------
    alphas, betas
        Sizes of the collective and of the stranger, or of all strangers together, that broadcast
        and add up to at most 1. Where β is 1 the size is 0.

    Raises
    ------
    ValueError
        If the sizes are no such shares.
    """
    alpha, beta = _sizes(alphas, betas)
    return _ratio(alpha, 1 - beta)


def beside_ally(alphas: ArrayLike, betas: ArrayLike) -> np.ndarray:
    """Return α+β: beside an ally of size β, success is what both have together.

    Parameters and errors as for `beside_stranger`.
    """
    alpha, beta = _sizes(alphas, betas)
    return np.minimum(alpha + beta, 1.0)


def beside_rival(alphas: ArrayLike, betas: ArrayLike) -> np.ndarray:
    """Return (α−β)/(1−2β): beside a rival of size β < α, success is at least what this has alone.

    It is exactly that if the rival wants the label that most people at each signal point have.
    Parameters and errors as for `beside_stranger`; 0 where α is not above β.
    """
    alpha, beta = _sizes(alphas, betas)
    return np.clip(_ratio(np.maximum(alpha - beta, 0.0), 1 - 2 * beta), 0.0, 1.0)


def stranger_critical_mass(alone: ArrayLike, betas: ArrayLike) -> np.ndarray:
    """Return α₀(1−β), the critical mass beside a stranger of one that is α₀ alone: slope −α₀.

    Parameters
    ----------
    alone, betas
        α₀ and the stranger's size, fractions that broadcast.

    Raises
    ------
    ValueError
        If one is no fraction.
    """
    mass, beta = validation.fractions("alone", alone), validation.fractions("betas", betas)
    return mass * (1 - beta)


def ally_critical_mass(alone: ArrayLike, betas: ArrayLike) -> np.ndarray:
    """Return (α₀−β)₊, the critical mass beside an ally of one that is α₀ alone: slope −1.

    Parameters and errors as for `stranger_critical_mass`.
    """
    mass, beta = validation.fractions("alone", alone), validation.fractions("betas", betas)
    return np.maximum(mass - beta, 0.0)


def rival_critical_mass(alone: ArrayLike, betas: ArrayLike) -> np.ndarray:
    """Return α₀+β(1−2α₀), enough beside a rival for one that is α₀ alone: slope 1−2α₀.

    Parameters and errors as for `stranger_critical_mass`; it exceeds 1−β, so that nobody is left to
    join, where β is 1/2 or more.
    """
    mass, beta = validation.fractions("alone", alone), validation.fractions("betas", betas)
    return mass + beta * (1 - 2 * mass)


def among(
    alphas: ArrayLike,
    betas: ArrayLike,
    *,
    gap: ArrayLike,
    uniqueness: ArrayLike,
    overlaps: ArrayLike,
) -> np.ndarray:
    """Return 1 − ((1 − α − Σβⱼ)Δξ + Σβⱼχⱼ)/α, a guarantee whatever the others want.

    Parameters
    ----------
    alphas
        Sizes of the collective, shape (...).
    betas
        Sizes of the M others, shape (..., M).
    gap, uniqueness
        Δ and ξ of the collective's signal.
    overlaps
        χⱼ, the share of each one's reports that land in the collective's signal set; shape (M,).

    Raises
    ------
    ValueError
        If an argument is no fraction or the sizes add up to more than 1.
    """
    others = validation.fractions("betas", betas)
    hits = validation.fractions("overlaps", overlaps)
    delta, xi = validation.fractions("gap", gap), validation.fractions("uniqueness", uniqueness)
    if others.ndim == 0 or hits.shape != others.shape[-1:]:
        raise ValueError(
            f"betas has shape {others.shape} and overlaps {hits.shape}: the last axis of both "
            "must hold a number for each of the others"
        )
    alpha, all_others = _sizes(alphas, np.minimum(others.sum(axis=-1), 1.0))
    lost = (1 - alpha - all_others) * delta * xi + others @ hits
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(alpha > 0, 1 - lost / alpha, -np.inf)[()]


def beside_copiers(
    alphas: ArrayLike,
    betas: ArrayLike,
    *,
    gap: ArrayLike,
    uniqueness: ArrayLike,
    carried_gap: ArrayLike,
) -> np.ndarray:
    """Return 1 − (1−α−β)Δξ/(α−βΔ̄), a guarantee beside people who copy the signal, not the label.

    It is −inf where α is not above βΔ̄: copiers have used the collective up.

    Parameters
    ----------
    alphas, betas
        Sizes of the collective and of those who copy, shares of all data that broadcast and add up
        to at most 1.
    gap, uniqueness, carried_gap
        Δ, ξ and Δ̄ of the signal, fractions that broadcast; see `collective_action.bounds`.

    Raises
    ------
    ValueError
        If an argument is no fraction or the sizes add up to more than 1.
    """
    alpha, beta = _sizes(alphas, betas)
    delta, xi = validation.fractions("gap", gap), validation.fractions("uniqueness", uniqueness)
    left = alpha - beta * validation.fractions("carried_gap", carried_gap)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(left > 0, 1 - (1 - alpha - beta) * delta * xi / left, -np.inf)[()]


def _sizes(alphas: ArrayLike, betas: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    alpha, beta = np.broadcast_arrays(
        validation.fractions("alphas", alphas), validation.fractions("betas", betas)
    )
    if (alpha + beta > 1 + 1e-12).any():
        raise ValueError(
            f"alphas and betas add up to {(alpha + beta).max():.6g}: together they are at most 1"
        )
    return alpha, beta


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return above/below, at most 1, and 0 where below is not above 0."""
    positive = below > 0
    return np.minimum(np.where(positive, above / np.where(positive, below, 1.0), 0.0), 1.0)[()]

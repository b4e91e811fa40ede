"""Steering a firm that clips gradients and adds noise: what is left of gradient control."""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from collective_action.validation import at_least, finite, fraction


@dataclass(frozen=True)
class NoisySteering:
    """Gradient control of a firm that adds N(0, (σC/m)²) to each entry of its mean gradient.

    While a contraction ρ is attainable, θ_T − θ* is (1−ηρ)^T(θ₀ − θ*) plus a normal vector with
    independent entries of standard deviation `spread`.

    Source: theorem "Steering through noise" of *Crowded out*.

    Parameters
    ----------
    contraction
        ρ in (0, 1/η].
    step_size
        η > 0.
    noise
        σC/m ≥ 0, the standard deviation of the noise in each entry of a mean gradient.
    parameters
        d ≥ 1, the length of θ.

    Raises
    ------
    ValueError
        If one of them is out of range.
    """

    contraction: float
    step_size: float
    noise: float
    parameters: int

    def __post_init__(self) -> None:
        rho = at_least("contraction", self.contraction, 0, strictly=True)
        eta = at_least("step_size", self.step_size, 0, strictly=True)
        if rho * eta > 1 + 1e-12:
            raise ValueError(f"contraction is {rho}: it must be at most 1/step_size = {1 / eta}")
        at_least("noise", self.noise, 0)
        at_least("parameters", self.parameters, 1)

    def spread(self, steps: int) -> float:
        """Return s_T, with s_T² = (ησC/m)²(1 − (1−ηρ)^{2T})/(1 − (1−ηρ)²).

        Parameters
        ----------
        steps
            T ≥ 0.
        """
        kept = (1 - self.step_size * self.contraction) ** 2
        repeated = (1 - kept ** at_least("steps", steps, 0)) / (1 - kept)
        return self.step_size * self.noise * sqrt(repeated)

    def mean_square(self, distance: float, steps: int) -> float:
        """Return E‖θ_T − θ*‖² = (1−ηρ)^{2T}D² + d·s_T².

        Parameters
        ----------
        distance
            D = ‖θ₀ − θ*‖ ≥ 0.
        steps
            T ≥ 0.
        """
        left = self._left(distance, steps)
        return left**2 + self.parameters * self.spread(steps) ** 2

    def guarantee(self, distance: float, steps: int, delta: float) -> float:
        """Return −(1−ηρ)^T D − s_T(√d + √(2 ln 1/δ)), below which S_T is with chance at most δ.

        Parameters
        ----------
        distance, steps
            As in `mean_square`.
        delta
            δ in (0, 1].
        """
        chance = fraction("delta", delta)
        if chance == 0:
            raise ValueError("delta is 0.0: it must be above 0")
        reach = sqrt(self.parameters) + sqrt(2 * log(1 / chance))
        return -self._left(distance, steps) - self.spread(steps) * reach

    def _left(self, distance: float, steps: int) -> float:
        kept = 1 - self.step_size * self.contraction
        return kept ** at_least("steps", steps, 0) * at_least("distance", distance, 0)


def clipped(gradients: ArrayLike, clip: float) -> np.ndarray:
    """Return gradients, shape (n, d), each cut to length `clip`.

    Parameters
    ----------
    gradients
        One a row.
    clip
        C > 0, infinite for none.

    Raises
    ------
    ValueError
        If the gradients have another shape or the clip is not above 0.
    """
    rows = finite("gradients", gradients, 2)
    if not clip > 0:
        raise ValueError(f"clip is {clip}: it must be above 0")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows * np.minimum(1.0, clip / np.maximum(lengths, 1e-300))


def holding_mass(gradients: ArrayLike, budget: float, clip: float) -> float:
    """Return α_c(C) = G_C/(G_C + min(B, C)), the least size that can hold a firm that clips.

    Members whose records have gradients of every direction and of length up to B can cancel the
    others' mean clipped gradient iff α ≥ α_c; above it they can move the firm in any direction.

    Source: theorem "The clip is the budget" of *Crowded out*.

    Parameters
    ----------
    gradients
        The others' gradients at the parameter where the firm is to be held, shape (n, d).
    budget
        B > 0, the longest gradient of a member's record.
    clip
        C > 0, infinite for none.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    longest = min(at_least("budget", budget, 0, strictly=True), clip)
    against = float(np.linalg.norm(clipped(gradients, clip).mean(axis=0)))
    return against / (against + longest)

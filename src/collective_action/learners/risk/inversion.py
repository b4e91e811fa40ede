"""Which gradients of logistic loss are those of records: a half-space, and a record for each.

The loss is log(1 + e^{x·θ}) − y·x·θ, labels 0 or 1, no penalty and no column that is fixed to 1: a
record's gradient is (sig(x·θ) − y)x. A record (x, 0) and its mirror image (−x, 1) have the same
one, so every record here has label 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, lambertw

from collective_action.validation import at_least, finite

ROUNDING = 1e-12
SURER = float(lambertw(np.exp(-1)).real)
"""κ₁ = W(1/e) = .27846…, the most that one record can do to make the model surer."""
TURN = 1 + SURER
"""The score, up to sign, at which it does: the solution z of z/(1 + e^z) = κ₁."""


@dataclass(frozen=True, eq=False)
class RecordGradients:
    """The gradients of single records at θ, and of all mixtures of records.

    Without limits they are the half-space ⟨θ, ψ⟩ ≥ −κ₁, whole and convex. A limit on the records'
    length cuts a smaller convex set out of it, and a clip intersects this with a ball.

    Parameters
    ----------
    theta
        θ, shape (d,), finite.
    longest
        D > 0: records have ‖x‖ ≤ D; no limit if left out.
    clip
        C > 0: the firm shortens longer gradients to C; no limit if left out.

    Raises
    ------
    ValueError
        If θ is no finite vector or a limit is not above 0.
    """

    theta: np.ndarray
    longest: float | None = None
    clip: float | None = None

    def __post_init__(self) -> None:
        theta = finite("theta", self.theta, 1)
        if theta.size == 0:
            raise ValueError("theta is empty: it must have at least one entry")
        object.__setattr__(self, "theta", theta)
        for name, limit in (("longest", self.longest), ("clip", self.clip)):
            if limit is not None:
                at_least(name, limit, 0, strictly=True)

    def contains(self, gradient: ArrayLike) -> bool:
        """Return whether a record has this gradient, after clipping and up to rounding.

        Parameters
        ----------
        gradient
            ψ, shape (d,).
        """
        wanted = self._vector("gradient", gradient)
        norm = float(np.linalg.norm(wanted))
        if self.clip is not None and norm > self.clip:
            return False
        along = float(self.theta @ wanted)
        if along < -SURER - ROUNDING * (1 + norm * float(np.linalg.norm(self.theta))):
            return False
        return self.longest is None or norm <= self.longest * float(expit(_score(along)))

    def record(self, gradient: ArrayLike) -> np.ndarray:
        """Return the shortest x for which (x, 0) has this gradient, shape (d,).

        It is ψ/sig(z) with z = a + W(ae^{−a}), a = ⟨θ, ψ⟩.

        Parameters
        ----------
        gradient
            ψ, shape (d,).

        Raises
        ------
        ValueError
            If no allowed record has it.
        """
        wanted = self._vector("gradient", gradient)
        if not self.contains(wanted):
            raise ValueError(
                f"gradient has ⟨θ, ψ⟩ = {float(self.theta @ wanted):.4g} and length "
                f"{float(np.linalg.norm(wanted)):.4g}: no allowed record has it"
            )
        return wanted / expit(_score(float(self.theta @ wanted)))

    def reach(self, direction: ArrayLike) -> float:
        """Return how far the gradients go along a direction, ∞ if without limit.

        Parameters
        ----------
        direction
            Shape (d,), not 0; its length plays no part.

        Raises
        ------
        ValueError
            If the direction is 0.
        """
        heading = self._vector("direction", direction)
        norm = float(np.linalg.norm(heading))
        if norm == 0:
            raise ValueError("direction is 0: it must point somewhere")
        along = float(self.theta @ heading) / norm
        if self.longest is None:
            free = np.inf if along >= 0 else -SURER / along
        else:
            size = self.longest if along >= 0 else min(self.longest, -TURN / along)
            free = size * float(expit(size * along))
        return float(free if self.clip is None else min(free, self.clip))

    def freezing_share(self, others: ArrayLike) -> float:
        """Return the least α at which records stop a firm at θ, where the others pull.

        It is ‖g‖/(‖g‖ + γ), γ the reach along −g; 0 if γ is without limit, when every α > 0 does.

        Parameters
        ----------
        others
            g, the gradient of the others' risk at θ, shape (d,).
        """
        pull = self._vector("others", others)
        norm = float(np.linalg.norm(pull))
        return 0.0 if norm == 0 else norm / (norm + self.reach(-pull))

    def _vector(self, name: str, value: ArrayLike) -> np.ndarray:
        vector = finite(name, value, 1)
        if vector.shape != self.theta.shape:
            raise ValueError(f"{name} has {vector.size} entries: it must have {self.theta.size}")
        return vector


def _score(along: float) -> float:
    """Return the larger z with z·sig(z) = a, for a ≥ −κ₁: the score of the shortest record."""
    inside = max(along * np.exp(-along), -np.exp(-1))
    return along + float(lambertw(inside).real)

"""Setting II of the paper, duality: a short proof that a smaller collective cannot steer.

With u = −g_{P₀}(θ*)/‖g_{P₀}(θ*)‖, γu is attainable. So for each direction v with ⟨u, v⟩ = 1,
γ = ⟨γu, v⟩ ≤ h_G(v), how far any attainable gradient goes along v, and the critical mass is at
least ‖g‖/(‖g‖ + h_G(v)). Whoever doubts it looks up one steepest record per group, and solves
nothing. The book proves that the best v leaves no gap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.risk.attainable import furthest
from collective_action.learners.risk.attainable_set import AttainableSet
from collective_action.learners.risk.steering import Steering, critical_mass
from collective_action.validation import finite


@dataclass(frozen=True, eq=False)
class Certificate:
    """Why no smaller collective steers the firm to a target.

    Attributes
    ----------
    direction
        v, shape (p,), with ⟨u, v⟩ = 1.
    height
        h_G(v) ≥ γ, the furthest that an attainable gradient goes along v.
    least_mass
        No fraction below it makes the firm deploy the target; infinite where h_G(v) < 0.
    """

    direction: np.ndarray
    height: float
    least_mass: float


def certificate(steering: Steering, direction: ArrayLike | None = None) -> Certificate:
    """Return what a direction proves about the mass that a target needs.

    Parameters
    ----------
    steering
        The target and what the collective can do about it.
    direction
        Shape (p,), less than 90 degrees away from u; scaled to ⟨u, v⟩ = 1. When omitted, the dual
        solution of the programme for γ, whose height is γ up to the programme's gap.

    Raises
    ------
    ValueError
        If g_{P₀}(θ*) = 0, so that nobody has to join, or the direction has another shape than θ* or
        does not point towards u.
    """
    if steering.push is None:
        raise ValueError(
            f"steering leads to target {steering.target}, where the population is already: "
            "its critical mass is 0, and there is nothing to certify"
        )
    norm = float(np.linalg.norm(steering.base_gradient))
    u = -steering.base_gradient / norm
    v = _best(steering, u) if direction is None else finite("direction", direction, 1)
    if len(v) != len(u):
        raise ValueError(f"direction has {len(v)} entries: it needs {len(u)}, as the target has")
    if not v @ u > 0:
        raise ValueError(
            f"direction is {v}: it must point towards u = {u}, and ⟨u, direction⟩ is {v @ u:.3g}"
        )
    v = v / (v @ u)
    height = furthest(steering.loss, steering.target, v, steering.menu).amount
    # g_{P₀} itself goes −‖g‖ along v; what is below that is rounding.
    return Certificate(v, height, float(critical_mass(norm, max(height, -norm))))


def _best(steering: Steering, u: np.ndarray) -> np.ndarray:
    """Return the dual solution; across the attainable set where it cannot move along u at all."""
    assert steering.push is not None
    attainable = AttainableSet.at(steering.loss, steering.target, steering.menu)
    flat = attainable.directions.flat
    beside = flat.T @ (flat @ u)
    blocked = np.linalg.norm(beside) * np.linalg.norm(steering.base_gradient) > attainable.rounding
    return beside if blocked else steering.push.normal

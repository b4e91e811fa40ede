"""Setting III, gradient control: how fast it is guaranteed to arrive (Theorem 10)."""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.learners.descent.landscapes import Landscape
from collective_action.validation import at_least, finite


def segment_contraction(
    landscape: Landscape,
    size: float,
    start: ArrayLike,
    target: ArrayLike,
    alphas: ArrayLike,
    points: int = 201,
) -> np.ndarray:
    """Return C(α) = min over the segment of (αB − (1−α)‖g_{P₀}(θ)‖)/‖θ₀ − θ*‖.

    Where it is positive, gradient control with a budget B never leaves the segment and arrives at
    the rate (1 − ηC(α))^T. The minimum is taken over a grid; when the landscape knows its
    smoothness L, what the gradient can gain between two grid points, L·spacing/2, is added, and
    the result is a lower bound on C(α).

    Parameters
    ----------
    landscape
        The firm's own risk.
    size
        B > 0, the largest gradient norm the collective can produce.
    start, target
        θ₀ ≠ θ*, shape (p,).
    alphas
        Fractions in [0, 1], any shape.
    points
        Grid points on the segment, at least 2.

    Returns
    -------
    numpy.ndarray
        In units of one over the step size, of the shape of `alphas`; negative where the collective
        is too small.
    """
    start, target = finite("start", start, 1), finite("target", target, 1)
    alphas = validation.fractions("alphas", alphas)
    size = at_least("size", size, 0, strictly=True)
    points = int(at_least("points", points, 2))
    distance = np.linalg.norm(start - target)
    if distance == 0:
        raise ValueError(f"target is {target}: it must differ from start")
    segment = np.linspace(start, target, points)
    steepest = np.linalg.norm(landscape.gradient(segment), axis=1).max()
    if landscape.smoothness is not None:
        steepest += landscape.smoothness * distance / (points - 1) / 2
    return (alphas * size - (1 - alphas) * steepest) / distance


def arrival_bound(
    contraction: float, step_size: float, steps: ArrayLike, distance: float
) -> np.ndarray:
    """Return (1 − ηC)^T·‖θ₀ − θ*‖, the guaranteed distance after T steps.

    Parameters
    ----------
    contraction
        C in (0, 1/η].
    step_size
        η > 0.
    steps
        T, an integer or array of integers.
    distance
        ‖θ₀ − θ*‖ ≥ 0.
    """
    rho = at_least("contraction", contraction, 0, strictly=True)
    eta = at_least("step_size", step_size, 0, strictly=True)
    if rho * eta > 1 + 1e-12:
        raise ValueError(f"contraction is {rho}: it must be at most 1/step_size = {1 / eta}")
    return max(1 - eta * rho, 0.0) ** np.asarray(steps) * at_least("distance", distance, 0)


def noise_floor(contraction: float, step_size: float, variance: float) -> float:
    """Return ησ²/(ρ(2 − ηρ)), to which E‖θ_T − θ*‖² falls when the firm draws minibatches.

    With a constant contraction ρ the stochastic error obeys e_{t+1} = (1−ηρ)e_t − ηζ_t with
    E[ζ_t | θ_t] = 0, so E‖e_T‖² ≤ (1−ηρ)^{2T}‖e₀‖² + this floor, as long as ρ stays attainable.

    Parameters
    ----------
    contraction
        ρ in (0, 1/η].
    step_size
        η > 0.
    variance
        σ², a bound on E‖ζ_t‖², the variance of one minibatch's average gradient.
    """
    rho = at_least("contraction", contraction, 0, strictly=True)
    eta = at_least("step_size", step_size, 0, strictly=True)
    if rho * eta > 1 + 1e-12:
        raise ValueError(f"contraction is {rho}: it must be at most 1/step_size = {1 / eta}")
    return eta * at_least("variance", variance, 0) / (rho * (2 - eta * rho))

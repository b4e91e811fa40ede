"""Setting II of the paper: steering a risk minimiser by neutralising its gradient (Theorem 7).

The firm deploys θ(P_α), the minimiser of a convex risk. A collective that wants θ* submits a law
P* with α·g_{P*}(θ*) + (1−α)·g_{P₀}(θ*) = 0: the mixed risk is then stationary, hence least, at θ*.
The theorem's number is the one reported in later work; the statements here are proved in the book.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.learners.risk.attainable import Reach, as_reach
from collective_action.learners.risk.attainable_set import AttainableSet
from collective_action.learners.risk.losses import Loss, parameter
from collective_action.learners.risk.menus import Menu
from collective_action.learners.risk.minimiser import minimiser
from collective_action.learners.risk.neutralising import neutralise
from collective_action.learners.risk.records import Records
from collective_action.validation import at_least, finite, fraction

TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Steering:
    """What a collective can do about one target θ*.

    Attributes
    ----------
    loss, target, menu
        The firm's loss, θ* of shape (p,), and the choices of a random sample of the population.
    base_gradient
        g_{P₀}(θ*), shape (p,).
    push
        The furthest attainable gradient along −g_{P₀}(θ*); its amount is γ. None when
        g_{P₀}(θ*) = 0: the population alone already leads to θ*.
    """

    loss: Loss
    target: np.ndarray
    menu: Menu
    base_gradient: np.ndarray
    push: Reach | None

    @property
    def gamma(self) -> float:
        """γ, in units of the gradient; infinite when there is nothing to neutralise."""
        return np.inf if self.push is None else self.push.amount

    @property
    def critical_mass(self) -> float:
        """α*, the least fraction that makes the firm deploy θ*; infinite if not even all can."""
        return float(critical_mass(np.linalg.norm(self.base_gradient), self.gamma))

    def submission(self, alpha: float) -> Records:
        """Return P*, what a collective of a fraction α submits.

        From the critical mass on, α*/α of the members push and the others leave their records as
        they are, which makes the firm deploy θ*. Below it everybody pushes, which gives the
        distance that `guarantee` promises.

        Parameters
        ----------
        alpha
            In [0, 1].
        """
        alpha = fraction("alpha", alpha)
        if self.push is None:
            return self.menu.members
        needed = self.critical_mass
        if alpha <= needed:
            return self.push.submission
        return self.menu.members.mix(self.push.submission, needed / alpha)

    def deployed(self, alpha: float) -> np.ndarray:
        """Return θ(P_α), shape (p,): what the firm deploys after this submission."""
        mixture = self.menu.members.mix(self.submission(alpha), alpha)
        return minimiser(self.loss, mixture)


def steer(loss: Loss, target: ArrayLike, menu: Menu) -> Steering:
    """Return γ, the critical mass and the data that steer a risk minimiser to a target.

    Parameters
    ----------
    loss
        The firm's loss, convex in θ.
    target
        θ*, shape (p,).
    menu
        The choices of the collective's members, whose own records are the population P₀.

    Raises
    ------
    ValueError
        If the target does not fit the loss.
    """
    target = parameter(loss, finite("target", target, 1), menu.members.features)
    attainable = AttainableSet.at(loss, target, menu)
    base = attainable.base
    neutral = neutralise(attainable, base, np.zeros(len(base)), np.inf)
    push = None if neutral is None else as_reach(neutral.solution, menu, neutral.gamma, neutral.gap)
    return Steering(loss, target, menu, base, push)


def critical_mass(base_norm: ArrayLike, gamma: ArrayLike) -> np.ndarray:
    """Return α* = ‖g‖/(‖g‖ + γ), the mass at which a push of γ cancels a gradient of norm ‖g‖.

    Parameters
    ----------
    base_norm
        ‖g_{P₀}(θ*)‖ ≥ 0, a number or array.
    gamma
        γ ≥ −‖g‖ (a collective that may leave its records alone attains −‖g‖), of a shape that
        broadcasts; infinite where nothing limits the push.

    Returns
    -------
    numpy.ndarray
        In [0, 1], zero where ‖g‖ = 0; infinite where γ < 0, so that not even the whole population
        can. A γ below zero by at most 1e-9·‖g‖ is taken for zero.

    Raises
    ------
    ValueError
        If a norm is negative or γ below −‖g‖ by more than rounding.
    """
    norms, pushes = np.broadcast_arrays(
        validation.numeric("base_norm", base_norm, np.ndim(base_norm)),
        validation.numeric("gamma", gamma, np.ndim(gamma)),
    )
    if not (norms >= 0).all():
        raise ValueError(f"base_norm is {base_norm}: a norm is at least 0")
    if not (pushes >= -(1 + TOLERANCE) * norms).all():
        raise ValueError(f"gamma is {gamma}: it must be at least minus base_norm")
    quotient = np.full(norms.shape, np.inf)
    able = pushes >= -TOLERANCE * norms
    np.divide(norms, norms + np.maximum(pushes, 0), out=quotient, where=able & (norms > 0))
    return np.where(norms == 0, 0.0, quotient)


def guarantee(
    base_norm: float, gamma: float, alphas: ArrayLike, strong_convexity: float
) -> np.ndarray:
    """Return a bound on ‖θ(P_α) − θ*‖ when everybody pushes: ((1−α)‖g‖ − αγ)₊ / μ.

    Parameters
    ----------
    base_norm, gamma
        ‖g_{P₀}(θ*)‖ and γ.
    alphas
        Fractions in [0, 1], any shape.
    strong_convexity
        μ > 0, a strong-convexity constant of the mixed risk.

    Returns
    -------
    numpy.ndarray
        Distances in the units of θ, of the shape of `alphas`; zero from the critical mass on.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    alphas = validation.fractions("alphas", alphas)
    norm = at_least("base_norm", base_norm, 0)
    mu = at_least("strong_convexity", strong_convexity, 0, strictly=True)
    return np.maximum((1 - alphas) * norm - alphas * gamma, 0) / mu

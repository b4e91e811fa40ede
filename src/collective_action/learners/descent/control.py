"""Setting III of the paper: gradient control, steering a firm that descends its risk (Theorem 10).

    θ_{t+1} = θ_t − η[α·g_{P*_t}(θ_t) + (1−α)·g_{P₀}(θ_t)]

The collective sees θ_t and chooses P*_t so that the bracket is ρ·(θ_t − point): the distance to the
point shrinks by 1 − ηρ, whatever the shape of the risk. The theorem's number is the one reported in
later work; the rate is proved in the book.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.descent.budgets import Budget, DataBudget, needed_along
from collective_action.learners.descent.optimisers import Optimiser, Plain
from collective_action.learners.risk.losses import mean_gradient
from collective_action.learners.risk.records import Records
from collective_action.validation import at_least, finite, fraction

LANDED = 1e-10
NO_PROGRESS = 1e-6


@dataclass(frozen=True, eq=False)
class Run:
    """What happened, step by step.

    Attributes
    ----------
    thetas
        Shape (T+1, p), the parameters from θ₀ on.
    target
        Shape (p,), the last waypoint.
    contractions
        Shape (T,), the ρ of each step; NaN where none was attainable.
    needed
        Shape (T,), the mass that each failed step would have needed, infinite if everybody is too
        few; NaN elsewhere.
    submitted
        Shape (T, p), the collective's average gradient.
    submissions
        The records of each step, when the collective submits records.
    """

    thetas: np.ndarray
    target: np.ndarray
    contractions: np.ndarray
    needed: np.ndarray
    submitted: np.ndarray
    submissions: tuple[Records | None, ...]

    @property
    def distances(self) -> np.ndarray:
        """‖θ_t − θ*‖, shape (T+1,)."""
        return np.linalg.norm(self.thetas - self.target, axis=1)

    @property
    def too_small_at(self) -> int | None:
        """The first step at which the collective was too small; None if it never was."""
        failed = np.flatnonzero(np.isnan(self.contractions))
        return int(failed[0]) if len(failed) else None


class CollectiveTooSmallError(RuntimeError):
    """At some step no attainable gradient makes progress.

    Attributes
    ----------
    step
        Which step, from 0; T when all T steps were made and the rest of the way is too much.
    alpha, needed
        The fraction there was, and the largest of the least fractions at which a step makes
        progress, from here along the rest of the way (sampled) to the target, which must be held;
        infinite if everybody is too few.
    run
        The run up to that step.
    """

    def __init__(self, step: int, alpha: float, needed: float, run: Run) -> None:
        enough = f"needs {needed:.4g}" if needed <= 1 else "is out of reach, even for everybody"
        super().__init__(
            f"the collective is too small at step {step}, {run.distances[-1]:.4g} from its target: "
            f"alpha is {alpha:.4g} and the rest of the way {enough}"
        )
        self.step, self.alpha, self.needed, self.run = step, alpha, needed, run


@dataclass(frozen=True, eq=False)
class Minibatch:
    """A firm that descends on records drawn from the mixture, not on all of it.

    Parameters
    ----------
    size
        Records per step, at least 1.
    rng
        A seed or a generator.
    """

    size: int
    rng: int | np.random.Generator


def control(
    budget: Budget,
    start: ArrayLike,
    waypoints: ArrayLike,
    alpha: float,
    step_size: float,
    steps: int,
    *,
    cap: float | None = None,
    best_effort: bool = False,
    minibatch: Minibatch | None = None,
    optimiser: Optimiser | None = None,
) -> Run:
    """Run a firm's descent while a collective controls its gradient.

    Each step contracts the distance to the current waypoint by 1 − ηρ with the largest attainable
    ρ ≤ cap; a waypoint is landed on exactly once ρ = 1/η is attainable, and the next is aimed at.
    A waypoint that the firm's own gradient carries it past within a step, and that the collective
    is too small to stop at, is passed. At the last one the collective holds the firm.

    Parameters
    ----------
    budget
        The firm, and what the collective can produce.
    start
        θ₀, shape (p,).
    waypoints
        θ*, shape (p,), or a path that ends in it, shape (m, p).
    alpha
        In [0, 1].
    step_size
        η > 0.
    steps
        T ≥ 1.
    cap
        The largest ρ asked for, in (0, 1/η]; 1/η when omitted.
    best_effort
        Whether to go on when the collective is too small, pushing against the firm's gradient as
        hard as it can, instead of raising. The run says at which steps and by how much.
    minibatch
        The stochastic version: the collective still computes with expectations, and the firm
        draws its records. Needs a `DataBudget`.
    optimiser
        What the firm does with its gradient; plain descent, as the theory has it, when omitted.

    Raises
    ------
    CollectiveTooSmallError
        At the first step at which no ρ > 0 is attainable, or the target cannot be held; after the
        last step, if the rest of the way, or holding the target, needs more than α.
    ValueError
        If an argument is out of range.
    """
    theta = finite("start", start, 1)
    path = np.atleast_2d(finite("waypoints", waypoints, np.ndim(waypoints)))
    if path.shape[1] != len(theta):
        raise ValueError(f"waypoints have {path.shape[1]} coordinates: start has {len(theta)}")
    alpha, eta = fraction("alpha", alpha), at_least("step_size", step_size, 0, strictly=True)
    fastest = 1 / eta if cap is None else at_least("cap", cap, 0, strictly=True)
    if fastest > 1 / eta * (1 + 1e-12):
        raise ValueError(f"cap is {cap}: it must be at most 1/step_size = {1 / eta}")
    if minibatch is not None and not isinstance(budget, DataBudget):
        raise ValueError(f"minibatch is {minibatch}: it needs a DataBudget, which has records")
    rng = np.random.default_rng(None if minibatch is None else minibatch.rng)
    rule, state, aim = optimiser or Plain(), None, 0
    landed = LANDED * (1 + np.linalg.norm(path - theta, axis=1).max())
    thetas, log = [theta], []
    for step in range(int(at_least("steps", steps, 1))):
        base = budget.base(theta)
        while aim < len(path) - 1 and np.linalg.norm(theta - path[aim]) <= landed:
            aim += 1
        drift = eta * (1 - alpha) * np.linalg.norm(base)
        gap = theta - path[aim]
        rho = budget.contraction(theta, base, gap, alpha, fastest)
        if rho is None and aim < len(path) - 1 and drift >= np.linalg.norm(gap):
            aim += 1
            gap = theta - path[aim]
            rho = budget.contraction(theta, base, gap, alpha, fastest)
        distance = np.linalg.norm(gap)
        if (
            rho is not None
            and rho <= NO_PROGRESS * fastest
            and eta * rho * distance <= landed < distance
        ):
            rho = None
        needed = np.nan if rho is not None else budget.needed_mass(theta, base, gap, fastest)
        if rho is None and not best_effort:
            ahead = needed_along(budget, [theta, *path[aim:]])
            raise CollectiveTooSmallError(step, alpha, max(needed, ahead), _run(thetas, path, log))
        pull = 0.0 if rho is None else rho * gap
        wanted = (pull - (1 - alpha) * base) / alpha if alpha > 0 else np.zeros_like(base)
        submitted, records = budget.submit(theta, wanted)
        if minibatch is None:
            gradient = alpha * submitted + (1 - alpha) * base
        else:
            assert isinstance(budget, DataBudget) and records is not None
            batch = budget.menu.members.mix(records, alpha).sample(minibatch.size, rng)
            gradient = mean_gradient(budget.loss, theta, batch)
        move, state = rule.step(gradient, eta, state)
        theta = theta - move
        thetas.append(theta)
        log.append((np.nan if rho is None else rho, needed, submitted, records))
    if not best_effort:
        arrived = np.linalg.norm(theta - path[-1]) <= landed
        ahead = needed_along(budget, path[-1:] if arrived else [theta, *path[aim:]])
        if ahead > alpha:
            raise CollectiveTooSmallError(len(log), alpha, ahead, _run(thetas, path, log))
    return _run(thetas, path, log)


def _run(thetas, path, log) -> Run:
    contractions, needed, submitted, records = zip(*log, strict=True) if log else ((), (), (), ())
    return Run(
        np.stack(thetas),
        path[-1],
        np.array(contractions),
        np.array(needed),
        np.array(submitted).reshape(len(log), len(thetas[0])),
        records,
    )

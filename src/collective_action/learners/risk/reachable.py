"""Setting II of the paper, below the critical mass: how near to a target a firm can be brought."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from collective_action.learners.risk.attainable import furthest
from collective_action.learners.risk.minimiser import minimiser
from collective_action.learners.risk.records import Records
from collective_action.learners.risk.steering import Steering
from collective_action.validation import at_least, fraction

IMPROVEMENT = 1e-9


@dataclass(frozen=True, eq=False)
class Reachable:
    """The nearest parameter found, and the data that lead there.

    Attributes
    ----------
    theta
        θ(P_α), shape (p,).
    distance
        ‖θ(P_α) − θ*‖, in the units of θ.
    submission
        The collective's law P*.
    """

    theta: np.ndarray
    distance: float
    submission: Records


def best_reachable(steering: Steering, alpha: float, steps: int = 100) -> Reachable:
    """Return the deployed parameter nearest to the target that a fraction α can bring about.

    From the critical mass on, that is the target. Below it, conditional gradients (Frank–Wolfe)
    over the laws of the menu, started from the submission that pushes along −g_{P₀}(θ*), so the
    distance never exceeds `guarantee`. By the implicit function theorem, moving P* towards Q moves
    θ(P_α) by −αH⁻¹(g_Q − g_{P*}), with H the Hessian of the mixed risk; each step therefore mixes
    in the law that is furthest along H⁻¹(θ − θ*), as much of it as helps. For mean estimation
    θ(P_α) is affine in P* and the limit is the nearest reachable parameter; in general it is a
    local optimum.

    Parameters
    ----------
    steering
        The target and what the collective can do about it.
    alpha
        In [0, 1].
    steps
        Most steps, at least 0; fewer when a step improves the distance by less than one part in
        10⁹.
    """
    alpha, steps = fraction("alpha", alpha), int(at_least("steps", steps, 0))
    population, loss, target = steering.menu.members, steering.loss, steering.target
    law = steering.submission(alpha)
    theta = minimiser(loss, population.mix(law, alpha))
    distance = float(np.linalg.norm(theta - target))
    if alpha >= steering.critical_mass:
        return Reachable(theta, distance, law)
    for _ in range(steps):
        hessian = loss.hessian(theta, population.mix(law, alpha))
        toward = furthest(
            loss, theta, np.linalg.solve(hessian, theta - target), steering.menu
        ).submission

        def left(share: float, law=law, toward=toward) -> float:
            mixture = population.mix(law.mix(toward, share), alpha)
            return float(np.linalg.norm(minimiser(loss, mixture) - target))

        search = optimize.minimize_scalar(left, bounds=(0, 1), method="bounded")
        if not search.success:
            raise RuntimeError(
                f"the search for the best mixture stopped at {search.x:.6g} of the way, "
                f"{search.fun:.6g} from the target: {search.message}"
            )
        if search.fun >= distance * (1 - IMPROVEMENT):
            break
        law = _merged(law.mix(toward, search.x))
        theta, distance = minimiser(loss, population.mix(law, alpha)), float(search.fun)
    return Reachable(theta, distance, law)


def _merged(law: Records) -> Records:
    rows = np.column_stack([law.features, law.labels])
    atoms, atom_of = np.unique(rows, axis=0, return_inverse=True)
    weights = np.bincount(atom_of.reshape(-1), weights=law.weights)
    return Records(atoms[:, :-1], atoms[:, -1], weights)

"""Setting II of the paper, attainable gradients: how far a collective can push, and with what data.

G(θ) is the set of average gradients that the laws of a `Menu` produce. It is convex, so how far it
reaches in a direction is a linear programme whose variables are the shares of the collective that
submit each record, and an optimal basic solution *is* the data. When a menu holds a whole domain of
features, the programme starts without them and adds the steepest record as long as it helps
(column generation); the dual prices then certify how far from optimal the answer can be.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.risk.attainable_set import AttainableSet
from collective_action.learners.risk.columns import Columns
from collective_action.learners.risk.losses import Loss
from collective_action.learners.risk.menus import Menu
from collective_action.learners.risk.programme import Programme, Solution, optimum, solve
from collective_action.learners.risk.records import Records
from collective_action.learners.risk.steepest import steepest
from collective_action.validation import finite


@dataclass(frozen=True, eq=False)
class Reach:
    """The furthest a collective can push, and the data that do it.

    Attributes
    ----------
    amount
        The optimum: of `reach`, the largest t; of `approach`, the least distance; of `furthest`,
        the height ⟨gradient, direction⟩.
    submission
        The law P* that attains it.
    groups
        Shape (n,), the menu's group that submits each record of the law.
    gradient
        E_{P*} ∇ℓ(θ; z), shape (p,).
    normal
        Shape (p,): along it no attainable gradient goes further than `gradient`, up to the gap.
    gap
        An upper bound on how far `amount` is from the optimum; zero for finite menus, where only
        the solver's arithmetic is left.
    """

    amount: float
    submission: Records
    groups: np.ndarray
    gradient: np.ndarray
    normal: np.ndarray
    gap: float


def reach(loss: Loss, theta: ArrayLike, direction: ArrayLike, menu: Menu) -> Reach | None:
    """Return the largest t for which t·direction is an attainable gradient at θ.

    γ of the paper's strategy is the amount for a unit direction. When features range over a
    domain, the amount is within 1e-9·(1 + |t|) of the optimum, never above it.

    Parameters
    ----------
    loss
        The firm's loss.
    theta
        Shape (p,).
    direction
        Shape (p,), not zero.
    menu
        What the members may submit.

    Returns
    -------
    Reach or None
        None if no multiple of the direction, negative ones included, is attainable. That cannot
        happen along the members' own average gradient: they may leave their records as they are.

    Raises
    ------
    ValueError
        If the direction is zero or has the wrong length.
    """
    theta, direction = finite("theta", theta, 1), finite("direction", direction, 1)
    if len(direction) != len(theta) or not direction.any():
        raise ValueError(
            f"direction is {direction}: it must have {len(theta)} entries, not all zero"
        )
    attainable = AttainableSet.at(loss, theta, menu)
    programme = Programme(
        vectors=-direction[np.newaxis],
        costs=np.array([-1.0]),
        wanted=-attainable.base,
        lower=np.array([-np.inf]),
        upper=np.array([np.inf]),
        limits=np.zeros((0, 1)),
    )
    solution = solve(attainable, programme)
    return None if solution is None else as_reach(solution, menu, solution.amounts[0], solution.gap)


def approach(loss: Loss, theta: ArrayLike, wanted: ArrayLike, menu: Menu) -> Reach:
    """Return the attainable gradient at θ nearest to a wanted one, in the sum of absolute errors.

    Parameters
    ----------
    loss, theta, menu
        As in `reach`.
    wanted
        Shape (p,).
    """
    theta, wanted = finite("theta", theta, 1), finite("wanted", wanted, 1)
    attainable = AttainableSet.at(loss, theta, menu)
    errors = Programme(
        vectors=np.zeros((0, len(wanted))),
        costs=np.zeros(0),
        wanted=wanted - attainable.base,
        lower=np.zeros(0),
        upper=np.zeros(0),
        limits=np.zeros((0, 0)),
    ).feasibility()
    solution = optimum(attainable, errors)
    reached = solution.shares @ solution.columns.gradients
    return as_reach(solution, menu, np.abs(reached - wanted).sum(), solution.gap)


def furthest(loss: Loss, theta: ArrayLike, direction: ArrayLike, menu: Menu) -> Reach:
    """Return the attainable gradient at θ that goes furthest along a direction.

    Parameters
    ----------
    loss, theta, menu
        As in `reach`.
    direction
        Shape (p,).
    """
    theta, direction = finite("theta", theta, 1), finite("direction", direction, 1)
    columns = Columns.of(loss, theta, menu)
    if menu.domain is not None:
        features = steepest(loss, theta, direction, menu.open_labels, menu.domain)
        gradients = loss.gradient(theta, features, menu.open_labels)
        columns = columns.extended(gradients, menu.open_owners, features, menu.open_labels)
    heights = columns.gradients @ direction
    order = np.lexsort((heights, columns.owners))
    chosen = order[np.flatnonzero(np.diff(columns.owners[order], append=-1))]
    shares = np.zeros(len(heights))
    shares[chosen] = menu.masses
    return as_reach(Solution(columns, shares, shares, direction, 0.0), menu, heights @ shares, 0.0)


def outline(loss: Loss, theta: ArrayLike, directions: ArrayLike, menu: Menu) -> np.ndarray:
    """Return the attainable gradient furthest along each direction: the outline of G(θ).

    Parameters
    ----------
    loss, theta, menu
        As in `reach`.
    directions
        Shape (m, p). Evenly spaced unit vectors of the plane draw G when p = 2.

    Returns
    -------
    numpy.ndarray
        Shape (m, p): points of the frontier of G.
    """
    return np.stack(
        [furthest(loss, theta, v, menu).gradient for v in finite("directions", directions, 2)]
    )


def as_reach(solution: Solution, menu: Menu, amount: float, gap: float) -> Reach:
    """Return a solution as the law of what members submit."""
    law, groups = solution.columns.submission(solution.shares, menu)
    gradient = solution.shares @ solution.columns.gradients
    return Reach(float(amount), law, groups, gradient, solution.prices, gap)

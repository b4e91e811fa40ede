"""Setting II of the paper, attainable gradients: the linear programme and its column generation."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from collective_action.risk.columns import Columns
from collective_action.risk.losses import Loss
from collective_action.risk.menus import Menu
from collective_action.risk.steepest import steepest

ROUNDS = 300
DUST = 1e-13
STRAIGHT = 1e-13
INFEASIBLE = 2
SOLVER = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, eq=False)
class Programme:
    """Minimise costs·y subject to g + Σ_j y_j·vectors_j = wanted, g ∈ G(θ), y ≥ 0, limits·y ≤ 1.

    Attributes
    ----------
    vectors
        Shape (j, p).
    costs
        Shape (j,).
    wanted
        Shape (p,).
    free
        Shape (j,), True where y_j may be negative.
    limits
        Shape (r, j), r constraints; None for none.
    """

    vectors: np.ndarray
    costs: np.ndarray
    wanted: np.ndarray
    free: np.ndarray
    limits: np.ndarray | None = None

    def feasibility(self) -> "Programme":
        """Return the programme whose optimum is zero exactly when this one can be satisfied."""
        size = len(self.wanted)
        slack = np.concatenate([np.eye(size), -np.eye(size)])
        nothing = np.zeros(2 * size)
        return Programme(
            np.concatenate([self.vectors, slack]),
            np.concatenate([0 * self.costs, nothing + 1]),
            self.wanted,
            np.concatenate([self.free, nothing > 0]),
            None if self.limits is None else np.pad(self.limits, [(0, 0), (0, 2 * size)]),
        )


@dataclass(frozen=True, eq=False)
class Solution:
    """An optimum: columns, their shares (c,), the amounts y (j,), and a bound on the gap."""

    columns: Columns
    shares: np.ndarray
    amounts: np.ndarray
    gap: float


def solve(
    loss: Loss, theta: np.ndarray, menu: Menu, programme: Programme, tolerance: float
) -> Solution | None:
    """Solve a programme over everything the menu allows; None if it cannot be satisfied.

    Parameters
    ----------
    loss, theta, menu
        The firm's loss, where the gradients are taken, and the choices.
    programme
        What to optimise.
    tolerance
        The gap at which column generation stops, relative to one plus the optimum.
    """
    columns = Columns.of(loss, theta, menu)
    if menu.domain is None:
        return _optimum(columns, menu.masses, programme, 0.0)
    found = _generate(loss, theta, menu, programme, columns, tolerance)
    if found is None:
        start = _generate(loss, theta, menu, programme.feasibility(), columns, tolerance)
        found = _generate(loss, theta, menu, programme, start.columns, tolerance)
    return found


def _generate(loss, theta, menu, programme, columns, tolerance) -> Solution | None:
    for _ in range(ROUNDS):
        solved = _linprog(columns, menu.masses, programme)
        if solved is None:
            return None
        shares, amounts, prices = solved
        features = steepest(loss, theta, prices, menu.open_labels, menu.domain)
        gradients = loss.gradient(theta, features, menu.open_labels)
        best = np.full(len(menu.masses), -np.inf)
        np.maximum.at(best, columns.owners, columns.gradients @ prices)
        gains = gradients @ prices - best[menu.open_owners]
        rises = np.zeros(len(best))
        np.maximum.at(rises, menu.open_owners, gains)
        gap = float(menu.masses @ rises)
        if gap <= tolerance * (1 + abs(programme.costs @ amounts)):
            break
        useful = gains > 0
        columns = columns.extended(
            gradients[useful], menu.open_owners[useful], features[useful], menu.open_labels[useful]
        )
        shares = np.concatenate([shares, np.zeros(int(useful.sum()))])
    return Solution(columns, shares, amounts, gap)


def _optimum(columns, masses, programme, gap) -> Solution | None:
    solved = _linprog(columns, masses, programme)
    return None if solved is None else Solution(columns, *solved[:2], gap)


def _linprog(columns, masses, programme):
    """Solve over the listed columns; each group's first choice takes what its others leave."""
    count, extras = len(columns.gradients), len(programme.costs)
    useful = np.flatnonzero(~_between_others(columns, len(masses)))
    first = useful[np.unique(columns.owners[useful], return_index=True)[1]]
    others = np.setdiff1d(useful, first)
    owners = columns.owners[others]
    changes = columns.gradients[others] - columns.gradients[first[owners]]
    wanted = programme.wanted - masses @ columns.gradients[first]
    crowded = np.flatnonzero(np.bincount(owners, minlength=len(masses)) > 1)
    shared = np.flatnonzero(np.isin(owners, crowded))
    groups = sparse.csr_array(
        (np.ones(len(shared)), (np.searchsorted(crowded, owners[shared]), shared)),
        shape=(len(crowded), len(others) + extras),
    )
    limits = programme.limits
    solved = optimize.linprog(
        np.concatenate([np.zeros(len(others)), programme.costs]),
        A_ub=groups
        if limits is None
        else sparse.vstack([groups, np.pad(limits, [(0, 0), (len(others), 0)])]),
        b_ub=np.concatenate([masses[crowded], np.ones(0 if limits is None else len(limits))]),
        A_eq=np.concatenate([changes, programme.vectors]).T,
        b_eq=wanted,
        bounds=np.column_stack(
            [
                np.concatenate([np.zeros(len(others)), np.where(programme.free, -np.inf, 0)]),
                np.concatenate([masses[owners], np.full(extras, np.inf)]),
            ]
        ),
        method="highs-ds",
        options=SOLVER,
    )
    if solved.status == INFEASIBLE:
        return None
    if solved.status != 0:
        raise RuntimeError(f"the linear programme of attainable gradients failed: {solved.message}")
    shares = np.zeros(count)
    shares[others] = np.where(solved.x[: len(others)] > DUST, solved.x[: len(others)], 0)
    shares[first] = masses - np.bincount(columns.owners, weights=shares, minlength=len(masses))
    shares, amounts = _polish(columns, masses, programme, shares, solved.x[len(others) :])
    return shares, amounts, solved.eqlin.marginals


def _between_others(columns, groups: int) -> np.ndarray:
    """Say which own-record columns lie between the two records their group may submit instead.

    With two choices left, a group is a bounded variable and needs no row of its own: labels alone
    become a programme with p rows, however many members there are.
    """
    skipped = np.zeros(len(columns.gradients), dtype=bool)
    pairs = np.flatnonzero(np.bincount(columns.owners, minlength=groups) == 3)
    order = groups + np.argsort(columns.owners[groups:], kind="stable")
    at = np.searchsorted(columns.owners[order], pairs)
    one, two = (columns.gradients[order[at + i]] for i in (0, 1))
    leg, offset = two - one, columns.gradients[pairs] - one
    length = np.square(leg).sum(axis=1)
    place = (offset * leg).sum(axis=1) / np.where(length > 0, length, 1)
    missed = np.linalg.norm(offset - place[:, np.newaxis] * leg, axis=1)
    on_it = missed <= STRAIGHT * (np.sqrt(length) + np.linalg.norm(one, axis=1))
    skipped[pairs] = on_it & (place >= 0) & (place <= 1)
    return skipped


def _polish(columns, masses, programme, shares, amounts) -> tuple[np.ndarray, np.ndarray]:
    """Meet the gradient's equations to machine precision on the support that the solver found.

    In each group the largest share takes what the others leave, so the groups' masses stay exact.
    """
    order = np.lexsort((shares, columns.owners))
    largest = order[np.flatnonzero(np.diff(columns.owners[order], append=-1))]
    moving = np.setdiff1d(np.flatnonzero(shares > DUST), largest)
    used = np.flatnonzero((amounts > DUST) | programme.free)
    changes = columns.gradients[moving] - columns.gradients[largest[columns.owners[moving]]]
    residual = programme.wanted - shares @ columns.gradients - amounts @ programme.vectors
    active = np.concatenate([changes, programme.vectors[used]]).T
    correction = np.linalg.lstsq(active, residual, rcond=None)[0]
    shares, amounts = shares.copy(), amounts.copy()
    shares[moving] = np.maximum(shares[moving] + correction[: len(moving)], 0)
    amounts[used] += correction[len(moving) :]
    amounts = np.where(programme.free, amounts, np.maximum(amounts, 0))
    shares[largest] = 0
    rest = np.bincount(columns.owners, weights=shares, minlength=len(masses))
    shares[largest] = np.maximum(masses - rest, 0)
    return shares, amounts

"""Setting II of the paper, attainable gradients: the linear programme and its column generation."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from collective_action.learners.risk.attainable_set import AttainableSet
from collective_action.learners.risk.columns import Columns
from collective_action.learners.risk.equations import Equations
from collective_action.learners.risk.steepest import steepest

TOLERANCE = 1e-9
ROUNDS = 300
STRAIGHT = 1e-13
BELIEVED = 1e-8
INFEASIBLE = 2
SOLVER = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, eq=False)
class Programme:
    """Minimise costs·y subject to x + Σ_j y_j·vectors_j = wanted, x ∈ G(θ) − g, limits·y ≤ 0.

    Attributes
    ----------
    vectors
        Shape (j, p).
    costs
        Shape (j,).
    wanted
        Shape (p,), in terms of what the collective changes.
    lower, upper
        Shape (j,), bounds on y; infinite for none.
    limits
        Shape (r, j).
    """

    vectors: np.ndarray
    costs: np.ndarray
    wanted: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    limits: np.ndarray

    def feasibility(self) -> "Programme":
        """Return the programme whose optimum is zero exactly when this one can be satisfied."""
        size = len(self.wanted)
        slack = np.concatenate([np.eye(size), -np.eye(size)])
        return Programme(
            np.concatenate([self.vectors, slack]),
            np.concatenate([0 * self.costs, np.ones(2 * size)]),
            self.wanted,
            np.concatenate([self.lower, np.zeros(2 * size)]),
            np.concatenate([self.upper, np.full(2 * size, np.inf)]),
            np.pad(self.limits, [(0, 0), (0, 2 * size)]),
        )


@dataclass(frozen=True, eq=False)
class Solution:
    """An optimum.

    Attributes
    ----------
    columns
        What may be submitted, as far as it was listed.
    shares
        Shape (c,), of each column.
    amounts
        Shape (j,), y.
    prices
        Shape (p,), the dual solution: no attainable gradient goes further along it than that of
        the shares.
    gap
        An upper bound on how far the optimum can be from the true one.
    """

    columns: Columns
    shares: np.ndarray
    amounts: np.ndarray
    prices: np.ndarray
    gap: float


def solve(attainable: AttainableSet, programme: Programme) -> Solution | None:
    """Solve a programme over everything the menu allows; None if it cannot be satisfied.

    When the menu holds a domain, columns are generated until the gap is at most 1e-9, relative to
    one plus the optimum.

    Raises
    ------
    RuntimeError
        If the solver fails, its answer misses the equations, or the gap does not close.
    """
    columns = attainable.columns
    if attainable.menu.domain is None:
        answer = _linprog(attainable, columns, programme)
        return None if answer is None else Solution(columns, *answer, 0.0)
    solution = _generate(attainable, columns, programme)
    if solution is None:
        start = _found(_generate(attainable, columns, programme.feasibility()))
        solution = _generate(attainable, start.columns, programme)
    return solution


def optimum(attainable: AttainableSet, programme: Programme) -> Solution:
    """Solve a programme as `solve` does, and raise ValueError if it cannot be satisfied."""
    return _found(solve(attainable, programme))


def _found(solution: Solution | None) -> Solution:
    if solution is None:
        raise ValueError("the menu holds no records whose gradients satisfy the programme")
    return solution


def _generate(attainable, columns, programme) -> Solution | None:
    loss, theta, menu = attainable.loss, attainable.theta, attainable.menu
    for _ in range(ROUNDS):
        solved = _linprog(attainable, columns, programme)
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
        if gap <= TOLERANCE * (1 + abs(programme.costs @ amounts)):
            return Solution(columns, shares, amounts, prices, gap)
        useful = gains > 0
        columns = columns.extended(
            gradients[useful], menu.open_owners[useful], features[useful], menu.open_labels[useful]
        )
    raise RuntimeError(
        f"the search for records to submit has not closed its gap in {ROUNDS} rounds: {gap:.3g} "
        f"is left, for an optimum of {programme.costs @ amounts:.6g}. Scale the features of the "
        "domain to one order of magnitude, or list candidate records instead"
    )


def _linprog(attainable, columns, programme):
    """Solve over the listed columns; each group's first choice takes what its others leave."""
    equations = Equations.of(attainable.directions, programme.vectors, programme.wanted)
    if equations is None:
        return None
    masses, units = attainable.menu.masses, equations.units
    useful = ~_between_others(columns, len(masses))
    listed = np.flatnonzero(useful)
    first = listed[np.unique(columns.owners[listed], return_index=True)[1]]
    useful[first] = False
    others = np.flatnonzero(useful)
    owners = columns.owners[others]
    changes = equations.moves(columns.gradients[others] - columns.gradients[first[owners]])
    crowded = np.flatnonzero(np.bincount(owners, minlength=len(masses)) > 1)
    shared = np.flatnonzero(np.isin(owners, crowded))
    groups = sparse.csr_array(
        (np.ones(len(shared)), (np.searchsorted(crowded, owners[shared]), shared)),
        shape=(len(crowded), len(others) + len(units)),
    )
    limits = _scaled(programme.limits / units)
    costs = programme.costs / units
    dearest = np.abs(costs).max()
    solved = optimize.linprog(
        np.concatenate([np.zeros(len(others)), costs / dearest]),
        A_ub=sparse.vstack([groups, np.pad(limits, [(0, 0), (len(others), 0)])])
        if len(limits)
        else groups,
        b_ub=np.concatenate([masses[crowded], np.zeros(len(limits))]),
        A_eq=np.concatenate([changes, equations.vectors]).T,
        b_eq=equations.wanted - equations.moves(masses @ columns.moves[first]),
        bounds=np.column_stack(
            [
                np.concatenate([np.zeros(len(others)), programme.lower * units]),
                np.concatenate([masses[owners], programme.upper * units]),
            ]
        ),
        method="highs-ds",
        options=SOLVER,
    )
    if solved.status == INFEASIBLE:
        return None
    if solved.status != 0:
        raise RuntimeError(f"the linear programme of attainable gradients failed: {solved.message}")
    shares = np.zeros(len(columns.gradients))
    shares[others] = solved.x[: len(others)]
    shares[first] = masses - np.bincount(columns.owners, weights=shares, minlength=len(masses))
    amounts = solved.x[len(others) :] / units
    moved = equations.moves(shares @ columns.moves) + amounts * units @ equations.vectors
    missed = np.linalg.norm(equations.wanted - moved) / (1 + np.abs(amounts * units).sum())
    error = max(missed, -shares.min())
    if not error <= BELIEVED:
        raise RuntimeError(
            "the linear programme of attainable gradients misses its own equations by "
            f"{error:.3g}: scale the features to one order of magnitude"
        )
    return np.maximum(shares, 0), amounts, dearest * equations.price(solved.eqlin.marginals)


def _scaled(rows: np.ndarray) -> np.ndarray:
    return rows / np.abs(rows).max(axis=1, keepdims=True, initial=0) if len(rows) else rows


def _between_others(columns, groups: int) -> np.ndarray:
    """Say which own-record columns lie between the two records their group may submit instead.

    With two choices left, a group is a bounded variable and needs no row of its own: labels alone
    become a programme with p rows, however many members there are.
    """
    skipped = np.zeros(len(columns.gradients), dtype=bool)
    pairs = np.flatnonzero(np.bincount(columns.owners, minlength=groups) == 3)
    order = groups + np.argsort(columns.owners[groups:], kind="stable")
    at = np.searchsorted(columns.owners[order], pairs)
    first, second = (columns.gradients[order[at + i]] for i in (0, 1))
    leg, offset = second - first, columns.gradients[pairs] - first
    length = np.square(leg).sum(axis=1)
    place = (offset * leg).sum(axis=1) / np.where(length > 0, length, 1)
    missed = np.linalg.norm(offset - place[:, np.newaxis] * leg, axis=1)
    on_it = missed <= STRAIGHT * (np.sqrt(length) + np.linalg.norm(first, axis=1))
    skipped[pairs] = on_it & (place >= 0) & (place <= 1)
    return skipped

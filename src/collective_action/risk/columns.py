"""Section 4 of the paper, attainable gradients: the linear programme and its column generation."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse

from collective_action.risk.losses import Loss
from collective_action.risk.menus import Menu
from collective_action.risk.records import Records
from collective_action.risk.steepest import steepest

ROUNDS = 300
DUST = 1e-13
INFEASIBLE = 2
SOLVER = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, eq=False)
class Columns:
    """Everything a collective may do at one θ: one column per choice.

    Attributes
    ----------
    gradients
        Shape (c, p), the average gradient of each choice.
    owners
        Shape (c,), the group that has the choice.
    features, labels
        Shapes (c − k, d) and (c − k,). The first k columns are "leave our own records as they
        are", one per group; the others submit the record of their row.
    """

    gradients: np.ndarray
    owners: np.ndarray
    features: np.ndarray
    labels: np.ndarray

    @classmethod
    def of(cls, loss: Loss, theta: np.ndarray, menu: Menu) -> "Columns":
        """Return the choices that a menu lists, with their average gradients at θ."""
        own, masses = menu.members, menu.masses
        groups = sparse.csr_array(
            (own.weights, (menu.groups, np.arange(len(own)))), shape=(len(masses), len(own))
        )
        kept = groups @ loss.gradient(theta, own.features, own.labels)
        kept = np.divide(
            kept, masses[:, np.newaxis], out=np.zeros_like(kept), where=masses[:, np.newaxis] > 0
        )
        listed = loss.gradient(theta, menu.features, menu.labels)
        return cls(
            np.concatenate([kept, listed]),
            np.concatenate([np.arange(len(masses)), menu.owners]),
            menu.features,
            menu.labels,
        )

    def extended(self, gradients, owners, features, labels) -> "Columns":
        """Return these columns and some more records."""
        return Columns(
            np.concatenate([self.gradients, gradients]),
            np.concatenate([self.owners, owners]),
            np.concatenate([self.features, features]),
            np.concatenate([self.labels, labels]),
        )

    def submission(self, shares: np.ndarray, menu: Menu) -> tuple[Records, np.ndarray]:
        """Return the law that gives each choice its share, and the group of each of its atoms."""
        masses = menu.masses
        kept = np.divide(shares[: len(masses)], masses, out=np.zeros_like(masses), where=masses > 0)
        weights = np.concatenate([shares[len(masses) :], menu.members.weights * kept[menu.groups]])
        used = weights > 0
        law = Records(
            np.concatenate([self.features, menu.members.features])[used],
            np.concatenate([self.labels, menu.members.labels])[used],
            weights[used] / weights.sum(),
        )
        return law, np.concatenate([self.owners[len(masses) :], menu.groups])[used]


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
    count, extras = len(columns.gradients), len(programme.costs)
    groups = sparse.csr_array(
        (np.ones(count), (columns.owners, np.arange(count))), shape=(len(masses), count)
    )
    equations = sparse.block_array(
        [
            [sparse.csr_array(columns.gradients.T), sparse.csr_array(programme.vectors.T)],
            [groups, sparse.csr_array((len(masses), extras))],
        ],
        format="csr",
    )
    wanted = np.concatenate([programme.wanted, masses])
    limits = programme.limits
    solved = optimize.linprog(
        np.concatenate([np.zeros(count), programme.costs]),
        A_ub=None if limits is None else np.pad(limits, [(0, 0), (count, 0)]),
        b_ub=None if limits is None else np.ones(len(limits)),
        A_eq=equations,
        b_eq=wanted,
        bounds=[(0, None)] * count + [(None if free else 0, None) for free in programme.free],
        method="highs-ds",
        options=SOLVER,
    )
    if solved.status == INFEASIBLE:
        return None
    if solved.status != 0:
        raise RuntimeError(f"the linear programme of attainable gradients failed: {solved.message}")
    bounded = np.concatenate([np.ones(count, dtype=bool), ~programme.free])
    point = _polish(solved.x, equations, wanted, bounded)
    return point[:count], point[count:], solved.eqlin.marginals[: len(programme.wanted)]


def _polish(point, equations, wanted, bounded) -> np.ndarray:
    """Satisfy the equations to machine precision on the support that the solver found."""
    support = (point > DUST) | ~bounded
    active = equations[:, np.flatnonzero(support)].toarray()
    polished = np.where(support, point, 0.0)
    residual = wanted - active @ point[support]
    polished[support] += np.linalg.lstsq(active, residual, rcond=None)[0]
    return np.where(bounded, np.maximum(polished, 0), polished)

"""Section 2, erasing before an imperfect firm: the worst firm of a small world, exactly.

The integer programme has binary answers z[x, y], and kept[x] ≥ z[x, y] + z[g(x), y] − 1 says that x
and g(x) get one answer. Under total variation it also chooses how far to lower each feature past
its first, second, … label, with additions and removals at most ε each; see
`firms.overturned_margin`. Masses are measured in units of the budget c(ε), and answers that cost
more than all of it are left out.
"""

import numpy as np
from scipy import optimize

from collective_action.contest import TIE
from collective_action.firms import deviations

NODES = 2_000
OBJECTIVE_SCALE = 1e3
"""The solver stops at an absolute gap of 1e-6; this makes it 1e-9 of success."""


def least_erasure(
    mixed: np.ndarray, g: np.ndarray, weight: np.ndarray, budget: float, contamination: str
) -> tuple[float, list[np.ndarray]]:
    """Bound the success Pr[f(x) = f(g(x))] over all firms within a budget.

    Parameters
    ----------
    mixed
        What the firm sees, shape (m, n_labels).
    g, weight
        The map and the mass of each feature, shape (m,).
    budget
        c(ε) > 0, as in `bounds.slack`.
    contamination
        "total-variation" or "contamination".

    Returns
    -------
    lower, firms
        A success that no firm undercuts, and the firms found, at most one, each of shape (m,). The
        solver keeps constraints to about 1e-7, so a firm is to be checked against the budget.
    """
    m, n_labels = mixed.shape
    costs = deviations(mixed).ravel() / budget
    within = costs <= 1 + TIE
    costs = np.where(within, costs, 0.0)
    moving = np.flatnonzero(g != np.arange(m))
    one, labels = np.eye(m), np.ones((n_labels, 1))
    steps = n_labels - 1 if contamination == "total-variation" else 0
    lowered = m * steps

    def rows(answers: np.ndarray, kept=0.0, lowering=0.0) -> np.ndarray:
        """Return constraint rows from their parts, a part left out being zero."""
        count = answers.shape[0]
        parts = ((answers, costs.size), (kept, m), (lowering, lowered))
        return np.hstack([np.broadcast_to(part, (count, width)) for part, width in parts])

    both = np.kron(one[moving] + one[g[moving]], np.eye(n_labels))
    constraints = [
        optimize.LinearConstraint(rows(np.kron(one, labels.T)), 1, 1),
        optimize.LinearConstraint(rows(both, -np.kron(one[moving], labels)), -np.inf, 1),
    ]
    if steps:
        reach = np.zeros((m, steps, m, n_labels))
        reach[np.arange(m), :, np.arange(m), :] = _drops(mixed).transpose(0, 2, 1) / budget
        reach = reach.reshape(lowered, costs.size) * within
        added = rows(costs[np.newaxis], lowering=-1.0)
        removed = rows(np.zeros((1, costs.size)), lowering=np.tile(np.arange(1, steps + 1.0), m))
        constraints += [
            optimize.LinearConstraint(rows(-reach, lowering=np.eye(lowered)), -np.inf, 0),
            optimize.LinearConstraint(np.vstack([added, removed]), -np.inf, 0.5),
        ]
    else:
        constraints.append(optimize.LinearConstraint(rows(costs[np.newaxis]), -np.inf, 1))
    size = costs.size + m + lowered
    objective = np.zeros(size)
    objective[costs.size + moving] = OBJECTIVE_SCALE * weight[moving]
    most = np.concatenate([within, np.ones(m), np.full(lowered, np.inf)])
    solved = optimize.milp(
        objective,
        integrality=np.arange(size) < costs.size,
        bounds=optimize.Bounds(0, most),
        constraints=constraints,
        options={"mip_rel_gap": 0.0, "node_limit": NODES, "presolve": False},
    )
    always = 1.0 - weight[moving].sum()
    bound = solved.mip_dual_bound
    lower = 0.0 if bound is None else always + bound / OBJECTIVE_SCALE
    if solved.x is None:
        return lower, []
    return lower, [solved.x[: costs.size].reshape(m, n_labels).argmax(axis=1)]


def _drops(mixed: np.ndarray) -> np.ndarray:
    """Return how far x can be lowered past its first, second, … label until y is on top.

    Shape (m, n_labels, n_labels − 1), axes x, y and the number of labels being lowered, less one.
    """
    above = np.maximum(mixed[:, np.newaxis, :], mixed[:, :, np.newaxis])
    descending = -np.sort(-above, axis=2)
    return descending[:, :, :-1] - descending[:, :, 1:]

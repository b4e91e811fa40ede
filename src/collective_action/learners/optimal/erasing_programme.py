"""Setting I, erasing against an ε-suboptimal firm: the worst firm of a small world, exactly.

The integer programme has binary answers z[x, y], and kept[x] ≥ z[x, y] + z[g(x), y] − 1 says that x
and g(x) get one answer. Being near-optimal is linear in the answers; see `suboptimality.prices`.
"""

import numpy as np
from scipy import optimize, sparse

from collective_action.firm import Firm
from collective_action.learners.optimal.suboptimality import prices
from collective_action.strategies.contest import TIE

NODES = 2_000
OPTIMAL, LIMIT = 0, 1  # of SciPy's statuses, those after which a bound and a firm can be believed
OBJECTIVE_SCALE = 1e3
"""The solver stops at an absolute gap of 1e-6; this makes it 1e-9 of success."""


def least_erasure(
    mixed: np.ndarray, g: np.ndarray, weight: np.ndarray, firm: Firm
) -> tuple[float, list[np.ndarray]]:
    """Bound the success Pr[f(x) = f(g(x))] over all firms of a kind.

    Parameters
    ----------
    mixed
        What the firm sees, shape (m, n_labels).
    g, weight
        The map and the mass of each feature, shape (m,).
    firm
        How far from optimal it may be, one epsilon above 0.

    Returns
    -------
    lower, solved
        A success that no such firm undercuts, and the answers found, at most one array of shape
        (m,). The solver keeps constraints to about 1e-6 of the budget, so they are to be checked.

    Raises
    ------
    RuntimeError
        If the solver fails for another reason than that it ran out of nodes: the programme always
        has a solution, the optimal firm.
    """
    m, n_labels = mixed.shape
    answers = m * n_labels
    price = prices(mixed, firm.near).reshape(-1, answers) / firm.budget
    within = (price <= 1 + TIE).all(axis=0)
    moving = np.flatnonzero(g != np.arange(m))
    feature, labels = sparse.eye_array(m, format="csr"), sparse.coo_array(np.ones((1, n_labels)))
    alike = sparse.kron(feature[moving] + feature[g[moving]], sparse.eye_array(n_labels))
    kept = sparse.kron(feature[moving], labels.T)
    constraints = [
        (sparse.hstack([sparse.kron(feature, labels), sparse.coo_array((m, m))]), 1, 1),
        (sparse.hstack([alike, -kept]), -np.inf, 1),
        (sparse.csr_array(np.pad(np.where(within, price, 0.0), ((0, 0), (0, m)))), -np.inf, 1),
    ]
    objective = np.zeros(answers + m)
    objective[answers + moving] = OBJECTIVE_SCALE * weight[moving]
    solved = optimize.milp(
        objective,
        integrality=np.ones(answers + m),
        bounds=optimize.Bounds(0, np.append(within, np.ones(m))),
        constraints=[optimize.LinearConstraint(*constraint) for constraint in constraints],
        options={"mip_rel_gap": 0.0, "node_limit": NODES},
    )
    if solved.status not in (OPTIMAL, LIMIT):
        raise RuntimeError(f"the integer programme of the worst firm failed: {solved.message}")
    always = 1.0 - weight[moving].sum()
    bound = solved.mip_dual_bound
    sure = bound is not None and np.isfinite(bound)
    lower = float(np.clip(always + bound / OBJECTIVE_SCALE, 0.0, 1.0)) if sure else 0.0
    if solved.x is None:
        return lower, []
    return lower, [solved.x[:answers].reshape(m, n_labels).argmax(axis=1)]

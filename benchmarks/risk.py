"""Attainable gradients and minimisers against general solvers on the same problem."""

import numpy as np
from scipy import optimize, sparse

from collective_action.learners.risk import (
    Box,
    Logistic,
    Menu,
    Records,
    Squared,
    anything,
    candidates,
    labels_only,
    mean_gradient,
    mean_value,
    minimiser,
    reach,
)
from measure import Benchmark

LIMIT = 3.0
GRID = 9


def regression(n: int, d: int) -> tuple[Records, np.ndarray, np.ndarray]:
    """Return a population, a target and the unit direction against the gradient there."""
    rng = np.random.default_rng(0)
    features = np.column_stack([np.ones(n), rng.normal(size=(n, d - 1))])
    population = Records(features, features @ rng.normal(size=d) + 0.3 * rng.normal(size=n))
    target = rng.normal(size=d)
    gradient = mean_gradient(Squared(), target, population)
    return population, target, -gradient / np.linalg.norm(gradient)


def labels_problem(n: int) -> tuple[Menu, np.ndarray, np.ndarray]:
    """Return what labels alone can do with n records of five columns."""
    population, target, u = regression(n, 5)
    return labels_only(population, [-4.0, 4.0]), target, u


def gamma(given: tuple[Menu, np.ndarray, np.ndarray]) -> float:
    """One linear programme."""
    menu, target, u = given
    return reach(Squared(), target, u, menu).amount


def gamma_by_duality(given: tuple[Menu, np.ndarray, np.ndarray]) -> float:
    """Minimise the support function over the v with ⟨v, u⟩ = 1 by SLSQP; it has kinks."""
    menu, target, u = given
    x, w = menu.members.features, menu.members.weights
    ends = (x @ target)[:, np.newaxis] - np.column_stack(
        [np.full(len(x), -4.0), np.full(len(x), 4.0), menu.members.labels]
    )

    def support(v):
        heights = ends * (x @ v)[:, np.newaxis]
        best = heights.argmax(axis=1)
        rows = np.arange(len(x))
        return w @ heights[rows, best], (w * ends[rows, best]) @ x

    solved = optimize.minimize(
        support,
        u,
        jac=True,
        method="SLSQP",
        constraints={"type": "eq", "fun": lambda v: v @ u - 1, "jac": lambda v: u},
        options={"maxiter": 2000, "ftol": 1e-12},
    )
    return float(solved.fun)


def gamma_as_it_is_written(given: tuple[Menu, np.ndarray, np.ndarray]) -> float:
    """State the programme as the definition has it: a share per choice, an equation per member."""
    menu, target, u = given
    x, w, n = menu.members.features, menu.members.weights, len(menu.members)
    labels = np.column_stack([np.full(n, -4.0), np.full(n, 4.0), menu.members.labels])
    ends = (x @ target)[:, np.newaxis] - labels
    gradients = (ends[..., np.newaxis] * x[:, np.newaxis]).reshape(3 * n, -1)
    rows = sparse.block_array(
        [
            [sparse.csr_array(gradients.T), sparse.csr_array(-u[:, np.newaxis])],
            [sparse.kron(sparse.eye_array(n), np.ones((1, 3)), format="csr"), None],
        ]
    )
    solved = optimize.linprog(
        np.append(np.zeros(3 * n), -1.0),
        A_eq=rows,
        b_eq=np.concatenate([np.zeros(len(u)), w]),
        bounds=[(0, None)] * (3 * n) + [(None, None)],
    )
    return float(-solved.fun)


def box_problem(d: int) -> tuple[Records, np.ndarray, np.ndarray]:
    """Return a population of 500 records in d columns, a target and a direction."""
    return regression(500, d)


def gamma_on_a_box(given: tuple[Records, np.ndarray, np.ndarray]) -> float:
    """Generate columns: the steepest record of the box, exactly, while it helps."""
    population, target, u = given
    free = LIMIT * np.ones(len(target) - 1)
    box = Box(np.append(1.0, -free), np.append(1.0, free))
    return reach(Squared(), target, u, anything(population, box, [-4.0, 4.0])).amount


def gamma_on_a_grid(given: tuple[Records, np.ndarray, np.ndarray]) -> float:
    """List a grid of the box's records and solve one linear programme over them."""
    population, target, u = given
    d = len(target)
    ticks = np.meshgrid(*[np.linspace(-LIMIT, LIMIT, GRID)] * (d - 1))
    points = np.column_stack([np.ones(GRID ** (d - 1)), *(t.ravel() for t in ticks)])
    labels = np.repeat([-4.0, 4.0], len(points))
    return reach(
        Squared(), target, u, candidates(population, np.tile(points, (2, 1)), labels)
    ).amount


def classification(n: int, d: int) -> tuple[Logistic, Records]:
    """Return a penalised logistic regression."""
    rng = np.random.default_rng(1)
    features = rng.normal(size=(n, d))
    labels = (rng.random(n) < 1 / (1 + np.exp(-features @ rng.normal(size=d)))) * 1.0
    return Logistic(0.01), Records(features, labels)


def newton(given: tuple[Logistic, Records]) -> np.ndarray:
    """Exact trust region, then Newton."""
    return minimiser(*given)


def quasi_newton(given: tuple[Logistic, Records]) -> np.ndarray:
    """SciPy's BFGS with the exact gradient, to the same precision."""
    loss, records = given
    return optimize.minimize(
        lambda theta: mean_value(loss, theta, records),
        np.zeros(records.features.shape[1]),
        jac=lambda theta: mean_gradient(loss, theta, records),
        method="BFGS",
        options={"gtol": 1e-9},
    ).x


def close(ours: float, theirs: float) -> str:
    """Require the rival not to be below the optimum of its minimisation."""
    if theirs < ours * (1 - 1e-9):
        raise AssertionError(f"the rival found {theirs}, below the optimum {ours}")
    return f"the rival stops {theirs / ours - 1:.1e} above, and finds no data"


def agree(ours: float, theirs: float) -> str:
    """Require one γ from both."""
    if abs(ours - theirs) > 1e-6:
        raise AssertionError(f"the reaches are {ours} and {theirs}")
    return f"γ = {ours:.9g}, differing by {abs(ours - theirs):.0e}"


def inside(ours: float, theirs: float) -> str:
    """Require that a grid does not reach further than the whole box."""
    if theirs > ours * (1 + 1e-9):
        raise AssertionError(f"the grid reaches {theirs}, the box {ours}")
    return f"γ = {ours:.9g}; the grid falls {1 - theirs / ours:.1e} short"


def same(ours: np.ndarray, theirs: np.ndarray) -> str:
    """Require one minimiser from both."""
    difference = np.abs(ours - theirs).max()
    if difference > 1e-6:
        raise AssertionError(f"the minimisers differ by {difference}")
    return f"minimisers differ by at most {difference:.0e}"


BENCHMARKS = [
    Benchmark(
        "γ of labels alone, 5,000 records × 5",
        lambda: labels_problem(5_000),
        gamma,
        gamma_as_it_is_written,
        "SciPy linprog, as defined",
        agree,
    ),
    Benchmark(
        "γ of labels alone, 5,000 records × 5",
        lambda: labels_problem(5_000),
        gamma,
        gamma_by_duality,
        "SciPy SLSQP on the dual",
        close,
    ),
    Benchmark(
        "γ of any record in a box, 6 columns",
        lambda: box_problem(6),
        gamma_on_a_box,
        gamma_on_a_grid,
        f"one LP over a grid, {GRID} per side",
        inside,
    ),
    Benchmark(
        "minimiser, logistic, 50,000 records × 20",
        lambda: classification(50_000, 20),
        newton,
        quasi_newton,
        "SciPy BFGS",
        same,
    ),
]

"""The worst near-optimal firm against a general integer-programming solver with a time limit."""

import numpy as np
from scipy import optimize, sparse

from collective_action.firm import Firm
from collective_action.learners.optimal.erasing import erasing
from collective_action.learners.optimal.suboptimality import deviations
from collective_action.learners.optimal.worst_case import worst_case
from collective_action.population import Population
from collective_action.strategies import Erasure, FeatureLabel, Signal, Strategy
from measure import Benchmark

ALPHA, EPSILON, SLACK = 0.4, 0.01, 0.02
SECONDS = 5.0

Interval = tuple[float, float]


def planting(n_features: int) -> tuple[Population, Strategy]:
    """Return a random population with four labels; every feature is a signal point."""
    rng = np.random.default_rng(0)
    joint = rng.random((n_features, 4))
    joint /= joint.sum()
    return Population(joint), FeatureLabel(Signal(rng.permutation(n_features), 1))


def erasing_world(n_features: int) -> tuple[Population, Strategy]:
    """Return a random population with four labels; a tenth of the features are signal points."""
    population, _ = planting(n_features)
    points = n_features // 10
    g = np.random.default_rng(1).integers(0, points, n_features)
    g[:points] = np.arange(points)
    return population, Erasure(g)


def ours_planting(world: tuple[Population, Strategy]) -> Interval:
    """Greedy, fractional relaxation and a dynamic programme over what they leave open."""
    worst = worst_case(*world, ALPHA, Firm(EPSILON))
    return worst.lower, worst.upper


def ours_erasing(world: tuple[Population, Strategy]) -> Interval:
    """Price the budget and label the map exactly at each price."""
    worst = worst_case(*world, ALPHA, Firm(EPSILON, "mixture"))
    return worst.lower, worst.upper


def solver_planting(world: tuple[Population, Strategy]) -> Interval:
    """State the knapsack as it is."""
    population, strategy = world
    contest = strategy.contest(population)
    costs = np.maximum(contest.margin(ALPHA), 0)
    solved = optimize.milp(
        -contest.weight,
        integrality=np.ones(costs.size),
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(costs[np.newaxis] / SLACK, -np.inf, 1),
        options={"mip_rel_gap": 0, "time_limit": SECONDS},
    )
    return interval(solved, always=1.0)


def relaxed_planting(world: tuple[Population, Strategy]) -> Interval:
    """Solve the knapsack's linear relaxation and drop the point it breaks in part."""
    population, strategy = world
    contest = strategy.contest(population)
    costs = np.maximum(contest.margin(ALPHA), 0)
    solved = optimize.linprog(-contest.weight, costs[np.newaxis] / SLACK, [1], bounds=(0, 1))
    return 1 + solved.fun, 1 - contest.weight[solved.x > 1 - 1e-9].sum()


def solver_erasing(world: tuple[Population, Strategy]) -> Interval:
    """State the firm's answers z[x, y] and what they leave alike, kept[x], as they are."""
    population, strategy = world
    scene = erasing(population, strategy)
    costs = deviations(scene.mixture(ALPHA))
    m, n_labels = costs.shape
    moving = np.flatnonzero(strategy.g != np.arange(m))
    one, label = sparse.eye_array(m, format="csr"), sparse.eye_array(n_labels)
    each = np.ones((1, n_labels))
    nothing = sparse.csr_array((m, m))
    kept = sparse.kron(one[moving], -each.T)
    alike = sparse.hstack([sparse.kron(one[moving] + one[strategy.g[moving]], label), kept])
    answers = sparse.hstack([sparse.kron(one, each), nothing])
    price = np.append(costs.ravel(), np.zeros(m))[np.newaxis]
    budget = EPSILON / (1 - EPSILON)
    objective = np.zeros(m * n_labels + m)
    objective[m * n_labels + moving] = scene.weight[moving]
    solved = optimize.milp(
        objective,
        integrality=np.arange(objective.size) < m * n_labels,
        bounds=optimize.Bounds(0, 1),
        constraints=[
            optimize.LinearConstraint(answers, 1, 1),
            optimize.LinearConstraint(alike, -np.inf, 1),
            optimize.LinearConstraint(price / budget, -np.inf, 1),
        ],
        options={"mip_rel_gap": 0, "time_limit": SECONDS},
    )
    return interval(solved, always=1 - scene.weight[moving].sum())


def interval(solved: optimize.OptimizeResult, always: float) -> Interval:
    """Return what the solver proved and attained by its limit, [0, 1] if nothing."""
    low = 0.0 if solved.mip_dual_bound is None else always + solved.mip_dual_bound
    high = 1.0 if solved.x is None else always + solved.fun
    return low, high


def widths(our_interval: Interval, their_interval: Interval) -> str:
    """Require that the intervals meet, and say how wide they are."""
    low, high = zip(our_interval, their_interval, strict=True)
    if max(low) > min(high) + 1e-6:
        raise AssertionError(f"{our_interval} and {their_interval} exclude each other")
    ours, theirs = our_interval[1] - our_interval[0], their_interval[1] - their_interval[0]
    return f"interval width {ours:.1e}, rival's {theirs:.1e}"


MILP = f"scipy.optimize.milp, {SECONDS:.0f} s limit"

BENCHMARKS = [
    Benchmark(
        "worst firm, planting, 100,000 signal points",
        lambda: planting(100_000),
        ours_planting,
        relaxed_planting,
        "scipy.optimize.linprog, rounded",
        widths,
    ),
    Benchmark(
        "worst firm, planting, 3,000 signal points",
        lambda: planting(3_000),
        ours_planting,
        solver_planting,
        MILP,
        widths,
    ),
    Benchmark(
        "worst firm, erasing, 2,000 × 4",
        lambda: erasing_world(2_000),
        ours_erasing,
        solver_erasing,
        MILP,
        widths,
    ),
]

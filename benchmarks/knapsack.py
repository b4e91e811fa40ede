"""The knapsack behind the worst near-optimal firm against HiGHS, proof of optimality included."""

import numpy as np
from scipy import optimize

from collective_action.learners.optimal.knapsack import pack
from measure import Benchmark

Knapsack = tuple[np.ndarray, np.ndarray, float]


def uniform(size: int, count: int) -> list[Knapsack]:
    """Return knapsacks of values and costs that have nothing to do with each other."""
    rng = np.random.default_rng(0)
    drawn = [rng.uniform(size=(2, size)) for _ in range(count)]
    return [(values, costs, costs.sum() / 4) for values, costs in drawn]


def correlated(size: int, count: int) -> list[Knapsack]:
    """Return knapsacks whose values are their costs, give or take a tenth: the hard ones."""
    rng = np.random.default_rng(1)
    drawn = [rng.uniform(1, 2, size) for _ in range(count)]
    return [(costs * rng.uniform(0.9, 1.1, size), costs, costs.sum() / 4) for costs in drawn]


def packed(given: list[Knapsack]) -> list[tuple[float, float]]:
    """Greedy, fractional relaxation and a dynamic programme over what they leave open."""
    packings = [pack(*knapsack) for knapsack in given]
    return [(packing.value, packing.bound) for packing in packings]


def branched(given: list[Knapsack]) -> list[tuple[float, float]]:
    """Branch and bound until nothing is left open."""
    solved = [
        optimize.milp(
            -values,
            integrality=1,
            bounds=optimize.Bounds(0, 1),
            constraints=optimize.LinearConstraint(costs, -np.inf, budget),
            options={"mip_rel_gap": 0},
        )
        for values, costs, budget in given
    ]
    return [(-each.fun, -each.mip_dual_bound) for each in solved]


def one_optimum(ours: list[tuple[float, float]], theirs: list[tuple[float, float]]) -> str:
    """Require a proof from us, and one optimum from both."""
    (values, bounds), (their_values, _) = np.transpose(ours), np.transpose(theirs)
    if (bounds > values).any():
        raise AssertionError(f"{(bounds > values).sum()} knapsacks have no proof of optimality")
    missed = np.abs(values / their_values - 1).max()
    if missed > 1e-6:
        raise AssertionError(f"the optima differ by {missed} of their values")
    return f"every optimum proved; the two differ by at most {missed:.0e} of it"


HIGHS = "scipy.optimize.milp (HiGHS)"

BENCHMARKS = [
    Benchmark(
        "100 knapsacks of 60 items",
        lambda: uniform(60, 100),
        packed,
        branched,
        HIGHS,
        one_optimum,
    ),
    Benchmark(
        "4 knapsacks of 1,000 items",
        lambda: uniform(1_000, 4),
        packed,
        branched,
        HIGHS,
        one_optimum,
    ),
    Benchmark(
        "10 knapsacks of 300 items, values near costs",
        lambda: correlated(300, 10),
        packed,
        branched,
        HIGHS,
        one_optimum,
    ),
]

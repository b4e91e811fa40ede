"""Paths and control against plain implementations of the same search."""

import heapq

import numpy as np
from scipy import optimize

from collective_action.learners.descent import (
    RIDGE,
    RIDGE_START,
    RIDGE_TARGET,
    DataBudget,
    lowest_path,
    profile,
)
from collective_action.learners.risk import Logistic, Records, candidates
from measure import Benchmark

LOWER, UPPER = [-2.5, -2.5], [2.5, 2.5]
ALPHA = 0.6


def bisection(nodes: int) -> np.ndarray:
    """Our path: all edges at once, then bisection on the threshold."""
    return lowest_path(RIDGE.landscape(), RIDGE_START, RIDGE_TARGET, LOWER, UPPER, nodes)


def dijkstra(nodes: int) -> np.ndarray:
    """Dijkstra's algorithm with the maximum in place of the sum, an edge at a time."""
    landscape = RIDGE.landscape()
    ticks = [np.linspace(low, high, nodes) for low, high in zip(LOWER, UPPER, strict=True)]
    points = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)
    ends = []
    for end in (RIDGE_START, RIDGE_TARGET):
        at = np.unravel_index(np.square(points - end).sum(-1).argmin(), (nodes, nodes))
        points[at] = end
        ends.append(tuple(int(i) for i in at))
    moves = [(i, j) for i in range(-2, 3) for j in range(-2, 3) if np.gcd(i, j) == 1]
    along = np.linspace(0, 1, 5)[:, np.newaxis]
    best, previous, queue = {ends[0]: 0.0}, {}, [(0.0, ends[0])]
    while queue:
        height, here = heapq.heappop(queue)
        if here == ends[1]:
            break
        if height > best[here]:
            continue
        for i, j in moves:
            there = here[0] + i, here[1] + j
            if not (0 <= there[0] < nodes and 0 <= there[1] < nodes):
                continue
            leg = points[here] + along * (points[there] - points[here])
            worst = max(height, float(np.linalg.norm(landscape.gradient(leg), axis=1).max()))
            if worst < best.get(there, np.inf):
                best[there], previous[there] = worst, here
                heapq.heappush(queue, (worst, there))
    chain = [ends[1]]
    while chain[-1] != ends[0]:
        chain.append(previous[chain[-1]])
    return np.stack([points[at] for at in reversed(chain)])


def as_high(ours: np.ndarray, theirs: np.ndarray) -> str:
    """Require paths with the same largest gradient on their edges' samples."""
    landscape = RIDGE.landscape()
    heights = [profile(landscape, path).norms.max() for path in (ours, theirs)]
    lengths = [profile(landscape, path).positions[-1] for path in (ours, theirs)]
    if abs(heights[0] - heights[1]) > 1e-2 * heights[1]:
        raise AssertionError(f"the paths climb to {heights}")
    ours_is, theirs_is = (f"{h:.4f} over {s:.2f}" for h, s in zip(heights, lengths, strict=True))
    return f"largest gradient {ours_is}, theirs {theirs_is}"


def step_problem(size: int) -> tuple[DataBudget, np.ndarray, np.ndarray]:
    """Return a logistic firm, where it is, and the way to go; `size` candidate records."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(500, 4))
    population = Records(features, (rng.random(500) < 0.5) * 1.0)
    listed = 3 * rng.normal(size=(size // 2, 4))
    labels = np.repeat([0.0, 1.0], size // 2)
    menu = candidates(population, np.tile(listed, (2, 1)), labels)
    return DataBudget(Logistic(0.05), menu), np.array([0.3, -0.2, 0.1, 0.0]), rng.normal(size=4)


def one_programme(given: tuple[DataBudget, np.ndarray, np.ndarray]) -> float:
    """Find the largest contraction by one linear programme."""
    budget, theta, gap = given
    return budget.contraction(theta, budget.base(theta), gap, ALPHA, 100.0)


def bisected_least_squares(given: tuple[DataBudget, np.ndarray, np.ndarray]) -> float:
    """Bisection on c, with nonnegative least squares to decide whether c is attainable."""
    budget, theta, gap = given
    base = budget.base(theta)
    gradients = budget.loss.gradient(theta, budget.menu.features, budget.menu.labels)
    columns = np.vstack([np.vstack([gradients, base]).T, np.ones(len(gradients) + 1)])
    low, high = 0.0, 100.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        wanted = (middle * gap - (1 - ALPHA) * base) / ALPHA
        _, missed = optimize.nnls(columns, np.append(wanted, 1.0))
        low, high = (middle, high) if missed < 1e-9 else (low, middle)
    return low


def same_contraction(ours: float, theirs: float) -> str:
    """Require one contraction from both."""
    if abs(ours - theirs) > 1e-6:
        raise AssertionError(f"the contractions are {ours} and {theirs}")
    return f"c = {ours:.9g}, differing by {abs(ours - theirs):.0e}"


BENCHMARKS = [
    Benchmark(
        "lowest_path, 121 × 121 nodes, 16 neighbours",
        lambda: 121,
        bisection,
        dijkstra,
        "minimax Dijkstra with a heap",
        as_high,
    ),
    Benchmark(
        "one step of control, 2,000 candidate records",
        lambda: step_problem(2_000),
        one_programme,
        bisected_least_squares,
        "bisection with SciPy nnls",
        same_contraction,
    ),
]

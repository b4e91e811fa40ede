"""Random success curves that never fall, and random costs: what people may find themselves in."""

from collections.abc import Iterator

import numpy as np
from scipy import stats
from scipy.interpolate import PchipInterpolator

from collective_action.participation import Participation


def staircase(at: np.ndarray, heights: np.ndarray):
    """Return the step function with value heights[i] from at[i−1] on, heights[0] below at[0]."""
    return lambda alphas: heights[np.searchsorted(at, alphas, side="right")]


def random_success(rng: np.random.Generator):
    """Return a nondecreasing curve: a staircase, a smooth table, an S-curve, or a flat line."""
    kind = rng.integers(4)
    if kind == 0:
        steps = rng.integers(1, 12)
        return staircase(np.sort(rng.random(steps)), np.sort(rng.random(steps + 1)))
    if kind == 1:
        points = rng.integers(2, 9)
        at = np.concatenate([[0], np.sort(rng.random(points)), [1]])
        return PchipInterpolator(at, np.sort(rng.random(points + 2)))
    if kind == 2:
        return stats.beta(*rng.uniform(0.3, 12, 2)).cdf
    level = rng.random()
    return lambda alphas: np.full(np.shape(alphas), level)


def random_cost(rng: np.random.Generator):
    """Return one cost, a list of costs, or a distribution of costs."""
    kind = rng.integers(3)
    if kind == 0:
        return float(rng.uniform(0, 1.2))
    if kind == 1:
        return rng.uniform(-0.1, 1, rng.integers(1, 30))
    return stats.norm(rng.uniform(0, 0.8), rng.uniform(0.02, 0.4))


def crowds(seed: int, n: int) -> Iterator[tuple[Participation, np.random.Generator]]:
    """Yield n random crowds, each with the generator to draw further from."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        free_riding = float(rng.choice([0, rng.uniform(0, 0.9)]))
        yield Participation(random_success(rng), random_cost(rng), free_riding), rng

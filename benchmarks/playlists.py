"""The counter of next songs against dictionaries, and its knapsack against HiGHS."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
from scipy import optimize

from collective_action.playlists import PriceList, count, draw, knapsack, price_list
from measure import Benchmark

SONGS = 100_000
SHOWN = 20
BUDGET = 240


def lists() -> np.ndarray:
    """Return 12,000 playlists of 20 songs."""
    return draw(0, n_songs=SONGS, n_test=1).train


def counted(given: np.ndarray) -> np.ndarray:
    """Sort pairs once, then counts within contexts."""
    return count(given, SONGS, SHOWN, pooled_plays=1).bars()


def tallied(given: np.ndarray) -> np.ndarray:
    """Keep a Counter of followers for each context."""
    plays = np.bincount(given.ravel(), minlength=SONGS)
    rare = np.flatnonzero(plays <= 1)
    names = np.where(plays <= 1, rare[0], np.arange(SONGS)).tolist()
    followers: defaultdict[int, Counter] = defaultdict(Counter)
    for songs in given.tolist():
        for last, following in pairwise(songs):
            followers[names[last]][following] += 1
    bars = np.zeros(SONGS, dtype=np.int64)
    for context, times in followers.items():
        if len(times) >= SHOWN:
            bars[context] = times.most_common(SHOWN)[-1][1]
    return bars


def same_bars(ours: np.ndarray, theirs: np.ndarray) -> str:
    """Require the same bar in every context."""
    if (ours != theirs).any():
        raise AssertionError(f"{(ours != theirs).sum()} bars differ")
    return f"the same bars, {np.count_nonzero(ours):,} of them above 0"


def offer() -> PriceList:
    """Return what contexts cost and bring, for 10,000 listeners."""
    platform = draw(0, n_songs=SONGS)
    rows, ends = platform.prefixes(5, seed=0)
    lasts = platform.test[rows, ends]
    return price_list(count(platform.train, SONGS, SHOWN), lasts, len(platform.train))


def packed(given: PriceList) -> float:
    """Program dynamically over budgets, among the best items of each price."""
    return float(knapsack(given.weights, given.prices, BUDGET).values[-1])


def branched(given: PriceList) -> float:
    """Branch and bound until nothing is left open."""
    found = optimize.milp(
        -given.weights,
        integrality=1,
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(given.prices, -np.inf, BUDGET),
        options={"mip_rel_gap": 0},
    )
    return float(-found.fun)


def one_optimum(ours: float, theirs: float) -> str:
    """Require one optimum from both."""
    if not np.isclose(ours, theirs):
        raise AssertionError(f"the optima are {ours} and {theirs}")
    return f"success {ours:.2%}; ours has every smaller budget too"


BENCHMARKS = [
    Benchmark(
        "counting 12,000 playlists",
        lists,
        counted,
        tallied,
        "collections.Counter",
        same_bars,
    ),
    Benchmark(
        "what 240 members can buy",
        offer,
        packed,
        branched,
        "scipy.optimize.milp (HiGHS)",
        one_optimum,
    ),
]

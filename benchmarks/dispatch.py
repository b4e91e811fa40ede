"""Evenings of declined orders side by side against one courier after another."""

import numpy as np

from collective_action.dispatch import City, Rule, simulate
from measure import Benchmark

RULE = Rule(raises=20, threshold=3.5)
ORDERS = 2_000
Work = tuple[City, int]


def side_by_side(given: Work) -> np.ndarray:
    """Return what members earn each evening, all evenings advancing together."""
    city, evenings = given
    seen = simulate([city], RULE, orders=ORDERS, evenings=evenings, rng=0)
    return seen.pay.members[0]


def one_after_another(given: Work) -> np.ndarray:
    """Return the same with couriers who are numbered, offer by offer."""
    city, evenings = given
    rng = np.random.default_rng(1)
    return np.array([_evening(city, rng) for _ in range(evenings)])


def _evening(city: City, rng: np.random.Generator) -> float:
    couriers = rng.permutation(city.couriers).tolist()
    out, idle, to_members = couriers[: city.busy], couriers[city.busy :], 0
    for order in range(2 * ORDERS):
        for _ in range(RULE.raises + 1):
            at = int(rng.integers(len(idle)))
            if idle[at] >= city.members:
                break
        to_members += order >= ORDERS and idle[at] < city.members
        place = order % city.busy if order >= ORDERS // 2 else int(rng.integers(city.busy))
        idle[at], out[place] = out[place], idle[at]
    return RULE.threshold * to_members / ORDERS / city.alpha


def one_mean(ours: np.ndarray, theirs: np.ndarray) -> str:
    """Require means that differ by less than five standard errors."""
    apart = abs(ours.mean() - theirs.mean())
    error = float(np.hypot(ours.std() / ours.size**0.5, theirs.std() / theirs.size**0.5))
    if apart > 5 * error:
        raise AssertionError(f"members earn {ours.mean()} and {theirs.mean()}")
    return f"members earn {ours.mean():.3f} and {theirs.mean():.3f}"


BENCHMARKS = [
    Benchmark(
        f"{evenings} evenings of 300 couriers",
        lambda evenings=evenings: (City(300, 180, 60), evenings),
        side_by_side,
        one_after_another,
        "one after another",
        one_mean,
    )
    for evenings in (20, 100)
]

"""Say by condition whether two makings of the same experiments agree.

Near the transition another rounding is another run, as another seed is. So records of one
configuration from two machines need not be equal, and what can be asked is whether the means over
seeds are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from collective_action import validation
from collective_lab.experiment import Configuration, Record

LEVEL = 0.95
MARGIN = 0.1
Runs = dict[Configuration, dict[int, float]]  # a measure by condition and seed
AGREE, DIFFER, OPEN = "agree", "differ", "cannot tell"


@dataclass(frozen=True)
class Difference:
    """The difference of a measure's means, the second minus the first.

    Attributes
    ----------
    condition
        The configuration, with seed 0; None for the mean over all conditions.
    runs
        How many there are of each, or how many seeds.
    means
        Of each.
    value, low, high
        The difference and its interval (Welch); NaN where one of the two has a single run. The
        intervals of all conditions hold together with probability 95 % (Bonferroni).
    verdict
        "agree": the interval lies within the margin on both sides of 0. "differ": it does not
        hold 0. "cannot tell": neither, or there is no interval.
    """

    condition: Configuration | None
    runs: tuple[int, int]
    means: tuple[float, float]
    value: float
    low: float
    high: float
    verdict: str


def compare(
    first: Iterable[Record],
    second: Iterable[Record],
    metric: str = "success",
    margin: float = MARGIN,
) -> list[Difference]:
    """Compare two sets of records by condition, and last over all conditions.

    A condition is a configuration without its seed; those that only one of the two has are left
    out. The last line says whether one of the two is higher throughout. Its sample is of seeds, for
    a seed decides in every condition who joins: of each, the mean by which its runs are above
    their conditions' means.

    Parameters
    ----------
    first, second
        Records.
    metric
        A fraction of `Outcome`, or one of their `measures`.
    margin
        How far two means may be apart to agree, above 0.

    Raises
    ------
    ValueError
        If they have no condition in common, or a record lacks the metric.
    """
    validation.at_least("margin", margin, 0, strictly=True)
    sides = [_by_condition(records, metric) for records in (first, second)]
    both = [condition for condition in sides[0] if condition in sides[1]]
    common = sorted(both, key=lambda one: (one.model, one.strategy, one.epochs, one.alpha, one.id))
    if not common:
        raise ValueError("they have no condition in common: nothing can be compared")
    level = 1 - (1 - LEVEL) / len(common)
    found = [
        _difference(condition, *(list(side[condition].values()) for side in sides), level, margin)
        for condition in common
    ]
    overall = _difference(None, *_by_seed(sides, common), LEVEL, margin)
    means = [float(np.mean([one.means[side] for one in found])) for side in (0, 1)]
    return [*found, replace(overall, means=(means[0], means[1]))]


def _by_condition(records: Iterable[Record], metric: str) -> Runs:
    values: Runs = defaultdict(dict)
    for record in records:
        value = record.measures.get(metric, getattr(record.outcome, metric, None))
        if value is None:
            raise ValueError(f"metric is {metric!r}: {record.configuration.id} has no such measure")
        values[record.configuration.but(seed=0)][record.configuration.seed] = value
    return values


def _by_seed(sides: Sequence[Runs], common: Sequence[Configuration]) -> list[list[float]]:
    """Return for each side and seed the mean by which its runs are above both sides' means."""
    above: list[dict[int, list[float]]] = [defaultdict(list), defaultdict(list)]
    for condition in common:
        middle = np.mean([np.mean(list(side[condition].values())) for side in sides])
        for side, seeds in zip(sides, above, strict=True):
            for seed, value in side[condition].items():
                seeds[seed].append(value - middle)
    return [[float(np.mean(values)) for values in seeds.values()] for seeds in above]


def _difference(
    condition: Configuration | None,
    first: Sequence[float],
    second: Sequence[float],
    level: float,
    margin: float,
) -> Difference:
    means = float(np.mean(first)), float(np.mean(second))
    value = means[1] - means[0]
    low = high = float("nan")
    if min(len(first), len(second)) > 1:
        parts = [np.var(held, ddof=1) / len(held) for held in (first, second)]
        total = sum(parts)
        degrees = parts[0] ** 2 / (len(first) - 1) + parts[1] ** 2 / (len(second) - 1)
        freedom = total**2 / degrees if total else len(first) + len(second) - 2
        reach = float(stats.t.ppf((1 + level) / 2, freedom) * np.sqrt(total))
        low, high = value - reach, value + reach
    runs = len(first), len(second)
    return Difference(condition, runs, means, value, low, high, _verdict(low, high, margin))


def _verdict(low: float, high: float, margin: float) -> str:
    if -margin <= low and high <= margin:
        return AGREE
    return DIFFER if low > 0 or high < 0 else OPEN

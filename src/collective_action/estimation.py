"""Setting I from data: a collective never knows P₀, only a sample of it. Not part of the paper.

Every interval here is proved to hold the truth with at least its confidence, at every sample size
and for every law. It starts from the limits of Clopper and Pearson for single shares, splits what
may go wrong evenly over all shares that a quantity is made of, and takes the least and the greatest
value that these limits allow. Where a quantity is one share nothing is lost; where it is a maximum
or a sum the interval is wide. The percentile bootstrap is narrower and does not keep its word: see
the chapter "How do you know?".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from collective_action import bounds, validation
from collective_action.learners import optimal
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, Signal

TOLERANCE = 1e-12


@dataclass(frozen=True)
class Estimate:
    """An estimate with an interval, which holds the truth with at least the confidence asked for.

    Attributes
    ----------
    value
        The quantity on the empirical law.
    low, high
        The interval.
    """

    value: float
    low: float
    high: float


def limits(seen: ArrayLike, n: ArrayLike, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of Clopper and Pearson (1934) for shares.

    Parameters
    ----------
    seen
        How many observations count, at least 0 and at most `n`; any shape.
    n
        How many independent observations there are, at least 0, of the same shape or a number.
    level
        The probability, in (0, 1), with which each of the two limits alone may be wrong.

    Returns
    -------
    low, high
        Of the shape of `seen`, 0 and 1 where nothing was observed.

    Raises
    ------
    ValueError
        If the level or a count is out of range.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: it must be strictly between 0 and 1")
    counted, among = np.broadcast_arrays(np.asarray(seen), np.asarray(n))
    if counted.size and (counted.min() < 0 or (counted > among).any()):
        raise ValueError("seen must be at least 0 and at most n")
    rest = among - counted
    low = np.where(counted > 0, stats.beta.ppf(level, np.maximum(counted, 1), rest + 1), 0.0)
    high = np.where(rest > 0, stats.beta.isf(level, counted + 1, np.maximum(rest, 1)), 1.0)
    return low, high


def uniqueness(counts: ArrayLike, signal: Signal, *, confidence: float = 0.95) -> Estimate:
    """Estimate ξ, the share of people who carry the signal already.

    Parameters
    ----------
    counts
        Integers of shape (n_features, n_labels): how many of a sample have each feature and label.
    signal
        A signal chosen without looking at the sample.
    confidence
        In (0, 1).

    Raises
    ------
    ValueError
        If the counts are not such a table, or the confidence is out of range.
    """
    table, law, delta = _sample(counts, signal, confidence)
    low, high = limits(table[signal.points].sum(), table.sum(), delta / 2)
    return Estimate(bounds.uniqueness(law, signal), float(low), float(high))


def suboptimality_gap(counts: ArrayLike, signal: Signal, *, confidence: float = 0.95) -> Estimate:
    """Estimate Δ, how firmly people who carry the signal disagree with y*; as `uniqueness`."""
    table, law, delta = _sample(counts, signal, confidence)
    at_points = table[signal.points]
    people = at_points.sum(axis=1)
    low, high = limits(at_points, people[:, np.newaxis], delta / (2 * at_points.size))
    least, most = _leads(low, high, signal.target)
    # A point at which nobody was seen may hold nobody: it lifts the upper limit alone.
    surely = max(0.0, float(least[people > 0].max(initial=0.0)))
    return Estimate(bounds.suboptimality_gap(law, signal), surely, max(0.0, float(most.max())))


def total_lead(counts: ArrayLike, signal: Signal, *, confidence: float = 0.95) -> Estimate:
    """Estimate Λ, the mass by which accidents outvote y* at the signal points; as `uniqueness`."""
    table, law, delta = _sample(counts, signal, confidence)
    at_points = table[signal.points]
    low, high = limits(at_points, table.sum(), delta / (2 * at_points.size))
    least, most = _leads(low, high, signal.target)
    rows = law.joint[signal.points]
    value = float((rows.max(axis=1) - rows[:, signal.target]).sum())
    return Estimate(
        value, float(np.maximum(least, 0).sum()), min(1.0, float(np.maximum(most, 0).sum()))
    )


def positivity(counts: ArrayLike, signal: Signal, *, confidence: float = 0.95) -> Estimate:
    """Estimate p, the rarest share of y* at any feature; as `uniqueness`."""
    table, law, delta = _sample(counts, signal, confidence)
    people = table.sum(axis=1)
    low, high = limits(table[:, signal.target], people, delta / (2 * len(table)))
    return Estimate(bounds.positivity(law, signal), float(low.min()), float(high[people > 0].min()))


def critical_mass(
    counts: ArrayLike, signal: Signal, success: float, *, confidence: float = 0.95
) -> Estimate:
    """Estimate the critical mass of planting with labels against an optimal firm.

    Parameters
    ----------
    counts, signal, confidence
        As for `uniqueness`.
    success
        The success S* that is wanted, in (0, 1].

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    A point's threshold λ/(λ + P_g(x)) grows with the rivals' mass and falls with that of y* and
    with P_g(x). So limits for these masses, all true at once, give limits for all thresholds, and
    with limits for the weights P_g(x) two staircases between which the true one lies.
    """
    table, law, delta = _sample(counts, signal, confidence)
    wanted = validation.fraction("success", success)
    if wanted == 0:
        raise ValueError("success is 0: every size has it")
    points, n = signal.points, table.sum()
    at_points = table[points]
    sent = np.zeros(len(table), dtype=np.int64)
    np.add.at(sent, signal.g, table.sum(axis=1))
    level = delta / (2 * (at_points.size + points.size))
    low, high = limits(at_points, n, level)
    lightest, heaviest = limits(sent[points], n, level)
    least, most = _leads(low, high, signal.target)
    early, late = _threshold(least, heaviest), _threshold(most, lightest)

    def reached(thresholds: np.ndarray, inside: np.ndarray, outside: np.ndarray, pick) -> float:
        for alpha in np.unique(thresholds):
            fallen = thresholds <= alpha
            if pick(inside[fallen].sum(), 1 - outside[~fallen].sum()) >= wanted - TOLERANCE:
                return float(alpha)
        return 1.0

    return Estimate(
        abs(float(optimal.critical_mass(law, FeatureLabel(signal), wanted))),
        reached(early, heaviest, lightest, min),
        reached(late, lightest, heaviest, max),
    )


def _threshold(lead: np.ndarray, weight: np.ndarray) -> np.ndarray:
    behind = np.maximum(lead, 0.0)
    total = behind + weight
    return np.divide(behind, total, out=np.ones_like(total), where=total > 0)


def _leads(low: np.ndarray, high: np.ndarray, target: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest lead of the strongest rival over the target."""
    least = np.delete(low, target, axis=1).max(axis=1) - high[:, target]
    most = np.delete(high, target, axis=1).max(axis=1) - low[:, target]
    return least, most


def _sample(
    counts: ArrayLike, signal: Signal, confidence: float
) -> tuple[np.ndarray, Population, float]:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}: it must be strictly between 0 and 1")
    table = np.asarray(counts)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(f"counts has shape {table.shape}: it must be (n_features, n_labels ≥ 2)")
    if not np.issubdtype(table.dtype, np.integer) or (table.size and table.min() < 0):
        raise ValueError("counts must hold whole numbers of people, at least 0")
    if table.sum() == 0:
        raise ValueError("counts holds nobody: an estimate needs at least one observation")
    law = Population(table / table.sum())
    bounds.uniqueness(law, signal)
    return table.astype(np.int64), law, 1 - confidence

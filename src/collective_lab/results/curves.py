"""Section 5, the curves: success against the size of a collective, from tables of recorded runs.

Every function takes a table with a row for each run, as `results.recorded` returns it, and reads
its columns `alpha`, `seed` and `success`. Intervals are over seeds: of the runs that other seeds
would have given on the same corpus and the same test set.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import isotonic_regression
from scipy.special import logit

from collective_action import validation
from collective_action.teaching.intervals import interval

LEVEL = 0.95
MEANT = (0.001, 0.999)  # a mean of a few runs says no more of log-odds


def means(table: pd.DataFrame, by: Sequence[str], value: str = "success") -> pd.DataFrame:
    """Return the mean of what was measured, with a 95 % interval over seeds.

    Parameters
    ----------
    table
        A row for each run.
    by
        Columns; runs that agree in them are averaged.
    value
        What to average, a fraction.

    Returns
    -------
    pd.DataFrame
        The columns `by`, then `mean`, `low`, `high` (Student's t interval cut to [0, 1], NaN for a
        single run) and `runs`, a row for each combination, sorted.

    Raises
    ------
    ValueError
        If the table is empty or lacks a column.
    """

    def mean(group: pd.DataFrame) -> tuple:
        values = group[value].to_numpy()
        lone = len(values) < 2
        return *((values.mean(), np.nan, np.nan) if lone else interval(values, LEVEL)), len(values)

    return _each(table, by, [value], mean, ["mean", "low", "high", "runs"])


@dataclass(frozen=True)
class CriticalMass:
    """The smallest size that reaches a success, with a 95 % interval.

    Attributes
    ----------
    value
        On the mean curve. NaN: above the largest size tried.
    low, high
        Ends of the interval. A low of 0 says that the smallest size tried may be enough, a high of
        NaN that the largest may not; both are NaN with a single seed.
    at_most
        Whether the smallest size tried gets there already: the mass is `value` or less.
    """

    value: float
    low: float
    high: float
    at_most: bool = False

    def __format__(self, spec: str) -> str:
        """Return the estimate as a person reads it, without the interval."""
        if np.isnan(self.value):
            return "not reached"
        if self.value == 0:
            return "nobody is needed"
        return ("≤ " if self.at_most else "") + format(self.value, spec)

    def spelled(self, spec: str) -> str:
        """Return the estimate with its interval, numbers in a format such as ".2%"."""
        if self.high == 0:
            return format(self, spec)
        return f"{self:{spec}} ({_interval(self.low, self.high, spec)})"


@dataclass(frozen=True)
class Ratio:
    """How many times one critical mass is another, with a 95 % interval.

    Attributes
    ----------
    value
        Of the two estimates; NaN if the sizes tried say nothing of it.
    low, high
        Ends of the interval, 0 and inf where it is open.
    at_least, at_most
        Whether the ratio is `value` or more, or `value` or less, since one of the masses lies
        beyond the sizes tried.
    """

    value: float
    low: float
    high: float
    at_least: bool = False
    at_most: bool = False

    def __format__(self, spec: str) -> str:
        """Return the estimate as a person reads it, without the interval."""
        if np.isnan(self.value):
            return "unknown"
        sign = "≥ " if self.at_least else "≤ " if self.at_most else ""
        return sign + format(self.value, spec)

    def spelled(self, spec: str) -> str:
        """Return the estimate with its interval, numbers in a format such as ".1f"."""
        return f"{self:{spec}} ({_interval(self.low, self.high, spec)})"


def critical_mass(table: pd.DataFrame, success: float = 0.5) -> CriticalMass:
    """Estimate the critical mass of a success from runs at several sizes.

    The mean success at each size is made non-decreasing by isotonic regression. Between two sizes
    its log-odds are a straight line in log α, which they are of every logistic curve from 0 to 1;
    between 0 and the next size, where there is no log, in α. If the smallest size tried gets there
    already, the estimate is that size, and says so.

    The interval holds every size at which the mean is not significantly another: Student's limits
    of the mean at each size, joined in the same way, are read off as the mean is, the upper one
    where it first reaches the success and the lower one where it last does not. The variance at a
    size is taken as at least the mean of its own and its neighbours': near 1 a few runs seldom hold
    the rare one that fails. `results.coverage` measures how often the interval holds the truth.

    Parameters
    ----------
    table
        Runs that differ only in `alpha` and `seed`.
    success
        S* in (0, 1].

    Raises
    ------
    ValueError
        If the table is empty or lacks a column, or the success is out of range.
    """
    require(table, ["alpha", "seed", "success"])
    wanted = validation.at_least(
        "success", validation.fraction("success", success), 0, strictly=True
    )
    by_seed = table.groupby(["alpha", "seed"])["success"].mean().groupby("alpha")
    counts, heights = by_seed.size().to_numpy(), by_seed.mean().to_numpy()
    sizes = np.array(list(by_seed.groups), dtype=float)
    curve = isotonic_regression(heights, weights=counts).x
    value, at_most = _first(sizes, curve, wanted), bool(curve[0] >= wanted and sizes[0] > 0)
    many = counts > 1
    if not many.any():
        return CriticalMass(value, np.nan, np.nan, at_most)
    variance = by_seed.var().to_numpy()[many]
    around = np.convolve(np.pad(variance, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    error = np.sqrt(np.maximum(variance, around) / counts[many])
    half = stats.t.ppf((1 + LEVEL) / 2, counts[many] - 1) * error
    sizes, upper, lower = sizes[many], heights[many] + half, heights[many] - half
    low = 0.0 if upper[0] >= wanted else _first(sizes, upper, wanted)
    high = _last(sizes, lower, wanted)
    return CriticalMass(value, float(np.fmin(low, value)), float(np.maximum(high, value)), at_most)


def ratio(table: pd.DataFrame, other: pd.DataFrame, success: float = 0.5) -> Ratio:
    """Estimate how many times the critical mass of `other` that of `table` is.

    The interval recovers the variance of each logarithm from the interval of the mass (Zou and
    Donner 2008), as if the two were independent. If a mass lies beyond the sizes tried, it takes
    both intervals at their worst.

    Parameters
    ----------
    table, other
        Runs as `critical_mass` takes them.
    success
        As for `critical_mass`.

    Raises
    ------
    ValueError
        As `critical_mass`, or if nobody is enough: then a mass is 0 and a ratio means nothing.
    """
    one, two = critical_mass(table, success), critical_mass(other, success)
    if one.value == 0 or two.value == 0:
        raise ValueError(f"success is {success}: a curve has it without a collective")
    low, value, high = _ends(one, table["alpha"].max())
    base_low, base, base_high = _ends(two, other["alpha"].max())
    at_least = bool(np.isnan(one.value) or two.at_most)
    at_most = bool(np.isnan(two.value) or one.at_most)
    with np.errstate(divide="ignore"):
        down, base_up = np.log(value / low), np.log(base_high / base)
        up, base_down = np.log(high / value), np.log(base / base_low)
    width = np.add if at_least or at_most else np.hypot
    return Ratio(
        np.nan if at_least and at_most else float(value / base),
        float(value / base * np.exp(-width(down, base_up))),
        float(value / base * np.exp(width(up, base_down))),
        at_least,
        at_most,
    )


def shares(
    table: pd.DataFrame, by: Sequence[str], reached: float = 0.5, value: str = "success"
) -> pd.DataFrame:
    """Return the share of runs that reach a value, with a 95 % interval.

    Where one seed follows the collective and another does not, a mean is what hardly a run has.

    Parameters
    ----------
    table
        A row for each run.
    by
        Columns; runs that agree in them are counted together.
    reached
        What a run must have at least.
    value
        Of what, a column.

    Returns
    -------
    pd.DataFrame
        The columns `by`, then `share`, `low`, `high` (the exact binomial interval of Clopper and
        Pearson), `reached` and `runs`, which count, a row for each combination, sorted.

    Raises
    ------
    ValueError
        If the table is empty or lacks a column.
    """

    def share(group: pd.DataFrame) -> tuple:
        there, runs = int((group[value] >= reached).sum()), len(group)
        exact = stats.binomtest(there, runs).proportion_ci(LEVEL, method="exact")
        return there / runs, exact.low, exact.high, there, runs

    return _each(table, by, [value], share, ["share", "low", "high", "reached", "runs"])


def critical_masses(table: pd.DataFrame, by: Sequence[str], success: float = 0.5) -> pd.DataFrame:
    """Return the critical mass of each combination of some columns.

    Parameters and errors as `means` and `critical_mass`.

    Returns
    -------
    pd.DataFrame
        The columns `by`, then `mass`, `low`, `high` and `at_most`, as in a `CriticalMass`,
        `largest`, the largest size tried, and `seeds`.
    """

    def mass(group: pd.DataFrame) -> tuple:
        found = critical_mass(group, success)
        limits = found.value, found.low, found.high, found.at_most
        return *limits, group["alpha"].max(), group["seed"].nunique()

    names = ["mass", "low", "high", "at_most", "largest", "seeds"]
    return _each(table, by, ["alpha", "seed", "success"], mass, names)


def _each(
    table: pd.DataFrame,
    by: Sequence[str],
    read: Sequence[str],
    found: Callable[[pd.DataFrame], tuple],
    names: Sequence[str],
) -> pd.DataFrame:
    """Return what is found in each combination of the columns `by`, a row each under `names`."""
    by = list(by)
    require(table, [*by, *read])
    rows = []
    for key, group in table.groupby(by):
        assert isinstance(key, tuple), "by is a list"
        rows.append((*key, *found(group)))
    return pd.DataFrame(rows, columns=[*by, *names])


def _interval(low: float, high: float, spec: str) -> str:
    """Return the ends of an interval in words; 0 and NaN below, NaN and inf above are open."""
    if low > 0 and np.isfinite(high):
        return f"{low:{spec}} to {high:{spec}}"
    if low > 0:
        return f"{low:{spec}} or more"
    return f"{high:{spec}} or less" if np.isfinite(high) else "no interval"


def _first(sizes: np.ndarray, curve: np.ndarray, wanted: float) -> float:
    """Return where a curve first reaches a success, the first size if it begins there, or NaN."""
    there = curve >= wanted
    if not there.any():
        return np.nan
    right = int(there.argmax())
    return float(sizes[0]) if right == 0 else _between(sizes, curve, right, wanted)


def _last(sizes: np.ndarray, curve: np.ndarray, wanted: float) -> float:
    """Return where a curve last has not more than a success, the first size if nowhere, or NaN."""
    below = np.flatnonzero(curve <= wanted)
    if len(below) == 0:
        return float(sizes[0])
    right = int(below[-1]) + 1
    return np.nan if right == len(sizes) else _between(sizes, curve, right, wanted)


def _between(sizes: np.ndarray, curve: np.ndarray, right: int, wanted: float) -> float:
    """Return where a curve has a success on its way to the size at place `right`."""
    start, end = sizes[right - 1], sizes[right]
    before, there, after = logit(np.clip([curve[right - 1], wanted, curve[right]], *MEANT))
    share = (there - before) / (after - before) if before < after else 1.0
    return float(end * share if start == 0 else start * (end / start) ** share)


def _ends(mass: CriticalMass, largest: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an estimate between its ends, the largest size tried where it is not reached."""
    low, value = np.nan_to_num([mass.low, mass.value], nan=largest)
    return low, value, np.nan_to_num(np.array(mass.high), nan=np.inf)


def require(table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raise ValueError if a table of runs is empty or lacks a column.

    Parameters
    ----------
    table
        One row for each run.
    columns
        Those that it must have.
    """
    missing = [name for name in columns if name not in table.columns]
    if missing:
        raise ValueError(f"table has columns {list(table.columns)}, lacks {', '.join(missing)}")
    if table.empty:
        raise ValueError("table is empty: it must have a row for each run")

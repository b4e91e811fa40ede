"""Section 5, the curves: success against the size of a collective, from tables of recorded runs.

Every function takes a table with a row for each run, as `results.recorded` returns it, and reads
its columns `alpha`, `seed` and `success`. Runs with the same seed share who joins, the firm's start
and its order of training, so they are resampled together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression

from collective_action import validation
from collective_action.teaching.intervals import interval

LEVEL = 0.95
RESAMPLES = 999


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
    by = list(by)
    require(table, [*by, value])
    rows = []
    for key, group in table.groupby(by):
        assert isinstance(key, tuple), "by is a list"
        values = group[value].to_numpy()
        lone = len(values) < 2
        mean, low, high = (values.mean(), np.nan, np.nan) if lone else interval(values, LEVEL)
        rows.append((*key, mean, low, high, len(values)))
    return pd.DataFrame(rows, columns=[*by, "mean", "low", "high", "runs"])


@dataclass(frozen=True)
class CriticalMass:
    """The smallest size that reaches a success, with a 95 % interval; NaN where not reached.

    Attributes
    ----------
    value
        On the mean curve. NaN: above the largest size tried.
    low, high
        2.5 % and 97.5 % quantiles over resampled seeds. A NaN that stands beside a finite value
        says that this many resampled curves do not get there, or that there is a single seed.
    """

    value: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        """Return the estimate as a person reads it, without the interval."""
        return "not reached" if np.isnan(self.value) else format(self.value, spec)


def critical_mass(table: pd.DataFrame, success: float = 0.5, seed: int = 0) -> CriticalMass:
    """Estimate the critical mass of a success from runs at several sizes.

    The mean success at each size is made non-decreasing by isotonic regression. Between two sizes
    the curve is a straight line in log α; between 0 and the next size, where there is no log, in
    α. If the smallest size tried gets there already, the estimate is that size.

    Parameters
    ----------
    table
        Runs that differ only in `alpha` and `seed`.
    success
        S* in (0, 1].
    seed
        For the resamples.

    Raises
    ------
    ValueError
        If the table is empty or lacks a column, or the success is out of range.
    """
    require(table, ["alpha", "seed", "success"])
    wanted = validation.at_least(
        "success", validation.fraction("success", success), 0, strictly=True
    )
    grid = table.pivot_table(index="seed", columns="alpha", values="success", aggfunc="mean")
    alphas, runs = grid.columns.to_numpy(dtype=float), grid.to_numpy()
    value = _crossing(alphas, runs, wanted)
    if len(runs) < 2:
        return CriticalMass(value, np.nan, np.nan)
    drawn = np.random.default_rng(seed).integers(len(runs), size=(RESAMPLES, len(runs)))
    crossings = np.array([_crossing(alphas, runs[rows], wanted) for rows in drawn])
    ends = np.quantile(
        np.nan_to_num(crossings, nan=np.inf),
        [(1 - LEVEL) / 2, (1 + LEVEL) / 2],
        method="inverted_cdf",
    )
    low, high = np.where(np.isfinite(ends), ends, np.nan)
    return CriticalMass(value, float(low), float(high))


def critical_masses(
    table: pd.DataFrame, by: Sequence[str], success: float = 0.5, seed: int = 0
) -> pd.DataFrame:
    """Return the critical mass of each combination of some columns.

    Parameters and errors as `means` and `critical_mass`.

    Returns
    -------
    pd.DataFrame
        The columns `by`, then `mass`, `low`, `high` (NaN where not reached), `largest`, the
        largest size tried, and `seeds`.
    """
    by = list(by)
    require(table, [*by, "alpha", "seed", "success"])
    rows = []
    for key, group in table.groupby(by):
        assert isinstance(key, tuple), "by is a list"
        mass = critical_mass(group, success, seed)
        reached = (mass.value, mass.low, mass.high)
        rows.append((*key, *reached, group["alpha"].max(), group["seed"].nunique()))
    return pd.DataFrame(rows, columns=[*by, "mass", "low", "high", "largest", "seeds"])


def _crossing(alphas: np.ndarray, runs: np.ndarray, wanted: float) -> float:
    """Return where the mean curve of some seeds reaches a success; runs (seeds, sizes), or NaN."""
    counts = (~np.isnan(runs)).sum(axis=0)
    tried = counts > 0
    heights = np.nansum(runs[:, tried], axis=0) / counts[tried]
    curve = isotonic_regression(heights, weights=counts[tried]).x
    sizes = alphas[tried]
    if curve[-1] < wanted:
        return np.nan
    right = int(np.argmax(curve >= wanted))
    if right == 0:
        return float(sizes[0])
    share = (wanted - curve[right - 1]) / (curve[right] - curve[right - 1])
    left, end = sizes[right - 1], sizes[right]
    return float(end * share if left == 0 else left * (end / left) ** share)


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

"""Section 5, an S-curve through recorded runs, as far as the runs determine one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import least_squares, minimize
from scipy.special import expit

from collective_action import validation
from collective_lab.results.curves import LEVEL, require

PARAMETERS = ("floor", "ceiling", "middle", "steepness")  # the last two are fitted as logarithms
ENDS = (0, 1)
OFF = (0.1, 0.1, np.log(2), np.log(2))  # a tenth in S, a factor of two in α and in steepness
STEEPNESSES = (0.1, 20)
ROUNDING = 1e-6  # of S: a difference below it is none
CONVERGED = 1e-15  # so that a fit is the same to seven digits however a processor rounds
MOST = 300  # steps; a fit that creeps along a flat valley takes most of them
MIDDLES, SLOPES = 25, 15  # curves of the grid on which a fit starts
SWEEPS = 100  # of floor and ceiling in turn, there


@dataclass(frozen=True)
class Curve:
    """S(α) = floor + (ceiling − floor) / (1 + (middle/α)^steepness): logistic in log α.

    Attributes
    ----------
    floor
        S(0): what happens without a collective.
    ceiling
        What a very large collective gets.
    middle
        The α half-way up.
    steepness
        Slope in log α: to go from 10 % to 90 % of the way takes a factor 81^(1/steepness) in α.
    """

    floor: float
    ceiling: float
    middle: float
    steepness: float

    def predict(self, alphas) -> np.ndarray:
        """Return S at each α ≥ 0; floats, same shape."""
        with np.errstate(divide="ignore"):
            logs = np.log(np.asarray(alphas, dtype=float))
        share = expit(self.steepness * (logs - np.log(self.middle)))
        return self.floor + (self.ceiling - self.floor) * share


@dataclass(frozen=True)
class Fit:
    """A curve fitted to runs. A parameter that the runs do not determine is NaN.

    Attributes
    ----------
    floor, ceiling, middle, steepness
        As a `Curve` has them, or NaN.
    smallest, largest
        The sizes between which runs above 0 were made.
    """

    floor: float
    ceiling: float
    middle: float
    steepness: float
    smallest: float
    largest: float
    _best: Curve = field(repr=False)

    @property
    def undetermined(self) -> tuple[str, ...]:
        """Return the names of the parameters that the runs leave open."""
        return tuple(name for name in PARAMETERS if np.isnan(getattr(self, name)))

    def predict(self, alphas) -> np.ndarray:
        """Return S at each α ≥ 0; floats, same shape.

        Outside of the sizes tried it is NaN unless the runs determine every parameter: many curves
        that agree between those sizes part beyond them.
        """
        alphas = np.asarray(alphas, dtype=float)
        known = (self.smallest <= alphas) & (alphas <= self.largest) | (not self.undetermined)
        return np.where(known, self._best.predict(alphas), np.nan)


def fit_curve(table: pd.DataFrame) -> Fit:
    """Fit an S-curve to runs at several sizes by least squares, each run counting once.

    The floor is the mean of the runs without a collective; where there are none, it is fitted too.
    The middle is sought within a factor of 10 of the sizes tried, the steepness between 0.1 and 20.

    A parameter is determined if values that are `OFF` from the best, to both sides, fit
    significantly worse with the rest fitted anew: if an F test at 95 % refuses them.

    Parameters
    ----------
    table
        Runs that differ only in `alpha` and `seed`, at four sizes above 0 or more.

    Raises
    ------
    ValueError
        If the table is empty, lacks a column, has too few sizes, or its values are not fractions.
    RuntimeError
        If the solver does not converge.
    """
    require(table, ["alpha", "success"])
    joined = table[table["alpha"] > 0]
    if joined["alpha"].nunique() < 4:
        raise ValueError(
            f"table has runs at {joined['alpha'].nunique()} sizes above 0: a curve needs 4 or more"
        )
    sizes = joined["alpha"].to_numpy(dtype=float)
    fit = _LeastSquares(np.log(sizes), validation.fractions("success", joined["success"]))
    without = table.loc[table["alpha"] == 0, "success"]
    known = {0: float(validation.fractions("success", without).mean())} if len(without) else {}
    best, loss = fit.solve(known)
    freedom = len(joined) - len(best) + len(known)
    worst = np.inf
    if freedom > 0:
        worst = loss * (1 + stats.f.ppf(LEVEL, 1, freedom) / freedom) + len(joined) * ROUNDING**2
    values = list(_on_their_scale(best))
    for place in set(range(len(best))) - set(known):
        off = best[place] + np.array([-OFF[place], OFF[place]])
        if place in ENDS:
            off = off[(off >= 0) & (off <= 1)]
        if any(fit.solve(known | {place: value})[1] <= worst for value in off):
            values[place] = np.nan
    return Fit(*values, sizes.min(), sizes.max(), _best=Curve(*_on_their_scale(best)))


class _LeastSquares:
    """The S-curves that fit some runs best, with some parameters given."""

    def __init__(self, logs: np.ndarray, successes: np.ndarray) -> None:
        self.logs, self.successes = logs, successes
        wide = np.log(10)
        ends = [(0.0, 1.0), (0.0, 1.0), (logs.min() - wide, logs.max() + wide), np.log(STEEPNESSES)]
        self.lowest, self.highest = np.array(ends).T

    def solve(self, known: Mapping[int, float]) -> tuple[np.ndarray, float]:
        """Return the best parameters with those `known`, by place, and the sum of squares."""
        free = [place for place in range(len(PARAMETERS)) if place not in known]
        start = self._start(known)

        def completed(chosen: np.ndarray) -> np.ndarray:
            parameters = start.copy()
            parameters[free] = chosen
            return parameters

        def half_squares(chosen: np.ndarray) -> tuple[float, np.ndarray]:
            parameters = completed(chosen)
            misses = self._misses(parameters)
            return misses @ misses / 2, misses @ self._slopes(parameters)[:, free]

        bounds = self.lowest[free], self.highest[free]
        solution = least_squares(
            lambda chosen: self._misses(completed(chosen)),
            start[free],
            lambda chosen: self._slopes(completed(chosen))[:, free],
            bounds=bounds,
            method="dogbox",
            ftol=CONVERGED,
            xtol=CONVERGED,
            gtol=CONVERGED,
            max_nfev=MOST,
        )
        if not solution.success:  # Gauss and Newton's steps creep where a valley bends
            solution = minimize(
                half_squares,
                solution.x,
                jac=True,
                bounds=list(zip(*bounds, strict=True)),
                method="SLSQP",
                options={"ftol": ROUNDING**2, "maxiter": MOST},
            )
        best = completed(solution.x)
        loss = (self._misses(best) ** 2).sum()
        least = (self._misses(start) ** 2).sum() + len(self.logs) * ROUNDING**2
        if not solution.success or loss > least:
            raise RuntimeError(
                f"the least squares of a curve did not converge: {solution.message} Look for runs "
                "that no S-curve has, or fit some of them"
            )
        return best, loss

    def _misses(self, parameters: np.ndarray) -> np.ndarray:
        floor, ceiling, middle, steepness = parameters
        share = expit(np.exp(steepness) * (self.logs - middle))
        return floor + (ceiling - floor) * share - self.successes

    def _slopes(self, parameters: np.ndarray) -> np.ndarray:
        """Return the derivatives of the misses, shape (runs, 4)."""
        floor, ceiling, middle, steepness = parameters
        way = np.exp(steepness) * (self.logs - middle)
        share = expit(way)
        tilt = (ceiling - floor) * share * (1 - share)
        return np.column_stack([1 - share, share, -np.exp(steepness) * tilt, way * tilt])

    def _start(self, known: Mapping[int, float]) -> np.ndarray:
        """Return the best of a grid of middles and steepnesses, floor and ceiling to match."""
        grids = [
            [known[place]]
            if place in known
            else np.linspace(self.lowest[place], self.highest[place], count)
            for place, count in ((2, MIDDLES), (3, SLOPES))
        ]
        middle, steepness = (grid.reshape(-1, 1) for grid in np.meshgrid(*grids))
        share = expit(np.exp(steepness) * (self.logs - middle))
        rest = 1 - share
        overlap = (rest * share).sum(axis=1)
        floor = np.full(len(share), known.get(0, self.successes.min()))
        ceiling = np.full(len(share), known.get(1, self.successes.max()))
        for _ in range(SWEEPS):
            if 0 not in known:
                floor = self._end(rest, overlap * ceiling)
            if 1 not in known:
                ceiling = self._end(share, overlap * floor)
        misses = floor[:, None] * rest + ceiling[:, None] * share - self.successes
        best = (misses**2).sum(axis=1).argmin()
        return np.array([floor[best], ceiling[best], middle[best, 0], steepness[best, 0]])

    def _end(self, weights: np.ndarray, explained: np.ndarray) -> np.ndarray:
        """Return the best floor or ceiling of each curve, with the other end given."""
        squares = np.maximum((weights**2).sum(axis=1), np.finfo(float).tiny)
        return np.clip((weights @ self.successes - explained) / squares, 0, 1)


def _on_their_scale(parameters: np.ndarray) -> tuple[float, float, float, float]:
    floor, ceiling, middle, steepness = parameters
    return float(floor), float(ceiling), float(np.exp(middle)), float(np.exp(steepness))

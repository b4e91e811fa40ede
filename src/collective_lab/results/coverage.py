"""How often the interval of a critical mass holds it, in worlds made after recorded runs.

A world has the recorded sizes and as many seeds. Its true mean curve is the S-curve fitted to the
runs; a run scatters around it with a Beta distribution of the variance that the recorded runs have
at that size; runs of one seed at two sizes have the rank correlation of the recorded ones, on
average over pairs of sizes, by a Gaussian copula. In such a world the critical mass is known.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import logit

from collective_lab.results.curves import critical_mass, ratio
from collective_lab.results.fits import fit_curve

LEAST, MOST = 1e-5, 0.9  # of the largest variance that a fraction can have
MOST_ALIKE = 0.95
FINE = 100_001


@dataclass(frozen=True, eq=False)
class Worlds:
    """What is true in worlds made after some runs, and how to draw one.

    Attributes
    ----------
    sizes
        α, ascending, above 0.
    means
        The true mean success at each.
    spread
        The variance of a run, as a share of that of a coin with the same mean.
    together
        Correlation of the normal variables behind two runs of one seed, in [0, 1).
    seeds
        How many.
    curve
        The true mean success at `FINE` sizes, evenly spaced in log α.
    """

    sizes: np.ndarray
    means: np.ndarray
    spread: np.ndarray
    together: float
    seeds: int
    curve: np.ndarray

    @classmethod
    def after(cls, table: pd.DataFrame) -> Self:
        """Return worlds in which runs scatter as those of a table do.

        Parameters
        ----------
        table
            Runs that differ only in `alpha` and `seed`; every seed at every size.
        """
        grid = table[table["alpha"] > 0].pivot(index="seed", columns="alpha", values="success")
        sizes, fit = grid.columns.to_numpy(dtype=float), fit_curve(table)
        means = np.clip(fit.predict(sizes), 0.005, 0.995)
        spread = np.clip(grid.var().to_numpy() / (means * (1 - means)), LEAST, MOST)
        pairs = grid.rank().corr().to_numpy()[np.triu_indices(len(sizes), 1)]
        known = pairs[np.isfinite(pairs)]
        together = float(np.clip(known.mean(), 0, MOST_ALIKE)) if len(known) else 0.0
        curve = fit.predict(np.geomspace(sizes[0], sizes[-1], FINE))
        return cls(sizes, means, spread, together, len(grid), curve)

    def mass(self, success: float) -> float:
        """Return where the true mean curve, joined between the sizes, reaches a success, or NaN."""
        if not self.means[0] < success < self.means[-1]:
            return np.nan
        logs = np.log(self.sizes)
        return float(np.exp(np.interp(logit(success), logit(self.means), logs)))

    def smooth_mass(self, success: float) -> float:
        """Return where the smooth curve reaches it."""
        if not self.curve[0] < success < self.curve[-1]:
            return np.nan
        logs = np.linspace(*np.log(self.sizes[[0, -1]]), FINE)
        return float(np.exp(np.interp(success, self.curve, logs)))

    def draw(self, seed: int) -> pd.DataFrame:
        """Return the runs of a world: `alpha`, `seed`, `success`."""
        rng = np.random.default_rng(seed)
        shared = rng.normal(size=(self.seeds, 1))
        own = rng.normal(size=(self.seeds, len(self.sizes)))
        luck = stats.norm.cdf(np.sqrt(self.together) * shared + np.sqrt(1 - self.together) * own)
        strength = 1 / self.spread - 1
        runs = stats.beta.ppf(luck, self.means * strength, (1 - self.means) * strength)
        frame = pd.DataFrame(runs, columns=pd.Index(self.sizes, name="alpha"))
        return frame.rename_axis("seed").stack().rename("success").reset_index()


def mass_coverage(worlds: Worlds, success: float, count: int) -> dict[str, float]:
    """Return the share of worlds in which the interval of `critical_mass` holds the true one.

    Parameters
    ----------
    worlds
        Where to draw from.
    success
        S*.
    count
        How many worlds.

    Returns
    -------
    dict
        `joined`, for the curve joined between the sizes; `smooth`, for the smooth curve.
    """
    masses = [critical_mass(worlds.draw(seed), success) for seed in range(count)]
    low = np.array([mass.low for mass in masses])
    high = np.nan_to_num([mass.high for mass in masses], nan=np.inf)
    truths = {"joined": worlds.mass(success), "smooth": worlds.smooth_mass(success)}
    return {name: float(np.mean((low <= true) & (true <= high))) for name, true in truths.items()}


def ratio_coverage(worlds: Worlds, other: Worlds, success: float, count: int) -> float:
    """Return the share of pairs of worlds in which the interval of `ratio` holds the true one.

    Parameters
    ----------
    worlds, other
        Where to draw from; the two of a pair are independent.
    success, count
        As for `mass_coverage`.
    """
    true = worlds.mass(success) / other.mass(success)
    pairs = [
        ratio(worlds.draw(2 * seed), other.draw(2 * seed + 1), success) for seed in range(count)
    ]
    return float(np.mean([pair.low <= true <= pair.high for pair in pairs]))

"""Setting I from data: a collective never knows P₀, only a sample of it.

Any quantity of a population, a success curve, a critical mass, ξ, Δ, p or τ, is estimated by its
value on the empirical law, and its uncertainty by the bootstrap. This is not part of the paper.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from collective_action.population import Population

BATCH = 64


@dataclass(frozen=True, eq=False)
class Estimate:
    """An estimate with a confidence band.

    Attributes
    ----------
    value
        The quantity on the empirical law, a number or an array.
    low, high
        The band, pointwise, of the same shape.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def estimate(
    statistic: Callable[[Population], float | np.ndarray],
    features: ArrayLike,
    labels: ArrayLike,
    n_features: int,
    n_labels: int,
    *,
    rng: int | np.random.Generator,
    confidence: float = 0.95,
    resamples: int = 999,
) -> Estimate:
    """Estimate a quantity of a population from a sample, with a percentile-bootstrap band.

    Parameters
    ----------
    statistic
        Takes a `Population` and returns a number or a one-dimensional array of fixed length, such
        as `lambda population: success_curve(population, signal, alphas)`.
    features, labels
        The sample: integer arrays of shape (n,), n ≥ 2.
    n_features, n_labels
        The shape of the law.
    rng
        A seed or a generator.
    confidence
        The level of the band, strictly between 0 and 1.
    resamples
        How many bootstrap samples, at least 2.

    Returns
    -------
    Estimate
        The band holds for each entry alone, not for all at once.

    Raises
    ------
    ValueError
        If the sample is not one (see `Population.from_samples`), has one person, the confidence or
        the number of resamples is out of range, or the statistic is undefined on a resample, as
        erasing is when the resample holds nobody at some g(x).

    Notes
    -----
    The bootstrap follows smooth quantities well. A maximum such as Δ or a minimum such as p is
    pulled by its noisiest cell: on a sample Δ tends to be too large and p too small, and their
    bands may miss the truth more often than the level says.
    """
    observed = Population.from_samples(features, labels, n_features, n_labels)
    if np.size(features) < 2:
        raise ValueError("features has 1 entry: a band needs at least two observations")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}: it must be strictly between 0 and 1")
    if resamples < 2:
        raise ValueError(f"resamples is {resamples}: it must be at least 2")
    cells = np.asarray(features) * n_labels + np.asarray(labels)

    def on_resamples(drawn: np.ndarray, axis: int) -> np.ndarray:
        rows = np.moveaxis(drawn, axis, -1)
        laws = (
            Population.from_samples(row // n_labels, row % n_labels, n_features, n_labels)
            for row in rows.reshape(-1, rows.shape[-1])
        )
        values = np.stack([np.asarray(statistic(law), dtype=np.float64) for law in laws], axis=-1)
        return values.reshape(values.shape[:-1] + rows.shape[:-1])

    band = stats.bootstrap(
        (cells,),
        on_resamples,
        vectorized=True,
        n_resamples=resamples,
        batch=BATCH,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(rng),
    ).confidence_interval
    value = np.asarray(statistic(observed), dtype=np.float64)
    return Estimate(value[()], np.asarray(band.low)[()], np.asarray(band.high)[()])

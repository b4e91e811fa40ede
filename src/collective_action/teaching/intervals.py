"""Intervals for results that differ from seed to seed."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


def interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Return the mean of some fractions and Student's t interval for it, cut to [0, 1].

    Parameters
    ----------
    values
        One fraction per seed, at least 2.
    level
        Of confidence, in (0, 1).

    Raises
    ------
    ValueError
        If there are fewer than two numbers, or the level is out of range.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"values has shape {values.shape}: an interval needs 2 or more numbers")
    if not 0 < level < 1:
        raise ValueError(f"level is {level}: it must be in (0, 1)")
    mean = float(values.mean())
    half = float(stats.t.ppf((1 + level) / 2, len(values) - 1) * stats.sem(values))
    return mean, max(mean - half, 0.0), min(mean + half, 1.0)

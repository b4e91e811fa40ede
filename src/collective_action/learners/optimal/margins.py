"""Setting I of the paper: by how much the collective's label leads, and from which size on.

The firm sees αP* + (1−α)P₀ and answers each feature with a label of the largest mass there, ties
broken against the collective.
"""

import numpy as np

from collective_action import validation
from collective_action.population import Population
from collective_action.strategies import Strategy
from collective_action.strategies.contest import Contest
from collective_action.strategies.strategy import require


def margins(population: Population, strategy: Strategy, alpha: float) -> np.ndarray:
    """Return the lead of the collective's label over its best rival in the mixture.

    Parameters
    ----------
    population
        The base population P₀.
    strategy
        What members do.
    alpha
        The collective's share of all data, in [0, 1].

    Returns
    -------
    np.ndarray
        Shape (n_features,), in mass. When planting: P_α(x, y*) − max_{y≠y*} P_α(x, y) on the signal
        set, NaN off it. When erasing: the same for the label that members file, at every feature
        that somebody has, NaN at the others.

    Raises
    ------
    ValueError
        If alpha is not in [0, 1] or the strategy does not fit the population.
    """
    share = validation.fraction("alpha", alpha)
    contest = require(strategy).contest(population)
    return _spread(contest, contest.margin(share), population.n_features)


def thresholds(population: Population, strategy: Strategy) -> np.ndarray:
    """Return the α at which each point falls to the collective.

    A point has fallen when α exceeds its threshold; at the threshold there is a tie, and ties are
    broken against the collective.

    Parameters
    ----------
    population
        The base population P₀.
    strategy
        What members do.

    Returns
    -------
    np.ndarray
        Shape (n_features,). 0 where the collective's label leads from the start, inf where no
        α ≤ 1 makes it lead, NaN where `margins` is NaN. When erasing, a feature's threshold is the
        α at which the firm's answer there becomes the label that members file.

    Raises
    ------
    ValueError
        If the strategy does not fit the population.
    """
    contest = require(strategy).contest(population)
    return _spread(contest, contest.gained_at(), population.n_features)


def _spread(contest: Contest, values: np.ndarray, n_features: int) -> np.ndarray:
    """Return an array (n_features,) that holds the values at the points and NaN elsewhere."""
    spread = np.full(n_features, np.nan)
    spread[contest.points] = values
    return spread

"""Setting I of the paper, the nonparametric optimal learner, computed exactly.

The firm sees αP* + (1−α)P₀ and answers each feature with a label of the largest mass there, ties
broken against the collective. What the paper bounds is a staircase in α; here it is computed.
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.learners.optimal.contest import TIE, Contest, contest
from collective_action.learners.optimal.worst_case import opponent, worst_at
from collective_action.population import Population
from collective_action.slack import slack
from collective_action.strategies import Signal, signal_map


def margins(
    population: Population,
    signal: Signal | np.ndarray,
    alpha: float,
    strategy: str = "feature-label",
) -> np.ndarray:
    """Return the lead of the collective's label over its best rival in the mixture.

    Parameters
    ----------
    population
        The base population P₀.
    signal
        A `Signal`; under "erasure" the map g alone will do.
    alpha
        The collective's share of all data, in [0, 1].
    strategy
        "feature-label", "feature-only" or "erasure".

    Returns
    -------
    np.ndarray
        Shape (n_features,), in mass. When planting: P_α(x, y*) − max_{y≠y*} P_α(x, y) on the signal
        set, NaN off it. When erasing: the same for the label argmax_y P₀(y | g(x)), at every
        feature that somebody has, NaN at the others.

    Raises
    ------
    ValueError
        If alpha is not in [0, 1], or as in `contest.contest`.
    """
    share = validation.fraction("alpha", alpha)
    play = contest(population, signal, strategy)
    return _spread(play, play.margin(share), population.n_features)


def thresholds(
    population: Population, signal: Signal | np.ndarray, strategy: str = "feature-label"
) -> np.ndarray:
    """Return the α at which each point falls to the collective.

    A point has fallen when α exceeds its threshold; at the threshold there is a tie, and ties are
    broken against the collective.

    Parameters
    ----------
    population
        The base population P₀.
    signal
        A `Signal`; under "erasure" the map g alone will do.
    strategy
        "feature-label", "feature-only" or "erasure".

    Returns
    -------
    np.ndarray
        Shape (n_features,). 0 where the collective's label leads from the start, inf where no
        α ≤ 1 makes it lead, NaN where `margins` is NaN. When erasing, a feature's threshold is the
        α at which the firm's answer there becomes argmax_y P₀(y | g(x)).

    Raises
    ------
    ValueError
        As in `contest.contest`.
    """
    play = contest(population, signal, strategy)
    return _spread(play, play.gained_at(), population.n_features)


def success_curve(
    population: Population,
    signal: Signal | np.ndarray,
    alphas: ArrayLike,
    strategy: str = "feature-label",
    epsilon: float = 0.0,
    contamination: str = "total-variation",
) -> np.ndarray:
    """Return the collective's success for each size: the least that any allowed firm leaves it.

    Parameters
    ----------
    population
        The base population P₀.
    signal
        A `Signal`; under "erasure" the map g alone will do.
    alphas
        Collective sizes in [0, 1], any shape.
    strategy
        "feature-label", "feature-only" or "erasure".
    epsilon
        How far from optimal the firm may be, in [0, 1).
    contamination
        "total-variation" or "contamination", as in `slack.slack`.

    Returns
    -------
    np.ndarray
        The shape of `alphas`, fractions in [0, 1]. When planting: Pr_{x~P₀}[f(g(x)) = y*]. When
        erasing: Pr_{x~P₀}[f(x) = f(g(x))]. Exact for epsilon = 0. For epsilon > 0 it is the
        certified lower end of `worst_case.worst_case`, which says whether that is exact.

    Raises
    ------
    ValueError
        If an alpha or epsilon is out of range, the contamination is unknown, or as in
        `contest.contest`.
    """
    sizes = validation.fractions("alphas", alphas)
    validation.fraction("epsilon", epsilon)
    budget = float(slack(epsilon, contamination))
    play = contest(population, signal, strategy)
    success = _staircase(play, sizes)
    searched = np.full(sizes.shape, budget > 0)
    if strategy == "erasure":
        searched |= _off_staircase(play, signal_map(signal), sizes)
    if searched.any():
        scene = opponent(population, signal, strategy)
        for at in map(tuple, np.argwhere(searched)):
            worst = worst_at(scene, population.n_features, sizes[at], budget, contamination)
            success[at] = worst.lower
    return success[()]


def critical_mass(
    population: Population,
    signal: Signal | np.ndarray,
    success: float,
    strategy: str = "feature-label",
) -> float:
    """Return the exact critical mass: the infimum of the α > 0 with S(α) ≥ success, or inf.

    A staircase rises just after a threshold, so the infimum itself usually falls short by a tie.

    Parameters
    ----------
    population
        The base population P₀.
    signal
        A `Signal`; under "erasure" the map g alone will do.
    success
        The target S*, a fraction in [0, 1].
    strategy
        "feature-label", "feature-only" or "erasure".

    Raises
    ------
    ValueError
        If success is not in [0, 1], or as in `contest.contest`.
    """
    wanted = validation.fraction("success", success)
    play = contest(population, signal, strategy)
    steps = np.concatenate([play.gained_at(), play.lost_at()])
    steps = np.unique(np.concatenate([[0.0, 1.0], steps[steps < 1]]))
    between = (steps[:-1] + steps[1:]) / 2
    reached = success_curve(population, signal, between, strategy) >= wanted - TIE
    return float(steps[reached.argmax()]) if reached.any() else np.inf


def _staircase(play: Contest, alphas: np.ndarray) -> np.ndarray:
    """Return the weight of the points that are the collective's at each alpha."""
    behind = play.at_zero <= 0
    gained = _weight_below(play.gained_at()[behind], play.weight[behind], alphas * (1 - TIE))
    lost = _weight_below(play.lost_at()[~behind], play.weight[~behind], alphas * (1 + TIE))
    return np.asarray(np.minimum(play.weight[~behind].sum() - lost + gained, 1.0))


def _weight_below(steps: np.ndarray, weight: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Return the total weight of the steps below each alpha, the shape of alphas."""
    order = np.argsort(steps)
    cumulative = np.concatenate([[0.0], np.cumsum(weight[order])])
    return cumulative[np.searchsorted(steps[order], alphas)]


def _off_staircase(play: Contest, g: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Return where the success of erasing is more than its staircase, as booleans like alphas.

    Everywhere if g(g(x)) ≠ g(x) for someone; else at α = 0 if labels tie at a signal point, since
    the firm may then choose what all others are compared with.
    """
    sent = g[play.points]
    if (g[sent] != sent).any():
        return np.ones(alphas.shape, dtype=bool)
    return (alphas == 0) & bool((play.at_zero[sent == play.points] == 0).any())


def _spread(play: Contest, values: np.ndarray, n_features: int) -> np.ndarray:
    """Return an array (n_features,) that holds the values at the points and NaN elsewhere."""
    spread = np.full(n_features, np.nan)
    spread[play.points] = values
    return spread

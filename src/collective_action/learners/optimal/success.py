"""Setting I of the paper: the collective's success for each size, computed exactly.

What the paper bounds is a staircase in α: a step up wherever a point falls to the collective.
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.firm import EXACT, Firm
from collective_action.learners.optimal.worst_case import opponent, worst_at
from collective_action.population import Population
from collective_action.strategies import Erasure, Strategy
from collective_action.strategies.contest import TIE, Contest
from collective_action.strategies.strategy import require


def success_curve(
    population: Population, strategy: Strategy, alphas: ArrayLike, firm: Firm = EXACT
) -> np.ndarray:
    """Return the collective's success for each size: the least that any allowed firm leaves it.

    Parameters
    ----------
    population
        The base population P₀.
    strategy
        What members do.
    alphas
        Collective sizes in [0, 1], any shape.
    firm
        How far from optimal the firm may be, one epsilon.

    Returns
    -------
    np.ndarray
        The shape of `alphas`, fractions in [0, 1]. When planting: Pr_{x~P₀}[f(g(x)) = y*]. When
        erasing: Pr_{x~P₀}[f(x) = f(g(x))]. For an optimal firm it is exact. For an ε-suboptimal one
        it is the certified lower end of `worst_case`, which says whether that is exact.

    Raises
    ------
    ValueError
        If an alpha is out of range, the firm has several epsilons, or the strategy does not fit the
        population.
    """
    sizes = validation.fractions("alphas", alphas)
    contest = require(strategy).contest(population)
    success = contest.success(sizes)
    searched = np.full(sizes.shape, firm.tolerance > 0)
    if isinstance(strategy, Erasure):
        searched |= _off_staircase(contest, strategy.g, sizes)
    if searched.any():
        scene = opponent(population, strategy)
        for at in map(tuple, np.argwhere(searched)):
            success[at] = worst_at(scene, population.n_features, sizes[at], firm).lower
    return success[()]


def critical_mass(population: Population, strategy: Strategy, success: float) -> float:
    """Return the strategy's critical mass: the infimum of the α > 0 with S(α) ≥ success, or inf.

    A staircase rises just after a threshold, so the infimum itself usually falls short by a tie.

    Parameters
    ----------
    population
        The base population P₀.
    strategy
        What members do.
    success
        The target S*, a fraction in [0, 1].

    Raises
    ------
    ValueError
        If success is not in [0, 1] or the strategy does not fit the population.
    """
    wanted = validation.fraction("success", success)
    contest = require(strategy).contest(population)
    steps = np.concatenate([contest.gained_at(), contest.lost_at()])
    steps = np.unique(np.concatenate([[0.0, 1.0], steps[steps < 1]]))
    between = (steps[:-1] + steps[1:]) / 2
    reached = success_curve(population, strategy, between) >= wanted - TIE
    return float(steps[reached.argmax()]) if reached.any() else np.inf


def _off_staircase(contest: Contest, g: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Return where the success of erasing is not its staircase, as booleans like alphas.

    On the staircase the firm answers every signal point with the label that members file there and
    at all features that g sends to it, so that agreeing with it is answering that label. That takes
    g(g(x)) = g(x), one label for each x and g(x), and a collective large enough at the signal
    points.
    """
    sent = g[contest.points]
    filed = np.zeros(g.size, dtype=np.int64)
    filed[contest.points] = contest.labels
    if (g[sent] != sent).any() or (filed[sent] != contest.labels).any():
        return np.ones(alphas.shape, dtype=bool)
    tied = (sent == contest.points) & ~contest.ahead()
    return np.asarray(alphas <= contest.gained_at()[tied].max(initial=-1.0))

"""Setting I of the paper, the ε-suboptimal firm: the worst such firm for a collective, exactly.

A theorem bounds what every ε-suboptimal firm leaves to the collective; this module finds the firm
that leaves least. Planting, it is a knapsack: to overturn a signal point costs its margin, out of a
total of c(ε) = `Firm.slack` (proved in this book), and takes the point's share of the success.
"""

from dataclasses import dataclass

import numpy as np

from collective_action import validation
from collective_action.firm import EXACT, Firm
from collective_action.learners.optimal.erasing import Erasing, erasing, worst_firm
from collective_action.learners.optimal.knapsack import pack
from collective_action.population import Population
from collective_action.strategies import Erasure, Strategy
from collective_action.strategies.contest import Contest
from collective_action.strategies.strategy import require

GAP = 1e-9


@dataclass(frozen=True, eq=False)
class WorstCase:
    """What is known of the least success over all ε-suboptimal firms.

    Attributes
    ----------
    lower
        No ε-suboptimal firm leaves less.
    upper
        An ε-suboptimal firm that leaves this much has been found.
    exact
        Whether the two agree within 1e-9.
    broken
        Boolean, shape (n_features,): where that firm fails the collective. Planting, the signal
        points x with f(x) ≠ y*; erasing, the features x with f(x) ≠ f(g(x)).
    """

    lower: float
    upper: float
    exact: bool
    broken: np.ndarray


def worst_case(
    population: Population, strategy: Strategy, alpha: float, firm: Firm = EXACT
) -> WorstCase:
    """Return the least success over all firms that are ε-suboptimal under αP* + (1−α)P₀.

    Parameters
    ----------
    population
        The base population P₀.
    strategy
        What members do.
    alpha
        The collective's share of all data, in [0, 1].
    firm
        How far from optimal the firm may be, one epsilon. At 0 only ties are left to it.

    Returns
    -------
    WorstCase
        Exact for small worlds and often for large ones, otherwise a certified interval.

    Raises
    ------
    ValueError
        If alpha is out of range, the firm has several epsilons, or the strategy does not fit the
        population.
    """
    share = validation.fraction("alpha", alpha)
    return worst_at(opponent(population, strategy), population.n_features, share, firm)


def opponent(population: Population, strategy: Strategy) -> Contest | Erasing:
    """Return what `worst_at` needs to know of a strategy, once for many sizes α."""
    if isinstance(strategy, Erasure):
        return erasing(population, strategy)
    return require(strategy).contest(population)


def worst_at(scene: Contest | Erasing, n_features: int, alpha: float, firm: Firm) -> WorstCase:
    """Return the worst case at one size α for a scene from `opponent`."""
    broken = np.zeros(n_features, dtype=bool)
    if isinstance(scene, Erasing):
        lower, answers = worst_firm(scene, alpha, firm)
        upper = scene.success(answers)
        broken[scene.points] = answers != answers[scene.graph.g]
    else:
        packing = pack(scene.weight, np.maximum(scene.margin(alpha), 0.0), firm.budget)
        total = float(scene.weight.sum())
        lower, upper = max(0.0, total - packing.bound), max(0.0, total - packing.value)
        broken[scene.points] = packing.chosen
    return WorstCase(lower, upper, bool(upper - lower <= GAP), broken)

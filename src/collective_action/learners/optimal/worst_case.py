"""Setting I of the paper, the ε-suboptimal firm: the worst such firm for a collective, exactly.

A theorem bounds what every ε-suboptimal firm leaves to the collective; this module finds the firm
that leaves least. Planting, it is a knapsack: to overturn a signal point costs its margin, out of a
total of c(ε) = `Firm.slack` (proved in this book), and takes the point's share of the success. A
pointwise firm has no total: it overturns every point whose margin is at most 2ε·P_α(x).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from collective_action import validation
from collective_action.firm import EXACT, Firm
from collective_action.learners.optimal.erasing import Erasing, erasing, worst_firm
from collective_action.learners.optimal.knapsack import pack
from collective_action.population import Population
from collective_action.strategies import Erasure, Strategy
from collective_action.strategies.contest import TIE, Contest
from collective_action.strategies.strategy import require

GAP = 1e-9


@dataclass(frozen=True, eq=False)
class Planted:
    """A planting collective's world.

    Attributes
    ----------
    population, strategy
        P₀ and what members do.
    contest
        The leads of y* at the k signal points.
    """

    population: Population
    strategy: Strategy
    contest: Contest

    def mass(self, alpha: float) -> np.ndarray:
        """Return P_α(x) at the signal points, shape (k,)."""
        before, after = self._masses
        return (1 - alpha) * before + alpha * after

    @cached_property
    def _masses(self) -> tuple[np.ndarray, np.ndarray]:
        points = self.contest.points
        filed = self.strategy.law(self.population).marginal
        return self.population.marginal[points], filed[points]


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
        Exact for small worlds, for every pointwise firm and often for large worlds, otherwise a
        certified interval.

    Raises
    ------
    ValueError
        If alpha is out of range, the firm has several epsilons, or the strategy does not fit the
        population.
    """
    share = validation.fraction("alpha", alpha)
    return worst_at(opponent(population, strategy), population.n_features, share, firm)


def opponent(population: Population, strategy: Strategy) -> Planted | Erasing:
    """Return what `worst_at` needs to know of a strategy, once for many sizes α."""
    if isinstance(strategy, Erasure):
        return erasing(population, strategy)
    return Planted(population, strategy, require(strategy).contest(population))


def worst_at(scene: Planted | Erasing, n_features: int, alpha: float, firm: Firm) -> WorstCase:
    """Return the worst case at one size α for a scene from `opponent`."""
    broken = np.zeros(n_features, dtype=bool)
    if isinstance(scene, Erasing):
        lower, answers = worst_firm(scene, alpha, firm)
        upper = scene.success(answers)
        broken[scene.points] = answers != answers[scene.graph.g]
    else:
        lower, upper, broken[scene.contest.points] = _worst_planted(scene, alpha, firm)
    lower, upper = (min(max(end, 0.0), 1.0) for end in (lower, upper))  # sums of weights round
    return WorstCase(lower, upper, bool(upper - lower <= GAP), broken)


def _worst_planted(scene: Planted, alpha: float, firm: Firm) -> tuple[float, float, np.ndarray]:
    """Return the ends of the interval, and where the firm found fails y*, shape (k,)."""
    contest = scene.contest
    margin, total = contest.margin(alpha), float(contest.weight.sum())
    if firm.near == "pointwise":
        overturned = margin <= (2 * firm.tolerance + TIE) * scene.mass(alpha)
        success = total - float(contest.weight[overturned].sum())
        return success, success, overturned
    tied = margin <= TIE * scene.mass(alpha)
    packing = pack(contest.weight, np.where(tied, 0.0, margin), firm.budget)
    return total - packing.bound, total - packing.value, packing.chosen

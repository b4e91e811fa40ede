"""Setting I of the paper, the ε-suboptimal firm: the worst such firm for a collective, exactly.

A theorem bounds what every ε-suboptimal firm leaves to the collective; this module finds the firm
that leaves least. Planting, it is a knapsack: to overturn a signal point costs its margin, out of a
total of c(ε) = `slack.slack` (proved in this book), and takes the point's share of the success.
"""

from dataclasses import dataclass

import numpy as np

from collective_action import validation
from collective_action.learners.optimal.contest import Contest, contest
from collective_action.learners.optimal.erasing import Erasing, erasing, worst_firm
from collective_action.learners.optimal.knapsack import pack
from collective_action.population import Population
from collective_action.slack import slack
from collective_action.strategies import Signal

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
    population: Population,
    signal: Signal | np.ndarray,
    alpha: float,
    strategy: str = "feature-label",
    epsilon: float = 0.0,
    contamination: str = "total-variation",
) -> WorstCase:
    """Return the least success over all firms that are ε-suboptimal under αP* + (1−α)P₀.

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
    epsilon
        How far from optimal the firm may be, in [0, 1). At 0 only ties are left to it.
    contamination
        "total-variation" or "contamination", as in `slack.slack`.

    Returns
    -------
    WorstCase
        Exact for small worlds and often for large ones, otherwise a certified interval.

    Raises
    ------
    ValueError
        If alpha or epsilon is out of range, the contamination is unknown, or as in
        `contest.contest`.
    """
    share = validation.fraction("alpha", alpha)
    validation.fraction("epsilon", epsilon)
    return worst_at(
        opponent(population, signal, strategy),
        population.n_features,
        share,
        float(slack(epsilon, contamination)),
        contamination,
    )


def opponent(
    population: Population, signal: Signal | np.ndarray, strategy: str
) -> Contest | Erasing:
    """Return what `worst_at` needs to know of a strategy, once for many sizes α."""
    if strategy == "erasure":
        return erasing(population, signal)
    return contest(population, signal, strategy)


def worst_at(
    scene: Contest | Erasing, n_features: int, alpha: float, budget: float, contamination: str
) -> WorstCase:
    """Return the worst case at one size α for a scene from `opponent` and a budget c(ε)."""
    broken = np.zeros(n_features, dtype=bool)
    if isinstance(scene, Erasing):
        lower, firm = worst_firm(scene, alpha, budget, contamination)
        upper = scene.success(firm)
        broken[scene.points] = firm != firm[scene.graph.g]
    else:
        packing = pack(scene.weight, np.maximum(scene.margin(alpha), 0.0), budget)
        total = float(scene.weight.sum())
        lower, upper = max(0.0, total - packing.bound), max(0.0, total - packing.value)
        broken[scene.points] = packing.chosen
    return WorstCase(lower, upper, bool(upper - lower <= GAP), broken)

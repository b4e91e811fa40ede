"""Setting I, erasing before an ε-suboptimal firm: the firm that erases least.

Erasing succeeds at x when f(x) = f(g(x)). A firm can fail it by answering x differently, or by
answering g(x) differently, which fails all the other features that g sends there. So the worst firm
is not a knapsack over points but a labelling of the whole map g, priced by its distance from the
optimal one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.optimal.contest import TIE
from collective_action.learners.optimal.erasing_programme import least_erasure
from collective_action.learners.optimal.firms import deviations, overturned_margin
from collective_action.learners.optimal.knapsack import pack
from collective_action.learners.optimal.labelling import Arrows, arrows, cheapest_labelling
from collective_action.population import Population
from collective_action.strategies import Signal, erasing_labels, signal_map

EXACT_BINARIES = 128
GAP = 1e-9
PRICES = 100


@dataclass(frozen=True, eq=False)
class Erasing:
    """An erasing collective's world without the features that nobody has.

    Attributes
    ----------
    points
        The features that somebody has, ascending, shape (m,).
    joint
        P₀ on them, shape (m, n_labels).
    labels
        The label argmax_y P₀(y | g(x)) that the collective reports at each, shape (m,).
    weight
        The success at stake at each, P₀(x), shape (m,).
    graph
        The map g among them.
    """

    points: np.ndarray
    joint: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    graph: Arrows

    def mixture(self, alpha: float) -> np.ndarray:
        """Return what the firm sees, shape (m, n_labels)."""
        mixed = (1 - alpha) * self.joint
        mixed[np.arange(self.points.size), self.labels] += alpha * self.weight
        return mixed

    def success(self, firm: np.ndarray) -> float:
        """Return Pr[f(x) = f(g(x))] for the labels that a firm gives, shape (m,)."""
        return float(self.weight[firm == firm[self.graph.g]].sum())


def erasing(population: Population, g: Signal | ArrayLike) -> Erasing:
    """Set the scene; `g` is an integer array or a `Signal`. Errors as `erasing_labels`."""
    labels = erasing_labels(population, g)
    points = np.flatnonzero(population.marginal)
    place = np.empty(population.n_features, dtype=np.int64)
    place[points] = np.arange(points.size)
    return Erasing(
        points,
        population.joint[points],
        labels[points],
        population.marginal[points],
        arrows(place[signal_map(g)[points]]),
    )


def worst_firm(
    scene: Erasing, alpha: float, budget: float, contamination: str
) -> tuple[float, np.ndarray]:
    """Return a success that no firm within the budget undercuts, and the worst firm found.

    Parameters
    ----------
    scene
        The world, from `erasing`.
    alpha
        The collective's size.
    budget
        c(ε), as in `slack.slack`.
    contamination
        "total-variation" or "contamination".

    Returns
    -------
    lower, firm
        The certified success, and labels of shape (m,) that keep within the budget. When
        `scene.success(firm)` equals `lower` the firm is a worst one.

    Notes
    -----
    Pricing the budget (Lagrangian relaxation) leaves a labelling that is solved exactly; the best
    price bounds every firm. Where bound and firm differ and the world is small, an integer
    programme decides. Total variation sets several budgets (see `firms.prices`); the pricing uses
    the first alone, which leaves the bound valid, and only firms within all are returned.
    """
    mixed = scene.mixture(alpha)
    costs = deviations(mixed)
    optimal = cheapest_labelling(scene.graph, np.where(costs > 0, np.inf, 0.0), scene.weight)
    if budget == 0:
        return scene.success(optimal), optimal
    lower, firms = _firms_by_price(scene, costs, budget, optimal)
    best = _worst_affordable(scene, mixed, firms, budget, contamination)
    filled = _spend_rest(scene, costs, best, budget)
    best = _worst_affordable(scene, mixed, [best, filled], budget, contamination)
    if scene.success(best) - lower > GAP and costs.size <= EXACT_BINARIES:
        bound, firm = least_erasure(mixed, scene.graph.g, scene.weight, budget, contamination)
        lower = max(lower, bound)
        best = _worst_affordable(scene, mixed, [best, *firm], budget, contamination)
    return min(lower, scene.success(best)), best


def _worst_affordable(
    scene: Erasing, mixed: np.ndarray, firms: list[np.ndarray], budget: float, contamination: str
) -> np.ndarray:
    """Return the firm that erases least among those within the budget, of which there is one."""
    most = budget * (1 + TIE)
    affordable = [f for f in firms if overturned_margin(mixed, f, contamination) <= most]
    return min(affordable, key=scene.success)


def _firms_by_price(
    scene: Erasing, costs: np.ndarray, budget: float, optimal: np.ndarray
) -> tuple[float, list[np.ndarray]]:
    """Return the Lagrangian bound on success, and the firms met on the way, `optimal` first.

    Success plus price × (cost − budget), minimised over firms, is concave in the price. The search
    meets two firms, one within the budget and one beyond, at the price that makes them equal,
    until no other firm is better at that price.
    """
    here = np.arange(scene.points.size)

    def answer(price: float) -> tuple[np.ndarray, float, float]:
        firm = cheapest_labelling(scene.graph, price * costs, scene.weight)
        return firm, float(costs[here, firm].sum()), scene.success(firm)

    spent, success = 0.0, scene.success(optimal)
    careless, charge, floor = answer(0.0)
    firms, lower = [optimal, careless], floor
    for _ in range(PRICES):
        if charge <= budget or success <= floor:
            break
        price = (success - floor) / (charge - spent)
        firm, cost, held = answer(price)
        firms.append(firm)
        value = held + price * (cost - budget)
        lower = max(lower, value)
        if value >= success + price * (spent - budget) - TIE:
            break
        if cost <= budget:
            spent, success = cost, held
        else:
            charge, floor = cost, held
    return lower, firms


def _spend_rest(scene: Erasing, costs: np.ndarray, firm: np.ndarray, budget: float) -> np.ndarray:
    """Return the firm with the rest of the budget spent on single features g sends nobody to."""
    here = np.arange(firm.size)
    g = scene.graph.g
    leaf = (np.bincount(g, minlength=g.size) == 0) & (firm == firm[g])
    elsewhere = costs.copy()
    elsewhere[here, firm] = np.inf
    label = elsewhere.argmin(axis=1)
    leaves = np.flatnonzero(leaf)
    extra = elsewhere[leaves, label[leaves]] - costs[leaves, firm[leaves]]
    rest = max(0.0, budget - costs[here, firm].sum())
    flipped = leaves[pack(scene.weight[leaves], extra, rest).chosen]
    spent = firm.copy()
    spent[flipped] = label[flipped]
    return spent

"""Setting I, erasing against an ε-suboptimal firm: the firm that erases least.

Erasing succeeds at x when f(x) = f(g(x)). A firm can fail it by answering x differently, or by
answering g(x) differently, which fails all the other features that g sends there. So the worst firm
is not a knapsack over points but a labelling of the whole map g, priced by its distance from the
optimal one. A pointwise firm pays nothing: at each feature its answers are allowed or not.
"""

from dataclasses import dataclass

import numpy as np

from collective_action.firm import Firm
from collective_action.learners.optimal.erasing_programme import least_erasure
from collective_action.learners.optimal.knapsack import pack
from collective_action.learners.optimal.labelling import Arrows, arrows, cheapest_labelling
from collective_action.learners.optimal.suboptimality import (
    deviations,
    overturned_margin,
    tolerances,
)
from collective_action.population import Population
from collective_action.strategies import Erasure
from collective_action.strategies.contest import TIE

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
        The label that members file at each, shape (m,).
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

    def success(self, answers: np.ndarray) -> float:
        """Return Pr[f(x) = f(g(x))] for the labels that a firm gives, shape (m,)."""
        return float(self.weight[answers == answers[self.graph.g]].sum())


def erasing(population: Population, strategy: Erasure) -> Erasing:
    """Set the scene. Errors as `Erasure.filed`."""
    labels = strategy.filed(population)
    points = np.flatnonzero(population.marginal)
    place = np.empty(population.n_features, dtype=np.int64)
    place[points] = np.arange(points.size)
    return Erasing(
        points,
        population.joint[points],
        labels[points],
        population.marginal[points],
        arrows(place[strategy.g[points]]),
    )


def worst_firm(scene: Erasing, alpha: float, firm: Firm) -> tuple[float, np.ndarray]:
    """Return a success that no such firm undercuts, and the answers of the worst one found.

    Parameters
    ----------
    scene
        The world, from `erasing`.
    alpha
        The collective's size.
    firm
        How far from optimal it may be, one epsilon.

    Returns
    -------
    lower, answers
        The certified success, and labels of shape (m,) that such a firm may give. When
        `scene.success(answers)` equals `lower` no such firm leaves less; for a pointwise firm they
        are always equal.

    Notes
    -----
    Pricing the budget (Lagrangian relaxation) leaves a labelling that is solved exactly; the best
    price bounds every firm. Where bound and firm differ and the world is small, an integer
    programme decides. The joint law sets several budgets (see `suboptimality.prices`); the pricing
    uses the first alone, which leaves the bound valid, and only firms within all are returned.
    """
    mixed = scene.mixture(alpha)
    if firm.near == "pointwise":
        refused = tolerances(mixed) > firm.tolerance + TIE
        answers = cheapest_labelling(scene.graph, np.where(refused, np.inf, 0.0), scene.weight)
        return scene.success(answers), answers
    budget = firm.budget
    costs = deviations(mixed)
    optimal = cheapest_labelling(scene.graph, np.where(costs > 0, np.inf, 0.0), scene.weight)
    if budget == 0:
        return scene.success(optimal), optimal
    lower, tried = _answers_by_price(scene, costs, budget, optimal)
    best = _worst_affordable(scene, mixed, tried, firm)
    filled = _spend_rest(scene, costs, best, budget)
    best = _worst_affordable(scene, mixed, [best, filled], firm)
    if scene.success(best) - lower > GAP and costs.size <= EXACT_BINARIES:
        bound, solved = least_erasure(mixed, scene.graph.g, scene.weight, firm)
        lower = max(lower, bound)
        best = _worst_affordable(scene, mixed, [best, *solved], firm)
    return min(lower, scene.success(best)), best


def _worst_affordable(
    scene: Erasing, mixed: np.ndarray, tried: list[np.ndarray], firm: Firm
) -> np.ndarray:
    """Return the answers that erase least among those within c(ε), of which there are some."""
    most = firm.budget * (1 + TIE)
    affordable = [
        answers for answers in tried if overturned_margin(mixed, answers, firm.near) <= most
    ]
    return min(affordable, key=scene.success)


def _answers_by_price(
    scene: Erasing, costs: np.ndarray, budget: float, optimal: np.ndarray
) -> tuple[float, list[np.ndarray]]:
    """Return the Lagrangian bound on success, and the firms met on the way, `optimal` first.

    Success plus price × (cost − budget), minimised over firms, is concave in the price. The search
    meets two firms, one within the budget and one beyond, at the price that makes them equal,
    until no other firm is better at that price.
    """
    features = np.arange(scene.points.size)

    def answer(price: float) -> tuple[np.ndarray, float, float]:
        answers = cheapest_labelling(scene.graph, price * costs, scene.weight)
        return answers, float(costs[features, answers].sum()), scene.success(answers)

    spent, success = 0.0, scene.success(optimal)
    careless, charge, floor = answer(0.0)
    firms, lower = [optimal, careless], floor
    for _ in range(PRICES):
        if charge <= budget or success <= floor:
            break
        price = (success - floor) / (charge - spent)
        answers, cost, held = answer(price)
        firms.append(answers)
        value = held + price * (cost - budget)
        lower = max(lower, value)
        if value >= success + price * (spent - budget) - TIE:
            break
        if cost <= budget:
            spent, success = cost, held
        else:
            charge, floor = cost, held
    return lower, firms


def _spend_rest(
    scene: Erasing, costs: np.ndarray, answers: np.ndarray, budget: float
) -> np.ndarray:
    """Return the firm with the rest of the budget spent on single features g sends nobody to."""
    features = np.arange(answers.size)
    g = scene.graph.g
    leaf = (np.bincount(g, minlength=g.size) == 0) & (answers == answers[g])
    elsewhere = costs.copy()
    elsewhere[features, answers] = np.inf
    label = elsewhere.argmin(axis=1)
    leaves = np.flatnonzero(leaf)
    extra = elsewhere[leaves, label[leaves]] - costs[leaves, answers[leaves]]
    rest = max(0.0, budget - costs[features, answers].sum())
    flipped = leaves[pack(scene.weight[leaves], extra, rest).chosen]
    spent = answers.copy()
    spent[flipped] = label[flipped]
    return spent

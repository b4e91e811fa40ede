"""Setting I over all strategies: the smallest collective that can plant or erase at all.

Theorems 1, 3 and 5 are about one strategy each. Here the strategy is free: any law P* of the
members' data. The statements are proved in this book (*The smallest collective*).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.learners.optimal.knapsack import pack
from collective_action.learners.optimal.suboptimality import deviations
from collective_action.population import Population
from collective_action.strategies import Allocation, FeatureLabel, Signal, signal_map
from collective_action.strategies.contest import TIE, Contest
from collective_action.strategies.erasure import require_places


@dataclass(frozen=True, eq=False)
class Least:
    """The critical mass of planting over all strategies.

    Attributes
    ----------
    lower, alpha
        No collective of a size below `lower` reaches the success, whatever its members file; every
        one larger than `alpha` can. Equal unless the knapsack is too large to be solved exactly.
    points
        The signal points A that are won, ascending.
    leads
        Δ_x P₀(x) at each, the mass by which the strongest rival leads there, shape (k,).
    signal
        The signal.
    """

    lower: float
    alpha: float
    points: np.ndarray
    leads: np.ndarray
    signal: Signal

    def strategy(self, alpha: float) -> Allocation:
        """Return a strategy with which a collective of size α wins all of `points`.

        Each point gets what it needs, and all get the same share of what is left.

        Raises
        ------
        ValueError
            If α is not above `alpha`, or there is nothing to win.
        """
        share = validation.fraction("alpha", alpha)
        spare = share - (1 - share) * float(self.leads.sum())
        if not self.points.size:
            raise ValueError("no point has to be won: every strategy will do")
        if spare <= 0:
            raise ValueError(f"alpha is {share}: it must be above {self.alpha}")
        shares = np.zeros(self.signal.g.size)
        shares[self.points] = ((1 - share) * self.leads + spare / self.points.size) / share
        return Allocation(self.signal, shares)


def least_mass(population: Population, signal: Signal, success: float) -> Least:
    """Return the smallest mass with which any strategy plants a signal.

    A set A of signal points can be won by some law P* if and only if α > (1−α)Λ_A with
    Λ_A = Σ_{x∈A} Δ_x P₀(x). So the mass is the least Λ_A/(1+Λ_A) over the A with P_g(A) ≥ S*.

    Parameters
    ----------
    population
        The base population P₀.
    signal
        The map g and the label y*.
    success
        S*, a fraction in [0, 1].

    Raises
    ------
    ValueError
        If success is not in [0, 1] or the signal does not fit the population.
    """
    wanted = validation.fraction("success", success)
    contest = FeatureLabel(signal).contest(population)
    points, weight, leads = contest.points, contest.weight, _leads(contest)
    left_out = pack(leads, weight, max(0.0, float(weight.sum()) - wanted))
    kept = ~left_out.chosen
    lower = max(0.0, float(leads.sum()) - left_out.bound)
    upper = float(leads[kept].sum())
    return Least(mass(min(lower, upper)), mass(upper), points[kept], leads[kept], signal)


def most_success(population: Population, signal: Signal, alphas: ArrayLike) -> np.ndarray:
    """Return the largest success of planting over all strategies, for each size of the collective.

    The largest P_g(A) over the sets A of signal points with (1−α)Λ_A < α; see `least_mass`.

    Parameters
    ----------
    population
        The base population P₀.
    signal
        The map g and the label y*.
    alphas
        Collective sizes in [0, 1], any shape.

    Returns
    -------
    np.ndarray
        The shape of `alphas`, fractions in [0, 1]; of worlds too large for the knapsack to be
        solved exactly, a success that is reached.

    Raises
    ------
    ValueError
        If an alpha is out of range or the signal does not fit the population.
    """
    sizes = validation.fractions("alphas", alphas)
    contest = FeatureLabel(signal).contest(population)
    weight, leads = contest.weight, _leads(contest)
    success = np.empty(sizes.shape)
    for at in np.ndindex(sizes.shape):
        share = sizes[at]
        if share == 0:  # without members a tie is lost, too
            success[at] = weight[contest.ahead()].sum()
        elif share == 1:
            success[at] = weight.sum()
        else:
            success[at] = pack(weight, leads, share / (1 - share) * (1 - 2 * TIE)).value
    return np.minimum(success, 1.0)[()]


def _leads(contest: Contest) -> np.ndarray:
    """Return Δ_x P₀(x) at each signal point, shape (k,): what y* is behind before anyone joins."""
    return np.maximum(-contest.margin(0.0), 0.0)


def least_erasing_mass(
    population: Population, g: Signal | ArrayLike, labels: ArrayLike | None = None
) -> float:
    """Return the smallest mass with which any strategy erases a signal completely.

    The firm's answers must not differ between x and g(x). If all of a class {x : g(x) = s} are to
    be answered y, that takes α > (1−α) Σ_x [max_y′ P₀(x, y′) − P₀(x, y)] over the classes.

    Parameters
    ----------
    population
        The base population P₀.
    g
        An integer array (n_features,) or a `Signal`, with g∘g = g.
    labels
        The label of each class at its signal point, shape (n_features,), such as
        ``Erasure(g).filed(population)``; by default the one that costs least.

    Raises
    ------
    ValueError
        If g is not idempotent, or does not fit the population.
    """
    classes, member, leads = _classes(population, signal_map(g))
    costs = np.zeros((classes.size, population.n_labels))
    np.add.at(costs, member, leads)
    costs[np.bincount(member) == 1] = 0.0  # nobody there has to agree with anybody
    if labels is None:
        return mass(float(costs.min(axis=1).sum()))
    chosen = validation.indices("labels", labels, population.n_labels)[classes]
    return mass(float(costs[np.arange(classes.size), chosen].sum()))


def common_labels(population: Population, g: Signal | ArrayLike) -> np.ndarray:
    """Return the labels with which members who keep their features erase completely at least mass.

    In each class {x : g(x) = s}, the label whose largest gap max_y′ P₀(y′ | x) − P₀(y | x) is
    least; ties go to the smallest label. ``Erasure(g, labels)`` is the strategy.

    Parameters
    ----------
    population
        The base population P₀.
    g
        An integer array (n_features,) or a `Signal`, with g∘g = g.

    Returns
    -------
    np.ndarray
        Shape (n_features,), the same at x and at g(x).

    Raises
    ------
    ValueError
        If g is not idempotent, or does not fit the population.
    """
    array = signal_map(g)
    classes, member, leads = _classes(population, array)
    gaps = np.zeros((classes.size, population.n_labels))
    held = population.marginal[population.marginal > 0, np.newaxis]
    np.maximum.at(gaps, member, leads / held)
    labels = np.zeros(population.n_features, dtype=np.int64)
    labels[classes] = gaps.argmin(axis=1)
    return labels[array]


def mass(lead_in_all: float) -> float:
    """Return Λ/(1+Λ), the size above which α > (1−α)Λ."""
    return lead_in_all / (1 + lead_in_all)


def _classes(population: Population, g: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take the m features that somebody has apart into classes {x : g(x) = s}.

    Returns
    -------
    classes
        The signal points s, ascending, shape (n_classes,).
    member
        To which class each feature belongs, a position in `classes`, shape (m,).
    leads
        max_y′ P₀(x, y′) − P₀(x, y) for each feature and label, shape (m, n_labels).
    """
    require_places(population, g)
    if (g[g] != g).any():
        x = int(np.flatnonzero(g[g] != g)[0])
        raise ValueError(f"g[g[{x}]] is {g[g[x]]} and g[{x}] is {g[x]}: g must be idempotent")
    held = np.flatnonzero(population.marginal)
    classes, member = np.unique(g[held], return_inverse=True)
    return classes, member.ravel(), deviations(population.joint[held])

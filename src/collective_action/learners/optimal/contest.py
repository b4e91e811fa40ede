"""Setting I of the paper, inside Theorems 1, 3 and 5: the margin by which a label leads.

At each feature one label is the collective's, and the firm that sees αP* + (1−α)P₀ answers with it
once that label's mass exceeds the mass of every other. Under all three strategies that lead, the
margin, is linear in α, so its values at α = 0 and at α = 1 say everything.
"""

from dataclasses import dataclass

import numpy as np

from collective_action import validation
from collective_action.population import Population
from collective_action.strategies import (
    Signal,
    carried_target_mass,
    erasing_labels,
    require_fits,
    signal_mass,
)

STRATEGIES = ("feature-label", "feature-only", "erasure")

TIE = 1e-12
"""Masses that differ by less than this fraction of themselves count as tied."""


@dataclass(frozen=True, eq=False)
class Contest:
    """The collective's label against its strongest rival, at each feature where it matters.

    Attributes
    ----------
    points
        Ascending feature indices, shape (k,): the signal set when planting, every feature that
        somebody has when erasing.
    weight
        The success at stake at each point, shape (k,): P_g(x) when planting, P₀(x) when erasing.
    at_zero, at_one
        The margin at α = 0 and at α = 1, shape (k,). In between it is (1−α)·at_zero + α·at_one.
    """

    points: np.ndarray
    weight: np.ndarray
    at_zero: np.ndarray
    at_one: np.ndarray

    def margin(self, alpha: float) -> np.ndarray:
        """Return the margin at each point when the collective has size alpha, shape (k,)."""
        return (1 - alpha) * self.at_zero + alpha * self.at_one

    def gained_at(self) -> np.ndarray:
        """Return the α above which each point is the collective's, shape (k,).

        It is 0 where that is so from the start and inf where it never is.
        """
        wins = self.at_one > 0
        gained = np.where(self.at_zero > 0, 0.0, np.inf)
        behind = wins & (self.at_zero <= 0)
        needed = np.abs(self.at_zero[behind])
        gained[behind] = needed / (self.at_one[behind] + needed)
        return gained

    def lost_at(self) -> np.ndarray:
        """Return the α from which each point is no longer the collective's, shape (k,), or inf.

        Only a map g that is not idempotent loses points: the collective then takes its own label
        away from a feature that carried it.
        """
        lost = np.full(self.points.size, np.inf)
        sinking = (self.at_zero > 0) & (self.at_one <= 0)
        lost[sinking] = self.at_zero[sinking] / (self.at_zero[sinking] - self.at_one[sinking])
        return lost


def contest(population: Population, signal: Signal | np.ndarray, strategy: str) -> Contest:
    """Return the contest that a strategy starts.

    Parameters
    ----------
    population
        The base population P₀.
    signal
        A `Signal`; under "erasure" the map g alone will do, and a Signal's target is not used.
    strategy
        "feature-label", "feature-only" or "erasure".

    Raises
    ------
    ValueError
        If the strategy is unknown or the signal does not fit the population or the strategy.
    """
    validation.choice("strategy", strategy, STRATEGIES)
    if strategy == "erasure":
        labels = erasing_labels(population, signal)
        points = np.flatnonzero(population.marginal)
        weight = population.marginal[points]
        own, rival = own_and_rival(population.joint, points, labels[points])
        return Contest(points, weight, lead(own, rival), weight)
    require_fits(population, signal)
    assert isinstance(signal, Signal), "require_fits has seen to it"
    points = signal.points
    weight = signal_mass(population, signal)[points]
    own, rival = own_and_rival(population.joint, points, np.full(points.size, signal.target))
    if strategy == "feature-label":
        return Contest(points, weight, lead(own, rival), weight)
    carried = carried_target_mass(population, signal)[points]
    return Contest(points, weight, lead(own, rival), lead(carried, rival))


def own_and_rival(
    joint: np.ndarray, points: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return joint[x, y] and max over y′ ≠ y of joint[x, y′] for each pair, both of shape (k,).

    It reads the joint one column at a time, so that it needs no second array of its size.
    """
    own = np.zeros(points.size)
    rival = np.zeros(points.size)
    for label in range(joint.shape[1]):
        column = joint[points, label]
        mine = labels == label
        np.copyto(own, column, where=mine)
        np.maximum(rival, column, out=rival, where=~mine)
    return own, rival


def lead(own: np.ndarray, rival: np.ndarray) -> np.ndarray:
    """Return own − rival, exactly 0 where the two are tied up to rounding."""
    difference = own - rival
    difference[np.abs(difference) <= TIE * np.maximum(own, rival)] = 0.0
    return difference

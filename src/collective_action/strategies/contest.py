"""Setting I of the paper, inside Theorems 1, 3 and 5: the margin by which a label leads.

At each feature one label is the collective's, and the firm that sees αP* + (1−α)P₀ answers with it
once that label's mass exceeds the mass of every other. Its lead over one rival is linear in α, so
its values at α = 0 and at α = 1 say everything; the margin is its lead over the strongest.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

TIE = 1e-12
"""Masses that differ by less than this fraction of themselves count as tied."""


@dataclass(frozen=True, eq=False)
class Contest:
    """The collective's label against its rivals, at each feature where it matters.

    Attributes
    ----------
    points
        Ascending feature indices, shape (k,): the signal set when planting, every feature that
        somebody has when erasing.
    labels
        The answer that the collective wants at each point, shape (k,).
    weight
        The success at stake at each point, shape (k,): P_g(x) when planting, P₀(x) when erasing.
    at_zero, at_one
        The lead over each rival at α = 0 and at α = 1, shape (r, k); in between it is
        (1−α)·at_zero + α·at_one. One row is enough where one rival is strongest at both ends.
    """

    points: np.ndarray
    labels: np.ndarray
    weight: np.ndarray
    at_zero: np.ndarray
    at_one: np.ndarray

    def margin(self, alpha: float) -> np.ndarray:
        """Return the lead over the strongest rival for a collective of size alpha, shape (k,)."""
        return ((1 - alpha) * self.at_zero + alpha * self.at_one).min(axis=0)

    def ahead(self) -> np.ndarray:
        """Return where the label leads before anyone joins, boolean, shape (k,)."""
        return np.all(self.at_zero > 0, axis=0)

    def gained_at(self) -> np.ndarray:
        """Return the α above which each point is the collective's, shape (k,).

        It is 0 where that is so from the start and inf where it never is.
        """
        return self._interval[0]

    def lost_at(self) -> np.ndarray:
        """Return the α from which each point is no longer the collective's, shape (k,), or inf.

        A strategy whose map g is not idempotent can lose points: the collective then takes its own
        label away from a feature that carried it.
        """
        return self._interval[1]

    def success(self, alphas: np.ndarray) -> np.ndarray:
        """Return the weight of the points that are the collective's at each alpha, in [0, 1].

        It has the shape of alphas. A tie counts against the collective.
        """
        gained = np.where(self.ahead(), -np.inf, self.gained_at())
        success = _weight_below(gained, self.weight, alphas * (1 - TIE))
        lost = self.lost_at()
        sinking = np.isfinite(lost)
        if sinking.any():
            success -= _weight_below(lost[sinking], self.weight[sinking], alphas * (1 + TIE))
        return np.asarray(np.clip(success, 0.0, 1.0))

    @cached_property
    def _interval(self) -> tuple[np.ndarray, np.ndarray]:
        gained, lost = np.zeros(self.points.size), np.full(self.points.size, np.inf)
        for at_zero, at_one in zip(self.at_zero, self.at_one, strict=True):
            behind, wins = at_zero <= 0, at_one > 0
            overtaking = np.flatnonzero(behind & wins)
            needed = np.abs(at_zero[overtaking])
            overtaken = needed / (at_one[overtaking] + needed)
            gained[overtaking] = np.maximum(gained[overtaking], overtaken)
            gained[behind & ~wins] = np.inf
            sinking = np.flatnonzero(~behind & ~wins)
            sunk = at_zero[sinking] / (at_zero[sinking] - at_one[sinking])
            lost[sinking] = np.minimum(lost[sinking], sunk)
        never = gained >= lost
        gained[never] = lost[never] = np.inf
        return gained, lost


def _weight_below(steps: np.ndarray, weight: np.ndarray, alphas: np.ndarray) -> np.ndarray:
    """Return the total weight of the steps below each alpha, the shape of alphas."""
    order = np.argsort(steps)
    cumulative = np.concatenate([[0.0], np.cumsum(weight[order])])
    return cumulative[np.searchsorted(steps[order], alphas)]


def held_and_rival(
    joint: np.ndarray, points: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return joint[x, y] and max over y′ ≠ y of joint[x, y′] for each pair, both of shape (k,).

    It reads the joint one column at a time, so that it needs no second array of its size.
    """
    held = np.zeros(points.size)
    rival = np.zeros(points.size)
    for label in range(joint.shape[1]):
        column = joint[points, label]
        wanted = labels == label
        np.copyto(held, column, where=wanted)
        np.maximum(rival, column, out=rival, where=~wanted)
    return held, rival


def lead(held: np.ndarray, rival: np.ndarray) -> np.ndarray:
    """Return held − rival, exactly 0 where the two are tied up to rounding."""
    difference = held - rival
    difference[np.abs(difference) <= TIE * np.maximum(held, rival)] = 0.0
    return difference


def leads(joint: np.ndarray, points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the lead of labels (k,) over each other label at points (k,), shape (n_labels − 1, k).

    Rivals come in ascending order of their labels.
    """
    n_labels = joint.shape[1]
    rivals = np.arange(n_labels - 1)[:, np.newaxis]
    rivals = rivals + (rivals >= labels)
    return lead(np.broadcast_to(joint[points, labels], rivals.shape), joint[points, rivals])

"""Setting III of the paper: what a collective can add to a firm's gradient.

At a parameter θ with base gradient g = g_{P₀}(θ), a collective of a fraction α that wants θ to
move towards a point, by a fraction ηρ of the gap d = θ − point, needs its own average gradient to
be [−(1−α)g + ρ·d]/α. Two kinds of collective answer whether it can: one that can produce any
gradient of bounded norm (`GradientBudget`), and one that submits records (`DataBudget`).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.descent.landscapes import Landscape
from collective_action.learners.risk.attainable import approach
from collective_action.learners.risk.attainable_set import AttainableSet
from collective_action.learners.risk.losses import ROUNDING, Loss, mean_gradient
from collective_action.learners.risk.menus import Menu
from collective_action.learners.risk.neutralising import neutralise, split
from collective_action.learners.risk.programme import Programme, solve
from collective_action.learners.risk.records import Records
from collective_action.learners.risk.steering import critical_mass
from collective_action.validation import at_least, finite


class Budget(Protocol):
    """What gradient control asks of a firm and a collective together."""

    def base(self, theta: np.ndarray) -> np.ndarray:
        """Return g_{P₀}(θ), shape (p,)."""

    def contraction(
        self, theta: np.ndarray, base: np.ndarray, gap: np.ndarray, alpha: float, cap: float
    ) -> float | None:
        """Return the largest ρ in [0, cap] that is attainable, or None if none is.

        Parameters
        ----------
        theta, base, gap
            Shape (p,): where the firm is, its gradient there, and the way from the
            target to θ.
        alpha
            The collective's share of all data, in [0, 1].
        cap
            The largest ρ that counts, above 0.
        """

    def needed_mass(
        self, theta: np.ndarray, base: np.ndarray, gap: np.ndarray, cap: float
    ) -> float:
        """Return the least α at which some ρ in [0, cap] is attainable; infinite if none is.

        Parameters
        ----------
        theta, base, gap, cap
            As in `contraction`.
        """

    def submit(self, theta: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, Records | None]:
        """Return the attainable gradient nearest to the wanted one, and data that produce it.

        Parameters
        ----------
        theta
            Where the firm is, shape (p,).
        wanted
            The average gradient that the collective would like to file, shape (p,).
        """


@dataclass(frozen=True, eq=False)
class GradientBudget:
    """A collective that can produce every gradient of norm at most `size`, on a given landscape.

    Parameters
    ----------
    landscape
        The firm's own risk.
    size
        B > 0, in units of the gradient.
    """

    landscape: Landscape
    size: float

    def __post_init__(self) -> None:
        at_least("size", self.size, 0, strictly=True)

    def base(self, theta: np.ndarray) -> np.ndarray:
        """Return the landscape's gradient."""
        return self.landscape.gradient(theta)

    def contraction(
        self, theta: np.ndarray, base: np.ndarray, gap: np.ndarray, alpha: float, cap: float
    ) -> float | None:
        """Solve ‖−(1−α)g + ρ·d‖ ≤ αB for the largest ρ in [0, cap]."""
        away, room = (1 - alpha) * base, alpha * self.size
        slack = ROUNDING * (np.linalg.norm(away) + room)
        length = np.linalg.norm(gap)
        if length == 0:
            return cap if np.linalg.norm(away) <= room + slack else None
        along = away @ gap / length
        across = np.linalg.norm(away - along * gap / length)
        if across > room + slack:
            return None
        half = np.sqrt(max(room**2 - across**2, 0))
        if along + half < -slack or along - half > cap * length + slack:
            return None
        return float(np.clip((along + half) / length, 0, cap))

    def needed_mass(
        self, theta: np.ndarray, base: np.ndarray, gap: np.ndarray, cap: float
    ) -> float:
        """Solve dist((1−α)g, {ρ·d : 0 ≤ ρ ≤ cap}) = αB for α."""
        length = np.linalg.norm(gap)
        carried = max(base @ gap / length, 0.0) / length if length > 0 else 0.0
        lacking = np.linalg.norm(base - min(carried, cap) * gap)
        if lacking <= ROUNDING * np.linalg.norm(base):
            return 0.0
        across = np.linalg.norm(base - carried * gap)
        alpha = across / (across + self.size)
        if (1 - alpha) * carried <= cap:
            return float(alpha)
        # The cap binds: with h = g − cap·d, ‖h − αg‖ = αB is a quadratic equation.
        along = (base - cap * gap) @ base
        root = np.sqrt(max(along**2 - lacking**2 * (base @ base - self.size**2), 0))
        return float(lacking**2 / (along + root))

    def submit(self, theta: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, None]:
        """Return the wanted gradient, scaled back to norm B if it is longer."""
        norm = np.linalg.norm(wanted)
        return (wanted * (self.size / norm) if norm > self.size else wanted), None


@dataclass(frozen=True, eq=False)
class DataBudget:
    """A collective that submits records from a menu to a firm that minimises a given loss.

    Parameters
    ----------
    loss
        The firm's loss.
    menu
        The choices of the collective; the members' own records are the population P₀.
    """

    loss: Loss
    menu: Menu

    def base(self, theta: np.ndarray) -> np.ndarray:
        """Return the population's average gradient."""
        return mean_gradient(self.loss, theta, self.menu.members)

    def contraction(
        self, theta: np.ndarray, base: np.ndarray, gap: np.ndarray, alpha: float, cap: float
    ) -> float | None:
        """Maximise ρ by linear programming: αx = (ρ − ρ₀)d − w with g + x attainable."""
        attainable = AttainableSet.at(self.loss, theta, self.menu)
        carried, rest = split(attainable, base, gap, cap)
        if alpha == 0:
            return None if rest.any() else carried
        programme = Programme(
            vectors=-gap[np.newaxis],
            costs=np.array([-1.0]),
            wanted=-rest / alpha,
            lower=np.array([-carried / alpha]),
            upper=np.array([(cap - carried) / alpha]),
            limits=np.zeros((0, 1)),
        )
        solution = solve(attainable, programme)
        if solution is None:
            return None
        return float(np.clip(carried + alpha * solution.amounts[0], 0, cap))

    def needed_mass(
        self, theta: np.ndarray, base: np.ndarray, gap: np.ndarray, cap: float
    ) -> float:
        """Return the critical mass of the part of g that no ρ·d takes away."""
        attainable = AttainableSet.at(self.loss, theta, self.menu)
        push = neutralise(attainable, base, gap, cap)
        return 0.0 if push is None else float(critical_mass(push.pull, push.gamma))

    def submit(self, theta: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, Records]:
        """Return the nearest attainable gradient in the sum of absolute errors, and its records."""
        nearest = approach(self.loss, theta, wanted, self.menu)
        return nearest.gradient, nearest.submission


def needed_along(budget: Budget, waypoints: ArrayLike, looks: int = 16) -> float:
    """Return the critical mass of a path: the most that any point on it needs, to move or to hold.

    For small step sizes a larger collective takes the firm along the path and holds it at its end,
    and a smaller one cannot (proved in the book for a `GradientBudget`).

    Parameters
    ----------
    budget
        The firm, and what the collective can produce.
    waypoints
        Shape (m, p), m ≥ 1, none repeated; the last is held.
    looks
        Points looked at on each leg, at least 1.

    Returns
    -------
    float
        In [0, 1], or infinite if some point is too much for everybody; a lower bound on the
        critical mass that rises to it with `looks`.
    """
    path = finite("waypoints", waypoints, 2)
    looks = int(at_least("looks", looks, 1))
    still = np.zeros(path.shape[1])
    masses = [budget.needed_mass(path[-1], budget.base(path[-1]), still, np.inf)]
    for start, end in pairwise(path):
        for point in np.linspace(start, end, looks, endpoint=False):
            masses.append(budget.needed_mass(point, budget.base(point), start - end, np.inf))
    return max(masses)

"""Setting II of the paper, attainable gradients: all of them at one θ.

A collective that leaves its records alone has the population's gradient g. What it can change is
D = G(θ) − g, which holds zero. D may be flat (labels alone, with one feature), and a gradient is
known up to rounding only. So what is rounding is decided here, once, in the scale of the gradients
that are averaged; the programmes ask for exact equations along D and for nothing beside it.
"""

from dataclasses import dataclass

import numpy as np

from collective_action.learners.risk.columns import Columns
from collective_action.learners.risk.directions import Directions
from collective_action.learners.risk.losses import ROUNDING, Loss, rounding
from collective_action.learners.risk.menus import Menu
from collective_action.learners.risk.steepest import steepest


@dataclass(frozen=True, eq=False)
class AttainableSet:
    """The attainable gradients of a menu at θ.

    Attributes
    ----------
    loss, theta, menu
        The firm's loss, θ of shape (p,), and the choices.
    columns
        The choices that are listed; of a domain, records that push in all its directions.
    directions
        Where the set extends.
    rounding
        The length up to which an average gradient is rounding.
    """

    loss: Loss
    theta: np.ndarray
    menu: Menu
    columns: Columns
    directions: Directions
    rounding: float

    @classmethod
    def at(cls, loss: Loss, theta: np.ndarray, menu: Menu) -> "AttainableSet":
        """Return the attainable gradients at θ."""
        columns, masses = Columns.of(loss, theta, menu), menu.masses
        smallest = rounding(loss, theta, menu.members)
        size = smallest / ROUNDING
        directions, rank = Directions.of(columns, masses, size), -1
        while menu.domain is not None and rank < len(directions.axes) < len(theta):
            rank = len(directions.axes)
            for direction in np.concatenate([directions.flat, -directions.flat]):
                features = steepest(loss, theta, direction, menu.open_labels, menu.domain)
                columns = columns.extended(
                    loss.gradient(theta, features, menu.open_labels),
                    menu.open_owners,
                    features,
                    menu.open_labels,
                )
            directions = Directions.of(columns, masses, size)
        return cls(loss, theta, menu, columns, directions, smallest)

    @property
    def base(self) -> np.ndarray:
        """g, the gradient of a collective that leaves its records alone, shape (p,)."""
        masses = self.menu.masses
        return self.settled(masses @ self.columns.gradients[: len(masses)])

    def settled(self, gradient: np.ndarray) -> np.ndarray:
        """Return an average gradient without its rounding, shape (p,).

        It is zero if all of it is rounding, and lies along the set if what lies beside it is.
        """
        flat = self.directions.flat
        beside = flat @ gradient @ flat
        if np.linalg.norm(beside) <= self.rounding:
            gradient = gradient - beside
        return gradient if np.linalg.norm(gradient) > self.rounding else np.zeros_like(gradient)

"""Setting II of the paper, constraints: the feature vectors that a member may submit.

The gradient of a generalised linear model at x, pushed in a direction v, depends on x through two
numbers only, a = x·θ and b = x·v. `Box.frontier` and `Ball.frontier` return points of the domain
whose shadows (a, b) trace the frontier of all its shadows; the steepest record lies on it.
"""

from dataclasses import dataclass

import numpy as np

from collective_action.validation import finite

ANGLES = 512
RANK = 1e-12


@dataclass(frozen=True, eq=False)
class Box:
    """Features with lower ≤ x ≤ upper, coordinate by coordinate.

    Parameters
    ----------
    lower, upper
        Shape (d,), finite, lower ≤ upper. Equal bounds fix a coordinate, such as an intercept.

    Raises
    ------
    ValueError
        If the shapes differ or a lower bound exceeds its upper bound.
    """

    lower: np.ndarray
    upper: np.ndarray

    def __post_init__(self) -> None:
        lower, upper = finite("lower", self.lower, 1), finite("upper", self.upper, 1)
        if len(lower) != len(upper) or len(lower) == 0:
            raise ValueError(
                f"lower has {len(lower)} entries and upper {len(upper)}: they need one length ≥ 1"
            )
        if (lower > upper).any():
            at = int(np.argmax(lower > upper))
            raise ValueError(f"lower[{at}] is {lower[at]}: it must be at most upper = {upper[at]}")
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "upper", upper)

    @property
    def dimension(self) -> int:
        """The number d of coordinates."""
        return len(self.lower)

    def extreme(self, direction: np.ndarray) -> np.ndarray:
        """Return the point of the box furthest along `direction`, shape (d,)."""
        return np.where(direction > 0, self.upper, self.lower)

    def frontier(self, theta: np.ndarray, direction: np.ndarray) -> np.ndarray:
        """Return the corners, in order and closed, of the polygon of shadows; shape (m, d).

        The shadow of a box is a zonogon: walk its edges in the order of their slopes.
        """
        sides = self.upper - self.lower
        edges = np.stack([theta, direction]) * sides
        moving = np.flatnonzero(np.hypot(*edges) > 0)
        flip = (edges[1, moving] < 0) | ((edges[1, moving] == 0) & (edges[0, moving] < 0))
        signs = np.where(flip, -1.0, 1.0)
        order = np.argsort(np.arctan2(edges[1, moving] * signs, edges[0, moving] * signs))
        steps = np.zeros((len(moving), self.dimension))
        steps[np.arange(len(moving)), moving[order]] = (signs * sides[moving])[order]
        start = self.lower.copy()
        start[moving[flip]] = self.upper[moving[flip]]
        if len(moving) == 0:  # the whole box casts one shadow
            return np.stack([start, start])
        return start + np.concatenate(
            [np.zeros((1, self.dimension)), np.cumsum(np.concatenate([steps, -steps]), axis=0)]
        )


@dataclass(frozen=True, eq=False)
class Ball:
    """Features c + r∘w with ‖w‖ ≤ 1: a ball, or an ellipsoid when the radii differ.

    Parameters
    ----------
    centre
        c, shape (d,).
    radius
        r ≥ 0, a number or shape (d,). A radius of zero fixes a coordinate, such as an intercept.

    Raises
    ------
    ValueError
        If the shapes differ or a radius is negative.
    """

    centre: np.ndarray
    radius: np.ndarray

    def __post_init__(self) -> None:
        centre = finite("centre", self.centre, 1)
        radius = finite("radius", self.radius, np.ndim(self.radius))
        if radius.ndim > 1 or radius.size not in (1, len(centre)):
            raise ValueError(
                f"radius has shape {radius.shape}: it must be a number or have {len(centre)} "
                "entries, as centre has"
            )
        if radius.min() < 0:
            raise ValueError(f"radius is {self.radius}: it must be at least 0")
        object.__setattr__(self, "centre", centre)
        object.__setattr__(self, "radius", np.broadcast_to(radius, centre.shape).copy())

    @property
    def dimension(self) -> int:
        """The number d of coordinates."""
        return len(self.centre)

    def extreme(self, direction: np.ndarray) -> np.ndarray:
        """Return the point of the ball furthest along `direction`, shape (d,)."""
        stretched = self.radius * direction
        length = np.linalg.norm(stretched)
        return self.centre + self.radius * (stretched / length if length > 0 else stretched)

    def frontier(
        self, theta: np.ndarray, direction: np.ndarray, arc: tuple[float, float] = (0, 2 * np.pi)
    ) -> np.ndarray:
        """Return points, in order, of the ellipse of shadows; shape (m, d).

        Parameters
        ----------
        theta, direction
            The two directions that cast the shadow, shape (d,).
        arc
            The angles in radians between which 513 points are spaced evenly.
        """
        plane = np.stack([self.radius * theta, self.radius * direction], axis=1)
        basis, sizes, _ = np.linalg.svd(plane, full_matrices=False)
        basis = basis[:, sizes > RANK * max(sizes[0], 1e-300)]
        if basis.shape[1] == 0:
            return np.stack([self.centre, self.centre])
        angles = np.linspace(*arc, ANGLES + 1)
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        return self.centre + self.radius * (circle[:, : basis.shape[1]] @ basis.T)

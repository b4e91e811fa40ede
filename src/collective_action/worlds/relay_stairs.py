"""Relay's model of the stairs, which the book follows where a firm minimises a risk.

Relay is invented, and so are its numbers. After each delivery the app records the floor and by how
many minutes the courier was behind schedule. A model predicts the minutes from the floor, and the
prediction is the allowance that the next courier gets. Floors count from the third, so the model's
two parameters are the allowance on the third floor and the allowance per further floor.
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.risk.records import Records
from collective_action.validation import at_least

FLOORS = (0, 1, 2, 3, 4, 5, 6)
THIRD = 3
RUNNING = (1.0, 0.4)  # what Relay learns while everybody runs
FAIR = (3.0, 1.0)  # what the couriers want

FLOOR_SHARES = (0.10, 0.18, 0.22, 0.20, 0.14, 0.10, 0.06)
DEVIATIONS = (-2.0, -1.0, 0.0, 1.0, 3.0)  # minutes around the line; zero on average
DEVIATION_SHARES = (0.20, 0.25, 0.20, 0.20, 0.15)


def features(floors: ArrayLike) -> np.ndarray:
    """Return the features (1, floor − 3) of deliveries, shape (n, 2).

    Parameters
    ----------
    floors
        Shape (n,), floors of `FLOORS`; those between them are allowed.
    """
    numbers = np.asarray(floors, dtype=float)
    return np.column_stack([np.ones(len(numbers)), numbers - THIRD])


def deliveries() -> Records:
    """Return the law P₀ of Relay's deliveries: features (1, floor − 3), minutes behind schedule.

    Least squares learns `RUNNING` from it, exactly.
    """
    floors, deviations = (grid.ravel() for grid in np.meshgrid(FLOORS, DEVIATIONS, indexing="ij"))
    x = features(floors)
    shares = np.outer(FLOOR_SHARES, DEVIATION_SHARES).ravel()
    return Records(x, x @ np.array(RUNNING) + deviations, shares)


def extremes(limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Return every floor with the least and the most minutes that the app accepts.

    Parameters
    ----------
    limit
        K > 0: the app clips minutes to [−K, K].

    Returns
    -------
    tuple
        Features, shape (14, 2), and minutes, shape (14,). The gradient of least squares is affine
        in the minutes, so anything between the two is a mixture of them.
    """
    most = at_least("limit", limit, 0, strictly=True)
    return features(FLOORS * 2), np.repeat([-most, most], len(FLOORS))

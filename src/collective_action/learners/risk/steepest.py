"""Setting II of the paper, constraints: the record of a domain that pushes hardest.

For a direction v, the record z of the domain that maximises ⟨∇ℓ(θ; z), v⟩. The linear programme
for γ asks this question again and again; its answers are the extreme points of the attainable set.
"""

import numpy as np
from scipy.special import expit, wrightomega

from collective_action.learners.risk.domains import Ball, Box
from collective_action.learners.risk.losses import Logistic, Loss, Squared, SquaredDistance

ZOOMS = 3


def steepest(
    loss: Loss, theta: np.ndarray, direction: np.ndarray, labels: np.ndarray, domain: Box | Ball
) -> np.ndarray:
    """Return, for each label, the features of the domain whose gradient goes furthest along v.

    Exact on a box: with a = x·θ and b = x·v the objective is (a − y)b or (σ(a) − y)b, which has
    no maximum strictly inside the polygon of shadows, and one stationary point at most on each
    edge (a root of a quadratic, or Wright's ω). On a ball the ellipse is scanned and the best arc
    refined to about 1e-8 of its angle.

    Parameters
    ----------
    loss
        `SquaredDistance`, `Squared` or `Logistic`.
    theta, direction
        Shape (d,).
    labels
        Shape (r,).
    domain
        A box or ball of dimension d.

    Returns
    -------
    numpy.ndarray
        Shape (r, d).

    Raises
    ------
    ValueError
        If the loss has no exact answer: list candidate records instead.
    """
    if isinstance(loss, SquaredDistance):
        return np.tile(domain.extreme(-direction), (len(labels), 1))
    if not isinstance(loss, Squared | Logistic):
        raise ValueError(
            f"loss is {loss}: the steepest record of a box or ball is known for SquaredDistance, "
            "Squared and Logistic only. List candidate features instead"
        )
    if isinstance(domain, Box):
        points, _ = _best_on(loss, theta, direction, labels, domain.frontier(theta, direction))
        return points
    return np.concatenate(
        [_on_ellipse(loss, theta, direction, labels[[i]], domain) for i in range(len(labels))]
    )


def _on_ellipse(loss, theta, direction, label, domain: Ball) -> np.ndarray:
    start, stop = 0.0, 2 * np.pi
    for _ in range(ZOOMS):
        frontier = domain.frontier(theta, direction, (start, stop))
        point, edge = _best_on(loss, theta, direction, label, frontier)
        width = (stop - start) / max(len(frontier) - 1, 1)
        start, stop = start + width * (edge[0] - 1), start + width * (edge[0] + 2)
    return point


def _best_on(loss, theta, direction, labels, corners) -> tuple[np.ndarray, np.ndarray]:
    a, b = corners @ theta, corners @ direction
    y = labels[:, np.newaxis]
    starts, run, rise = (a[:-1], b[:-1]), np.diff(a), np.diff(b)
    inner = np.clip(np.nan_to_num(_stationary(loss, y, *starts, run, rise)), 0, 1)
    positions = np.stack([np.zeros_like(inner), inner, np.ones_like(inner)])
    scores = positions * run + starts[0]
    residuals = (expit(scores) if isinstance(loss, Logistic) else scores) - y
    heights = residuals * (positions * rise + starts[1])
    flat = heights.transpose(1, 0, 2).reshape(len(labels), -1).argmax(axis=1)
    place, edge = np.unravel_index(flat, (3, len(run)))
    along = positions[place, np.arange(len(labels)), edge][:, np.newaxis]
    return corners[edge] + along * (corners[edge + 1] - corners[edge]), edge


def _stationary(loss, y, a, b, run, rise) -> np.ndarray:
    """Return where on each edge the objective is stationary, as a fraction of it; (r, m)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if isinstance(loss, Squared):
            return -((a - y) * rise + b * run) / (2 * run * rise)
        sign = np.where(y == 0, 1.0, -1.0)
        constant = sign * a - 1 - sign * b * run / rise
        return (sign * (constant - wrightomega(constant)) - a) / run

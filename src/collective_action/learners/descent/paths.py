"""Setting III, gradient control: the mass that a path needs, and a path that needs less.

What a collective must cancel at a point is the part of the firm's gradient that does not carry it
along: with travel direction τ, ‖g‖ where −g points backwards, and the part across τ where −g points
forwards. The largest such resistance along a path sets its critical mass.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.sparse import csgraph

from collective_action.learners.descent.landscapes import Landscape
from collective_action.validation import at_least, finite

MOVES = [
    (i, j) for i in range(-2, 3) for j in range(-2, 3) if (i, j) != (0, 0) and np.gcd(i, j) == 1
]
SAMPLES = np.linspace(0, 1, 5)


@dataclass(frozen=True, eq=False)
class Profile:
    """The firm's gradient along a path.

    Attributes
    ----------
    positions
        Shape (m,), arc length from the start.
    norms
        Shape (m,), ‖g_{P₀}‖: what must be cancelled at most.
    resistances
        Shape (m,), what must be cancelled to move along; at the end, to hold.
    """

    positions: np.ndarray
    norms: np.ndarray
    resistances: np.ndarray


def profile(landscape: Landscape, path: ArrayLike, spacing: float = 1e-3) -> Profile:
    """Return the gradient along a path, sampled on each leg at most `spacing` apart.

    Parameters
    ----------
    landscape
        The firm's own risk.
    path
        Shape (m, p), m ≥ 2 waypoints.
    spacing
        Arc length between samples, above 0.
    """
    path = finite("path", path, 2)
    spacing = at_least("spacing", spacing, 0, strictly=True)
    legs = np.diff(path, axis=0)
    lengths = np.linalg.norm(legs, axis=1)
    if len(legs) == 0 or (lengths == 0).any():
        raise ValueError(f"path has {len(path)} waypoints: it needs 2 or more, none repeated")
    points, tangents, positions = [], [], []
    for start, leg, length, before in zip(
        path[:-1], legs, lengths, np.cumsum(lengths) - lengths, strict=True
    ):
        along = np.linspace(0, 1, int(np.ceil(length / spacing)) + 1)
        points.append(start + along[:, np.newaxis] * leg)
        tangents.append(np.tile(leg / length, (len(along), 1)))
        positions.append(before + along * length)
    gradients = landscape.gradient(np.concatenate(points))
    norms = np.linalg.norm(gradients, axis=1)
    resistances = resistance(gradients, np.concatenate(tangents))
    resistances[-1] = norms[-1]
    return Profile(np.concatenate(positions), norms, resistances)


def resistance(gradients: np.ndarray, tangents: np.ndarray) -> np.ndarray:
    """Return min_{b ≥ 0} ‖g + b·τ‖, the part of each gradient that opposes or crosses the travel.

    Parameters
    ----------
    gradients
        Shape (…, p).
    tangents
        Shape (…, p), unit vectors.
    """
    carried = np.minimum((gradients * tangents).sum(-1), 0)
    return np.linalg.norm(gradients - carried[..., np.newaxis] * tangents, axis=-1)


def steepness(gradients: np.ndarray, tangents: np.ndarray) -> np.ndarray:
    """Return ‖g‖, whatever the direction of travel.

    Parameters
    ----------
    gradients
        Shape (…, p).
    tangents
        Not used; here for the form of `resistance`.
    """
    return np.linalg.norm(gradients, axis=-1)


def lowest_path(
    landscape: Landscape,
    start: ArrayLike,
    target: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    nodes: int = 81,
    cost: Callable[[np.ndarray, np.ndarray], np.ndarray] = steepness,
) -> np.ndarray:
    """Return the path of the plane along which the largest cost is least.

    Nodes of a grid are joined to sixteen neighbours; an edge costs the largest of five samples
    along it. The least threshold at which the edges below it still join start and target is found
    by bisection over the edges' costs, so no other path of the grid does better; among those that
    do as well the shortest is returned.

    Parameters
    ----------
    landscape
        The firm's own risk, p = 2.
    start, target
        Shape (2,), inside the grid; each replaces the grid node nearest to it.
    lower, upper
        Shape (2,), the corners of the grid.
    nodes
        Nodes per side, at least 3.
    cost
        `steepness`, what the theorem speaks of, or `resistance`, which does not count a gradient
        that carries the firm along.

    Returns
    -------
    numpy.ndarray
        Shape (m, 2), from start to target.

    Raises
    ------
    ValueError
        If an end lies outside the grid, or both ends share a node.
    """
    lower, upper = finite("lower", lower, 1), finite("upper", upper, 1)
    nodes = int(at_least("nodes", nodes, 3))
    axes = [np.linspace(low, high, nodes) for low, high in zip(lower, upper, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    ends = []
    for name, end in (
        ("start", finite("start", start, 1)),
        ("target", finite("target", target, 1)),
    ):
        if (end < lower).any() or (end > upper).any():
            raise ValueError(f"{name} is {end}: it must lie between {lower} and {upper}")
        ends.append(int(np.square(points - end).sum(axis=1).argmin()))
        points[ends[-1]] = end
    if ends[0] == ends[1]:
        raise ValueError(f"target is {target}: start has the same grid node; use more nodes")
    sources, targets, costs = _edges(landscape, points, nodes, cost)
    order = np.argsort(costs, kind="stable")
    sources, targets, costs = sources[order], targets[order], costs[order]
    low, high = 1, len(costs)
    while low < high:
        middle = (low + high) // 2
        if _joined(sources[:middle], targets[:middle], ends, len(points)):
            high = middle
        else:
            low = middle + 1
    open_ = slice(np.searchsorted(costs, costs[low - 1], side="right"))  # ties with the threshold
    sources, targets = sources[open_], targets[open_]
    lengths = np.linalg.norm(points[targets] - points[sources], axis=1)
    graph = sparse.csr_array((lengths, (sources, targets)), shape=(len(points),) * 2)
    _, previous = csgraph.dijkstra(graph, indices=ends[0], return_predecessors=True)
    chain = [ends[1]]
    while chain[-1] != ends[0]:
        chain.append(int(previous[chain[-1]]))
    return points[chain[::-1]]


def _edges(landscape, points, nodes, cost):
    index = np.arange(nodes * nodes).reshape(nodes, nodes)
    sources, targets, costs = [], [], []
    for i, j in MOVES:
        rows = slice(max(0, -i), nodes - max(0, i)), slice(max(0, i), nodes + min(0, i))
        columns = slice(max(0, -j), nodes - max(0, j)), slice(max(0, j), nodes + min(0, j))
        a, b = index[rows[0], columns[0]].ravel(), index[rows[1], columns[1]].ravel()
        legs = points[b] - points[a]
        tangents = legs / np.linalg.norm(legs, axis=1, keepdims=True)
        along = [cost(landscape.gradient(points[a] + t * legs), tangents) for t in SAMPLES]
        sources.append(a)
        targets.append(b)
        costs.append(np.max(along, axis=0))
    return np.concatenate(sources), np.concatenate(targets), np.concatenate(costs)


def _joined(sources, targets, ends, size) -> bool:
    graph = sparse.csr_array((np.ones(len(sources)), (sources, targets)), shape=(size, size))
    reached = csgraph.breadth_first_order(graph, ends[0], return_predecessors=False)
    return bool((reached == ends[1]).any())

"""Setting I, erasing: the firm that tells x and g(x) apart at the least price.

A map g sends every feature to one other, so features form trees that hang from fixed points or
from cycles. On such a graph the best firm is found exactly, from the leaves inwards.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Arrows:
    """The graph x → g(x), taken apart.

    Attributes
    ----------
    g
        The map, shape (n,).
    layers
        Features that are on no cycle, leaves first: each comes before the feature it points to.
    fixed
        The features with g(x) = x.
    cycles
        The longer cycles, each as features in the order in which g visits them.
    """

    g: np.ndarray
    layers: tuple[np.ndarray, ...]
    fixed: np.ndarray
    cycles: tuple[np.ndarray, ...]


def arrows(g: np.ndarray) -> Arrows:
    """Take the graph of a map g: {0, …, n−1} → {0, …, n−1} apart."""
    features = np.arange(g.size)
    moving = g != features
    waiting = np.bincount(g[moving], minlength=g.size)
    layers = []
    layer = np.flatnonzero(moving & (waiting == 0))
    while layer.size:
        layers.append(layer)
        parents, arrived = np.unique(g[layer], return_counts=True)
        waiting[parents] -= arrived
        layer = parents[(waiting[parents] == 0) & moving[parents]]
    cycles = []
    on_cycle = moving & (waiting > 0)
    # A fixed point's own tree is gone by now, so what still waits is waited for by a cycle.
    for start in np.flatnonzero(on_cycle):
        if on_cycle[start]:
            cycle = [start]
            while g[cycle[-1]] != start:
                cycle.append(g[cycle[-1]])
            on_cycle[cycle] = False
            cycles.append(np.array(cycle))
    return Arrows(g, tuple(layers), np.flatnonzero(~moving), tuple(cycles))


def cheapest_labelling(graph: Arrows, prices: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the firm f that minimises Σ_x prices[x, f(x)] + Σ_{x≠g(x)} weight[x]·[f(x) = f(g(x))].

    Parameters
    ----------
    graph
        The map g, taken apart; n features.
    prices
        Shape (n, n_labels), at least 0, inf where a label is not allowed; some label of each
        feature must be.
    weight
        Shape (n,), at least 0.

    Returns
    -------
    np.ndarray
        The labels f(x), shape (n,).
    """
    # subtree[x, y]: the least price of all that hangs from x if f(x) = y, up to a constant of x.
    g, subtree = graph.g, prices.copy()
    for layer in graph.layers:
        rows = subtree[layer]
        best, places = rows.argmin(axis=1), np.arange(layer.size)
        least = rows[places, best]
        rows[places, best] = np.inf
        spared = np.minimum(rows.min(axis=1) - least, weight[layer])
        np.add.at(subtree, (g[layer], best), spared)
    firm = np.zeros(g.size, dtype=np.int64)
    firm[graph.fixed] = subtree[graph.fixed].argmin(axis=1)
    for cycle in graph.cycles:
        firm[cycle] = _cheapest_round(subtree[cycle], weight[cycle])
    for layer in reversed(graph.layers):
        rows = subtree[layer]
        rows[np.arange(layer.size), firm[g[layer]]] += weight[layer]
        firm[layer] = rows.argmin(axis=1)
    return firm


def _cheapest_round(prices: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return the cheapest labels around one cycle of length k ≥ 2, shape (k,)."""
    length, n_labels = prices.shape
    same = np.eye(n_labels)
    best_total, best = np.inf, np.zeros(0, dtype=int)
    for first in range(n_labels):
        total = np.full(n_labels, np.inf)
        total[first] = prices[0, first]
        came_from = []
        for step in range(1, length):
            paths = total[:, np.newaxis] + weight[step - 1] * same
            came_from.append(paths.argmin(axis=0))
            total = paths.min(axis=0) + prices[step]
        total = total + weight[-1] * same[first]
        if not best.size or total.min() < best_total:
            best_total = total.min()
            labels = [int(total.argmin())]
            for previous in reversed(came_from):
                labels.append(int(previous[labels[-1]]))
            best = np.array(labels[::-1])
    return best

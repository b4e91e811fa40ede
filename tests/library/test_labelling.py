import itertools

import numpy as np
import pytest
from hypothesis import given, settings

from collective_action.learners.optimal.labelling import arrows, cheapest_labelling
from support.populations import SEEDS

pytestmark = pytest.mark.numerical


def price_of(firm, g, prices, weight):
    same = (firm == firm[g]) & (g != np.arange(g.size))
    return prices[np.arange(g.size), firm].sum() + weight[same].sum()


@settings(max_examples=40)
@given(SEEDS)
def test_the_cheapest_labelling_is_cheapest_on_any_map(seed):
    rng = np.random.default_rng(seed)
    for _ in range(10):
        n, n_labels = rng.integers(1, 6, endpoint=True), rng.integers(2, 3, endpoint=True)
        g = rng.permutation(n) if rng.random() < 0.4 else rng.integers(0, n, n)
        prices = rng.integers(0, 5, (n, n_labels)).astype(float)
        prices[rng.random(prices.shape) < 0.2] = np.inf
        prices[np.arange(n), rng.integers(0, n_labels, n)] = 0.0
        weight = rng.integers(0, 4, n).astype(float)
        firm = cheapest_labelling(arrows(g), prices, weight)
        least = min(
            price_of(np.array(labels), g, prices, weight)
            for labels in itertools.product(range(n_labels), repeat=n)
        )
        assert price_of(firm, g, prices, weight) == least


def test_a_map_is_taken_apart_into_trees_fixed_points_and_cycles():
    #  0 → 1 → 2 ⟲    3 → 4 → 5 → 3    6 → 4
    graph = arrows(np.array([1, 2, 2, 4, 5, 3, 4]))
    np.testing.assert_array_equal(graph.fixed, [2])
    assert [list(layer) for layer in graph.layers] == [[0, 6], [1]]
    assert [list(cycle) for cycle in graph.cycles] == [[3, 4, 5]]

import numpy as np
import pytest
from hypothesis import given, settings

from collective_action.population import Population
from collective_action.strategies import Signal, erasure, feature_label, feature_only, signal_mass
from support.populations import SEEDS, worlds

pytestmark = pytest.mark.numerical

# Three features, two labels. g sends features 0 and 1 to feature 1 and leaves 2 alone.
BASE = Population([[0.1, 0.3], [0.2, 0.1], [0.25, 0.05]])
G = np.array([1, 1, 2])


def test_feature_label_plants_the_target_wherever_g_leads():
    planted = feature_label(BASE, Signal(G, 1))
    np.testing.assert_allclose(planted.joint, [[0, 0], [0, 0.7], [0, 0.3]])


def test_feature_only_moves_only_those_who_have_the_target():
    planted = feature_only(BASE, Signal(G, 1))
    np.testing.assert_allclose(planted.joint, [[0.1, 0], [0.2, 0.4], [0.25, 0.05]])


def test_erasure_gives_everyone_the_likeliest_label_at_the_signal():
    planted = erasure(BASE, G)
    np.testing.assert_allclose(planted.joint, [[0.4, 0], [0.3, 0], [0.3, 0]])
    np.testing.assert_array_equal(erasure(BASE, Signal(G, 1)).joint, planted.joint)


def test_the_signal_set_is_the_image_of_g():
    np.testing.assert_array_equal(Signal(G, 0).points, [1, 2])
    np.testing.assert_allclose(signal_mass(BASE, G), [0, 0.7, 0.3])


@pytest.mark.parametrize(
    ("g", "target", "message"),
    [
        ([0, 3, 0], 0, r"g\[1\] is 3: it must be in \[0, 3\)"),
        ([0, -1, 0], 0, r"g\[1\] is -1"),
        ([0.0, 1.0], 0, r"g has dtype float64: it must hold integers"),
        ([True, False], 0, r"g has dtype bool"),
        ([[0, 1]], 0, r"g has shape \(1, 2\): it must have one dimension"),
        ([0, 1], -1, r"target is -1: a label is at least 0"),
        ([0, 1], 0.5, r"target is 0\.5: it must be an integer label"),
    ],
)
def test_a_signal_that_is_no_signal_is_refused(g, target, message):
    with pytest.raises(ValueError, match=message):
        Signal(g, target)


@pytest.mark.parametrize("strategy", [feature_label, feature_only])
def test_a_signal_for_another_population_is_refused(strategy):
    with pytest.raises(ValueError, match=r"g has 2 entries: the population has 3"):
        strategy(BASE, Signal([0, 1], 0))
    with pytest.raises(ValueError, match=r"target is 2: it must be in \[0, 2\)"):
        strategy(BASE, Signal(G, 2))
    with pytest.raises(ValueError, match=r"signal is a ndarray: planting needs a Signal"):
        strategy(BASE, G)


def test_erasure_refuses_to_copy_a_label_from_an_empty_feature():
    hollow = Population([[0.5, 0.5], [0, 0]])
    with pytest.raises(ValueError, match=r"g\[0\] is 1, a feature that nobody has"):
        erasure(hollow, [1, 1])
    np.testing.assert_allclose(erasure(hollow, [0, 1]).joint, [[1, 0], [0, 0]])
    with pytest.raises(ValueError, match=r"g has 2 entries: the population has 3"):
        erasure(BASE, [0, 1])


def test_a_signal_cannot_be_changed_afterwards():
    source = np.array([1, 1])
    signal = Signal(source, 0)
    source[0] = 0
    assert signal.g[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        signal.g[0] = 0


@settings(derandomize=True, max_examples=20, deadline=None)
@given(SEEDS)
def test_each_strategy_is_the_law_of_what_it_does_to_each_person(seed):
    for world in worlds(seed, 10, onto_people=True):
        g, target = world.g, world.target
        expected = np.zeros((3, *world.counts.shape))
        for (x, y), people in np.ndenumerate(world.counts):
            expected[0, g[x], target] += people
            expected[1, g[x] if y == target else x, y] += people
            expected[2, x, world.counts[g[x]].argmax()] += people
        expected /= world.counts.sum()
        signal = Signal(g, target)
        for strategy, law in zip((feature_label, feature_only, erasure), expected, strict=True):
            np.testing.assert_allclose(strategy(world.population, signal).joint, law, atol=1e-12)

import numpy as np
import pytest
from hypothesis import given, settings

from collective_action.population import Population
from collective_action.strategies import (
    Erasure,
    FeatureLabel,
    FeatureOnly,
    Leave,
    Signal,
    signal_mass,
)
from support.populations import SEEDS, STRATEGIES, worlds_for

pytestmark = pytest.mark.numerical

# Three features, two labels. g sends features 0 and 1 to feature 1 and leaves 2 alone.
BASE = Population([[0.1, 0.3], [0.2, 0.1], [0.25, 0.05]])
G = np.array([1, 1, 2])


def test_feature_label_plants_the_target_wherever_g_leads():
    planted = FeatureLabel(Signal(G, 1)).law(BASE)
    np.testing.assert_allclose(planted.joint, [[0, 0], [0, 0.7], [0, 0.3]])


def test_feature_only_moves_only_those_who_have_the_target():
    planted = FeatureOnly(Signal(G, 1)).law(BASE)
    np.testing.assert_allclose(planted.joint, [[0.1, 0], [0.2, 0.4], [0.25, 0.05]])


def test_erasure_gives_everyone_the_likeliest_label_at_the_signal():
    planted = Erasure(G).law(BASE)
    np.testing.assert_allclose(planted.joint, [[0.4, 0], [0.3, 0], [0.3, 0]])
    np.testing.assert_array_equal(Erasure(Signal(G, 1)).law(BASE).joint, planted.joint)


def test_erasure_files_the_labels_that_members_agree_on():
    planted = Erasure(G, [1, 1, 0]).law(BASE)
    np.testing.assert_allclose(planted.joint, [[0, 0.4], [0, 0.3], [0.3, 0]])
    with pytest.raises(ValueError, match=r"labels has 2 entries: g has 3"):
        Erasure(G, [1, 1])


def test_leaving_takes_the_members_rivals_off_the_signal_set():
    planted = Leave(Signal(G, 1), refuge=0).law(BASE)
    np.testing.assert_allclose(planted.joint, [[0.55, 0], [0, 0.4], [0, 0.05]])


@pytest.mark.parametrize(
    ("refuge", "message"),
    [
        (1, r"refuge is 1, a signal point: it must be a feature that g sends nobody to"),
        (3, r"refuge is 3: it must be in \[0, 3\)"),
        (-1, r"refuge is -1: it must be in \[0, 3\)"),
        (0.5, r"refuge has dtype float64: it must hold integers"),
        ([1, 0, 2], r"refuge\[2\] is 2, a signal point"),
        ([0, 0, 3], r"refuge\[2\] is 3: it must be in \[0, 3\)"),
        ([0, 0], r"refuge has 2 entries: g has 3"),
        ([[0, 0, 0]], r"refuge has shape \(1, 3\): it must have one dimension"),
    ],
)
def test_a_refuge_is_off_the_signal_set(refuge, message):
    with pytest.raises(ValueError, match=message):
        Leave(Signal(G, 1), refuge)


def test_each_signal_point_may_have_a_refuge_of_its_own():
    # g sends everybody to feature 1 or 3; from 1 they leave for 0, from 3 for 2. The entries at 0
    # and 2, which nobody has to leave, may say anything.
    base = Population([[0.1, 0.2], [0.2, 0.1], [0.05, 0.05], [0.25, 0.05]])
    signal = Signal([1, 1, 3, 3], 1)
    strategy = Leave(signal, [1, 0, 3, 2])
    expected = [[0.3, 0], [0, 0.3], [0.3, 0], [0, 0.1]]
    np.testing.assert_allclose(strategy.law(base).joint, expected)
    np.testing.assert_array_equal(Leave(signal, [0] * 4).refuge, Leave(signal, 0).refuge)


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


@pytest.mark.parametrize("strategy", [FeatureLabel, FeatureOnly, lambda signal: Leave(signal, 1)])
def test_a_signal_for_another_population_is_refused(strategy):
    with pytest.raises(ValueError, match=r"g has 2 entries: the population has 3"):
        strategy(Signal([0, 0], 0)).law(BASE)
    with pytest.raises(ValueError, match=r"target is 2: it must be in \[0, 2\)"):
        strategy(Signal([0, 0, 2], 2)).law(BASE)
    with pytest.raises(ValueError, match=r"signal is a ndarray: planting needs a Signal"):
        strategy(G)


def test_erasure_refuses_to_copy_a_label_from_an_empty_feature():
    hollow = Population([[0.5, 0.5], [0, 0]])
    with pytest.raises(ValueError, match=r"g\[0\] is 1, a feature that nobody has"):
        Erasure([1, 1]).law(hollow)
    np.testing.assert_allclose(Erasure([0, 1]).law(hollow).joint, [[1, 0], [0, 0]])
    with pytest.raises(ValueError, match=r"g has 2 entries: the population has 3"):
        Erasure([0, 1]).law(BASE)


def test_a_signal_cannot_be_changed_afterwards():
    source = np.array([1, 1])
    signal = Signal(source, 0)
    source[0] = 0
    assert signal.g[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        signal.g[0] = 0


@pytest.mark.parametrize("name", STRATEGIES)
@settings(max_examples=20)
@given(seed=SEEDS)
def test_each_strategy_is_the_law_of_what_it_does_to_each_person(name, seed):
    for world in worlds_for(name, seed, 10):
        g, target = world.g, world.target
        expected = np.zeros(world.counts.shape)
        for (x, y), people in np.ndenumerate(world.counts):
            filed = {
                "feature-label": (g[x], target),
                "feature-only": (g[x] if y == target else x, y),
                "copying": (g[x], y),
                "erasure": (x, world.counts[g[x]].argmax()),
            }
            if name == "leave":
                stay = world.refuge if x in g else x
                filed["leave"] = (g[x] if y == target else stay, y)
            expected[filed[name]] += people
        law = world.strategy(name).law(world.population)
        np.testing.assert_allclose(law.joint, expected / world.counts.sum(), atol=1e-12)

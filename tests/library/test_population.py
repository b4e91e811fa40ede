import numpy as np
import pytest
from hypothesis import given, settings

from collective_action.population import Population
from support.populations import SEEDS, worlds

pytestmark = pytest.mark.numerical

EVEN = Population([[0.25, 0.25], [0.5, 0.0]])


@pytest.mark.parametrize(
    ("joint", "message"),
    [
        ([[0.5, 0.2], [0.2, 0.0]], r"joint sums to 0\.9: it must sum to 1 within 1e-09"),
        ([[0.5, 0.5], [1e-8, 0.0]], r"joint sums to 1\.00000001"),
        ([[0.5, 0.7], [0.0, -0.2]], r"joint\[1, 1\] is -0\.2: a mass is finite and at least 0"),
        ([[0.5, 0.5], [np.nan, 0.0]], r"joint\[1, 0\] is nan"),
        ([[0.5, np.inf], [0.5, 0.0]], r"joint\[0, 1\] is inf"),
        ([0.5, 0.5], r"joint has shape \(2,\): it must have 2 dimension"),
        ([[0.5], [0.5]], r"joint has shape \(2, 1\): it needs at least one feature and two labels"),
        (np.zeros((0, 2)), r"joint has shape \(0, 2\)"),
        ([["a", "b"]], r"joint must be an array of numbers"),
        ([[0.5, 0.5], [0.0]], r"joint must be an array of numbers"),
    ],
)
def test_a_joint_that_is_no_law_is_refused(joint, message):
    with pytest.raises(ValueError, match=message):
        Population(joint)


def test_rounding_below_the_tolerance_is_accepted():
    assert Population([[0.5, 0.5 + 5e-10]]).n_features == 1


def test_the_law_is_read_only_and_detached_from_its_source():
    source = np.array([[0.25, 0.25], [0.5, 0.0]])
    population = Population(source)
    source[0, 0] = 1.0
    assert population.joint[0, 0] == 0.25
    for array in (population.joint, population.marginal, population.conditional):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_marginal_and_conditional():
    population = Population([[0.2, 0.6], [0.2, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(population.marginal, [0.8, 0.2, 0.0])
    np.testing.assert_allclose(population.conditional, [[0.25, 0.75], [1.0, 0.0], [np.nan, np.nan]])


def test_mix_and_total_variation_by_hand():
    other = Population([[1.0, 0.0], [0.0, 0.0]])
    mixed = EVEN.mix(other, 0.2)
    np.testing.assert_allclose(mixed.joint, [[0.4, 0.2], [0.4, 0.0]])
    assert EVEN.total_variation(other) == pytest.approx(0.75)
    assert EVEN.total_variation(mixed) == pytest.approx(0.2 * 0.75)
    assert EVEN.total_variation(EVEN) == 0.0


@pytest.mark.parametrize(
    ("alpha", "message"),
    [
        (-0.1, r"alpha is -0\.1: it must be in \[0, 1\]"),
        (1.1, r"alpha is 1\.1"),
        (np.nan, r"alpha is nan"),
        ([0.1, 0.2], r"alpha has shape \(2,\): it must be a single number"),
    ],
)
def test_mix_refuses_a_share_outside_the_unit_interval(alpha, message):
    with pytest.raises(ValueError, match=message):
        EVEN.mix(EVEN, alpha)


def test_two_laws_must_have_one_shape():
    with pytest.raises(ValueError, match=r"other\.joint has shape \(1, 2\): it must have \(2, 2\)"):
        EVEN.mix(Population([[0.5, 0.5]]), 0.5)
    with pytest.raises(ValueError, match=r"other\.joint has shape"):
        EVEN.total_variation(Population([[0.5, 0.5]]))


def test_sampling_is_reproducible_and_converges():
    features, labels = EVEN.sample(40_000, 7)
    again, _ = EVEN.sample(40_000, np.random.default_rng(7))
    np.testing.assert_array_equal(features, again)
    estimate = Population.from_samples(features, labels, 2, 2)
    assert estimate.joint[1, 1] == 0.0
    assert estimate.total_variation(EVEN) < 0.02
    assert EVEN.sample(0, 7)[0].shape == (0,)
    with pytest.raises(ValueError, match="n is -1"):
        EVEN.sample(-1, 7)


@pytest.mark.parametrize(
    ("features", "labels", "message"),
    [
        ([0, 2], [0, 0], r"features\[1\] is 2: it must be in \[0, 2\)"),
        ([0, 1], [0, -1], r"labels\[1\] is -1: it must be in \[0, 2\)"),
        ([0, 1], [0], r"features has 2 entries and labels 1"),
        ([0.0, 1.0], [0, 1], r"features has dtype float64: it must hold integers"),
        (np.zeros(0, int), np.zeros(0, int), r"features is empty"),
    ],
)
def test_from_samples_refuses_what_are_not_observations(features, labels, message):
    with pytest.raises(ValueError, match=message):
        Population.from_samples(features, labels, 2, 2)


@settings(max_examples=20)
@given(SEEDS)
def test_mixing_moves_exactly_alpha_of_the_way(seed):
    rng = np.random.default_rng(seed)
    for world in worlds(seed, 10):
        other = Population(rng.dirichlet(np.ones(world.counts.size)).reshape(world.counts.shape))
        alpha = rng.uniform()
        population = world.population
        distance = population.total_variation(population.mix(other, alpha))
        assert distance == pytest.approx(alpha * population.total_variation(other))

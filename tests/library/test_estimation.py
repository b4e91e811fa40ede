import numpy as np
import pytest

from collective_action import bounds
from collective_action.estimation import estimate
from collective_action.learners.optimal import critical_mass, success_curve
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, Signal

pytestmark = pytest.mark.numerical

TRUTH = Population(np.random.default_rng(2).dirichlet(np.ones(15)).reshape(5, 3))
SIGNAL = Signal([0, 0, 2, 2, 2], 1)
PLANT = FeatureLabel(SIGNAL)
ALPHAS = np.linspace(0, 1, 6)


def unique(population):
    return bounds.uniqueness(population, SIGNAL)


def curve(population):
    return success_curve(population, PLANT, ALPHAS)


def test_the_estimate_is_the_quantity_of_the_empirical_law():
    features, labels = TRUTH.sample(500, 0)
    empirical = Population.from_samples(features, labels, 5, 3)
    found = estimate(curve, features, labels, 5, 3, rng=1, resamples=99)
    np.testing.assert_array_equal(found.value, curve(empirical))
    assert found.low.shape == found.high.shape == ALPHAS.shape
    assert (found.low <= found.high).all()
    again = estimate(curve, features, labels, 5, 3, rng=np.random.default_rng(1), resamples=99)
    np.testing.assert_array_equal(found.low, again.low)


def test_any_quantity_of_a_population_can_be_estimated():
    features, labels = TRUTH.sample(5_000, 3)
    found = estimate(lambda law: critical_mass(law, PLANT, 0.5), features, labels, 5, 3, rng=4)
    assert found.low <= critical_mass(TRUTH, PLANT, 0.5) <= found.high
    assert np.ndim(found.value) == 0


def test_the_band_covers_the_truth_about_as_often_as_it_says():
    truth, covered = unique(TRUTH), 0
    for seed in range(60):
        features, labels = TRUTH.sample(200, seed)
        band = estimate(unique, features, labels, 5, 3, rng=seed, confidence=0.9, resamples=199)
        covered += band.low <= truth <= band.high
    assert 46 <= covered <= 59


def test_the_band_of_a_rare_signal_stays_a_fraction():
    features = np.repeat([0, 2], [298, 2])
    signal = Signal([2, 2, 2, 2, 2], 1)
    found = estimate(
        lambda law: bounds.uniqueness(law, signal),
        features,
        np.zeros(300, dtype=int),
        n_features=5,
        n_labels=3,
        rng=0,
        resamples=199,
    )
    assert found.value == pytest.approx(2 / 300)
    assert 0 <= found.low < found.value < found.high


def test_four_times_the_data_halve_the_band():
    widths = []
    for n in (400, 1_600):
        band = estimate(unique, *TRUTH.sample(n, 5), 5, 3, rng=6, resamples=499)
        widths.append(band.high - band.low)
    assert widths[1] / widths[0] == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"confidence": 1.0}, r"confidence is 1\.0: it must be strictly between 0 and 1"),
        ({"resamples": 1}, r"resamples is 1: it must be at least 2"),
        ({"features": [0], "labels": [0]}, r"features has 1 entry"),
        ({"features": [0, 5]}, r"features\[1\] is 5: it must be in \[0, 5\)"),
        ({"labels": [0, 1, 2]}, r"features has 2 entries and labels 3"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    given = {"features": [0, 1], "labels": [0, 1], **arguments}
    with pytest.raises(ValueError, match=message):
        estimate(
            unique,
            given.pop("features"),
            given.pop("labels"),
            n_features=5,
            n_labels=3,
            rng=0,
            **given,
        )


def test_the_band_is_of_the_level_that_was_asked_for():
    """A normal band at 95 % is 2.9 times as wide as one at 50 %."""
    rng = np.random.default_rng(0)
    features, labels = rng.integers(0, 4, 2_000), rng.integers(0, 2, 2_000)
    widths = []
    for confidence in (0.5, 0.95):
        found = estimate(
            lambda law: law.marginal[0], features, labels, 4, 2, confidence=confidence, rng=1
        )
        widths.append(float(found.high - found.low))
    assert widths[1] / widths[0] == pytest.approx(1.96 / 0.674, rel=0.15)


def test_the_band_is_of_as_many_resamples_as_were_asked_for():
    features, labels = TRUTH.sample(200, 0)

    def looks(**resamples):
        seen = []
        estimate(lambda law: seen.append(law) or 0.0, features, labels, 5, 3, rng=0, **resamples)
        return len(seen)

    few = looks(resamples=10)
    assert looks(resamples=25) - few == 15
    assert looks() - few == 989
    assert looks(resamples=2) == few - 8


def test_another_seed_draws_other_resamples():
    features, labels = TRUTH.sample(200, 0)
    first, second = (
        estimate(lambda law: law.marginal, features, labels, 5, 3, rng=seed, resamples=20)
        for seed in (0, 1)
    )
    assert not np.array_equal(first.low, second.low)

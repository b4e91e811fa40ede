"""Intervals from a sample: how often they hold the truth, at every size."""

import numpy as np
import pytest
from scipy import stats

from collective_action import bounds, estimation
from collective_action.learners.optimal import critical_mass
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, Signal
from collective_action.worlds import couriers

pytestmark = pytest.mark.numerical

RELAY = couriers.reports(uniqueness=0.01, gap=0.6)
JUNIPER = Signal(couriers.write("juniper"), couriers.BUILDING)
SMALL = Population(np.random.default_rng(2).dirichlet(np.ones(15)).reshape(5, 3))
SIGNAL = Signal([0, 0, 2, 2, 2], 1)


def lead(law, signal):
    rows = law.joint[signal.points]
    return (rows.max(axis=1) - rows[:, signal.target]).sum()


QUANTITIES = {
    "uniqueness": (bounds.uniqueness, estimation.uniqueness),
    "gap": (bounds.suboptimality_gap, estimation.suboptimality_gap),
    "lead": (lead, estimation.total_lead),
    "positivity": (bounds.positivity, estimation.positivity),
    "critical mass": (
        lambda law, signal: critical_mass(law, FeatureLabel(signal), 0.9),
        lambda counts, signal: estimation.critical_mass(counts, signal, 0.9),
    ),
}


def tables(law, n, times, seed=0):
    drawn = np.random.default_rng(seed).multinomial(n, law.joint.ravel(), size=times)
    return drawn.reshape(times, law.n_features, law.n_labels)


@pytest.mark.parametrize("name", QUANTITIES)
@pytest.mark.parametrize(("law", "signal"), [(RELAY, JUNIPER), (SMALL, SIGNAL)])
@pytest.mark.parametrize("n", [50, 1_000, 5_000])
def test_at_least_93_of_100_intervals_at_95_hold_the_truth(name, law, signal, n):
    quantity, interval = QUANTITIES[name]
    truth = quantity(law, signal)
    found = [interval(table, signal) for table in tables(law, n, 300)]
    assert np.mean([band.low <= truth <= band.high for band in found]) >= 0.93


def test_the_percentile_bootstrap_does_not_hold_a_critical_mass():
    """The weakened interval, refuted by the same search: the same sample, drawn again."""
    truth = critical_mass(RELAY, FeatureLabel(JUNIPER), 0.9)
    held, rng = 0, np.random.default_rng(1)
    for table in tables(RELAY, 5_000, 60):
        again = rng.multinomial(5_000, (table / 5_000).ravel(), size=99)
        masses = [
            abs(critical_mass(Population(row.reshape(80, 3) / 5_000), FeatureLabel(JUNIPER), 0.9))
            for row in again
        ]
        low, high = np.quantile(masses, [0.025, 0.975])
        held += low <= truth <= high
    assert held / 60 < 0.25


@pytest.mark.parametrize("name", QUANTITIES)
def test_the_value_is_that_of_the_empirical_law_and_lies_in_the_interval(name):
    quantity, interval = QUANTITIES[name]
    for seed in range(20):
        table = tables(SMALL, 400, 1, seed)[0]
        found = interval(table, SIGNAL)
        assert found.value == pytest.approx(abs(quantity(Population(table / 400), SIGNAL)))
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_uniqueness_has_the_exact_interval_of_one_share():
    table = tables(SMALL, 300, 1)[0]
    seen = int(table[SIGNAL.points].sum())
    found = estimation.uniqueness(table, SIGNAL, confidence=0.9)
    exact = stats.binomtest(seen, 300).proportion_ci(0.9, method="exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))


def test_more_data_and_less_confidence_narrow_the_interval():
    def width(n, confidence):
        found = estimation.critical_mass(tables(SMALL, n, 1)[0], SIGNAL, 0.9, confidence=confidence)
        return found.high - found.low

    assert width(100_000, 0.95) < width(1_000, 0.95)
    assert width(1_000, 0.5) < width(1_000, 0.99)


def test_limits_of_nothing_and_of_everything():
    low, high = estimation.limits([0, 0, 10], [0, 10, 10], 0.05)
    np.testing.assert_allclose(low, [0, 0, 0.05**0.1])
    np.testing.assert_allclose(high, [1, 1 - 0.05**0.1, 1])


TABLE = np.ones((5, 3), dtype=int)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: estimation.limits(3, 2, 0.1), "seen must be at least 0 and at most n"),
        (lambda: estimation.limits(1, 2, 0.0), "level is 0.0: it must be strictly"),
        (lambda: estimation.uniqueness(TABLE, SIGNAL, confidence=1.0), "confidence is 1.0"),
        (lambda: estimation.uniqueness(TABLE * 0.5, SIGNAL), "counts must hold whole numbers"),
        (lambda: estimation.uniqueness(TABLE * 0, SIGNAL), "counts holds nobody"),
        (lambda: estimation.uniqueness(TABLE[0], SIGNAL), r"counts has shape \(3,\)"),
        (lambda: estimation.uniqueness(TABLE[:4], SIGNAL), "g has 5 entries"),
        (lambda: estimation.critical_mass(TABLE, SIGNAL, 0.0), "success is 0: every size"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

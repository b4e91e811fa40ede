"""Losses, their gradients and Hessians, and the minimiser of a mixture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.special import expit

from collective_action.learners.risk import (
    Logistic,
    Multinomial,
    Records,
    Squared,
    SquaredDistance,
    mean_gradient,
    mean_value,
    minimiser,
)

pytestmark = pytest.mark.numerical

LOSSES = [
    SquaredDistance(),
    Squared(),
    Squared(0.3),
    Logistic(),
    Logistic(0.05),
    Multinomial(3, 0.1),
]


def some_records(loss, rng, n=60, d=3) -> Records:
    features = rng.normal(size=(n, d))
    classes = loss.n_classes if isinstance(loss, Multinomial) else 2
    labels = (
        rng.normal(size=n) if isinstance(loss, Squared) else rng.integers(classes, size=n) * 1.0
    )
    weights = rng.random(n)
    return Records(features, labels, weights / weights.sum())


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_gradients_and_hessians_are_derivatives(loss):
    rng = np.random.default_rng(1)
    records = some_records(loss, rng)
    theta = rng.normal(size=loss.parameters(3))
    step = 1e-5
    for i, axis in enumerate(np.eye(len(theta))):
        up, down = theta + step * axis, theta - step * axis
        slope = loss.value(up, records.features, records.labels) - loss.value(
            down, records.features, records.labels
        )
        exact = loss.gradient(theta, records.features, records.labels)[:, i]
        np.testing.assert_allclose(slope / (2 * step), exact, atol=1e-8)
        bend = mean_gradient(loss, up, records) - mean_gradient(loss, down, records)
        np.testing.assert_allclose(bend / (2 * step), loss.hessian(theta, records)[:, i], atol=1e-8)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_the_minimiser_is_stationary_and_least(loss):
    rng = np.random.default_rng(2)
    records = some_records(loss, rng)
    best = minimiser(loss, records)
    assert np.linalg.norm(mean_gradient(loss, best, records)) < 1e-9
    for _ in range(20):
        elsewhere = best + 0.1 * rng.normal(size=len(best))
        assert mean_value(loss, elsewhere, records) > mean_value(loss, best, records)


@settings(max_examples=60)
@given(st.sampled_from(LOSSES), st.integers(0, 10**6))
def test_strong_convexity_is_a_lower_bound_on_curvature(loss, seed):
    rng = np.random.default_rng(seed)
    records = some_records(loss, rng, n=12)
    here, there = rng.normal(size=(2, loss.parameters(3)))
    turn = mean_gradient(loss, here, records) - mean_gradient(loss, there, records)
    gap = here - there
    assert turn @ gap >= loss.strong_convexity(records) * gap @ gap - 1e-9


@pytest.mark.parametrize("penalty", np.logspace(-7, -3, 25))
def test_a_minimiser_of_separable_classes_is_found_to_the_last_digits(penalty):
    """Two records, one of each class: λθ = σ(−θ), where Newton's first steps are long."""
    records = Records([[-1.0], [1.0]], [0.0, 1.0])
    exact = optimize.brentq(lambda t: penalty * t - expit(-t), 0, 50, xtol=1e-13)
    assert minimiser(Logistic(penalty), records)[0] == pytest.approx(exact, rel=1e-9)


def test_a_column_ten_thousand_times_smaller_is_still_a_column():
    rng = np.random.default_rng(5)
    features = rng.normal(size=(50, 2)) * [1.0, 1e-4]
    labels = features @ [1.0, -1e4] + rng.normal(size=50)
    found = minimiser(Squared(), Records(features, labels))
    assert found == pytest.approx(np.linalg.lstsq(features, labels)[0], rel=1e-6)


def test_a_sample_follows_the_weights():
    records = Records([[0.0], [1.0], [2.0]], weights=[0.7, 0.3, 0.0])
    drawn = records.sample(20_000, 4).features[:, 0]
    # Four standard deviations of a share of 20,000 draws.
    assert np.mean(drawn == 1) == pytest.approx(0.3, abs=0.013)
    assert (drawn < 2).all()


def test_least_squares_has_the_largest_constant_it_may_have():
    records = some_records(Squared(0.3), np.random.default_rng(3))
    spectrum = np.linalg.eigvalsh(Squared(0.3).hessian(None, records))
    assert Squared(0.3).strong_convexity(records) == pytest.approx(spectrum[0], rel=1e-12)


def test_two_classes_of_a_multinomial_are_a_logistic_regression():
    rng = np.random.default_rng(4)
    records = some_records(Logistic(), rng)
    theta = rng.normal(size=3)
    both = np.concatenate([np.zeros(3), theta])
    two = Multinomial(2, 1e-12)
    np.testing.assert_allclose(
        two.value(both, records.features, records.labels),
        Logistic().value(theta, records.features, records.labels),
        atol=1e-10,
    )
    np.testing.assert_allclose(
        two.gradient(both, records.features, records.labels)[:, 3:],
        Logistic().gradient(theta, records.features, records.labels),
        atol=1e-10,
    )


def test_a_penalty_counts_once_in_a_mixture():
    rng = np.random.default_rng(5)
    loss = Squared(0.4)
    ours, theirs = some_records(loss, rng), some_records(loss, rng)
    theta = rng.normal(size=3)
    mixed = mean_gradient(loss, theta, ours.mix(theirs, 0.3))
    parts = 0.7 * mean_gradient(loss, theta, ours) + 0.3 * mean_gradient(loss, theta, theirs)
    np.testing.assert_allclose(mixed, parts, atol=1e-14)


def test_data_that_determine_no_minimiser_are_refused():
    separable = Records([[1.0, -2.0], [1.0, -1.0], [1.0, 1.0], [1.0, 2.0]], [0, 0, 1, 1])
    with pytest.raises(ValueError, match="do not determine a minimiser"):
        minimiser(Logistic(), separable)
    assert np.isfinite(minimiser(Logistic(0.01), separable)).all()
    collinear = Records([[1.0, 2.0], [2.0, 4.0]], [1.0, 3.0])
    with pytest.raises(ValueError, match="singular second moment"):
        minimiser(Squared(), collinear)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Records([[1.0], [2.0]], [1.0]), "labels has 1 entries"),
        (lambda: Records([[np.nan]]), r"features\[0, 0\] is not finite"),
        (lambda: Records([[1.0], [2.0]], None, [0.5, 0.6]), "weights sums to 1.1"),
        (lambda: Records([[1.0], [2.0]], None, [-0.5, 1.5]), r"weights\[0\] is -0.5"),
        (lambda: Records(np.zeros((0, 2))), r"features has shape \(0, 2\)"),
        (lambda: Records([[1.0]]).mix(Records([[1.0, 2.0]]), 0.5), "other.features has 2 columns"),
        (lambda: Records([[1.0]]).mix(Records([[1.0]]), 1.5), "alpha is 1.5"),
        (lambda: Records([[1.0]]).sample(0, 0), "n is 0"),
        (lambda: Squared(-1), "penalty is -1.0"),
        (lambda: Multinomial(1, 0.1), "n_classes is 1.0"),
        (lambda: Multinomial(3, 0.0), "penalty is 0.0: it must be above 0"),
        (lambda: Logistic().value([0.0], [[1.0]], [0.5]), r"labels\[0\] is 0.5"),
        (lambda: Squared().gradient([0.0, 1.0], [[1.0]], [1.0]), "theta has 2 entries"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()

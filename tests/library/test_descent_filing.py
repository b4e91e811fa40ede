"""Descent on filed records: fixed records are Setting II, and late records still pull back."""

import numpy as np
import pytest

from collective_action.learners.descent import descend_on_records
from collective_action.learners.risk import (
    Box,
    Logistic,
    Records,
    Squared,
    SquaredDistance,
    anything,
    mean_gradient,
    minimiser,
    steer,
)

pytestmark = pytest.mark.numerical


def fixed(records):
    """Return the plan that files these records whatever it sees."""
    return lambda seen: records


def problem(rng):
    """Return a random least-squares population, a start, a target and how it is reached."""
    while True:
        p = int(rng.integers(1, 4))
        features = rng.normal(size=(12, p))
        features[:, 0] = 1
        population = Records(features, rng.normal(size=12), rng.dirichlet(np.ones(12)))
        target = rng.normal(size=p)
        menu = anything(population, Box([1] + [-2] * (p - 1), [1] + [2] * (p - 1)), [-9.0, 9.0])
        steering = steer(Squared(), target, menu)
        if steering.critical_mass < 0.9:
            return population, rng.normal(size=p), target, steering


def spread(records):
    """Return E xxᵀ."""
    return np.einsum("n,ni,nj", records.weights, records.features, records.features)


def test_fixed_records_move_the_error_by_one_matrix_and_arrive_iff_its_step_is_short():
    rng = np.random.default_rng(71)
    arrived = left = 0
    for _ in range(40):
        population, start, target, steering = problem(rng)
        alpha = float(rng.uniform(steering.critical_mass, 1))
        records = steering.submission(alpha)
        curvature = alpha * spread(records) + (1 - alpha) * spread(population)
        steepest = np.linalg.eigvalsh(curvature)[-1]
        for share in (0.9, 1.1):
            eta = share * 2 / steepest
            thetas = descend_on_records(
                Squared(), population, fixed(records), alpha, start, eta, 25
            )
            error = start - target
            for theta in thetas:
                np.testing.assert_allclose(
                    theta - target, error, atol=1e-7 * (1 + np.abs(error).max())
                )
                error = error - eta * curvature @ error
            if np.linalg.eigvalsh(curvature)[0] > 5e-2 * steepest:
                far = descend_on_records(
                    Squared(), population, fixed(records), alpha, start, eta, 250
                )[-1]
                distance = np.linalg.norm(far - target)
                assert (distance < 1e-6) == (share < 1)
                arrived, left = arrived + (share < 1), left + (share > 1)
    assert arrived > 5
    assert left > 5


def test_the_others_curvature_alone_does_not_say_whether_fixed_records_arrive():
    """The condition on η without H_{P*}, that of submitted gradients, promises too much."""
    rng = np.random.default_rng(72)
    refuted = 0
    for _ in range(60):
        population, start, target, steering = problem(rng)
        alpha = float(rng.uniform(steering.critical_mass, 1))
        records = steering.submission(alpha)
        eta = 1.9 / ((1 - alpha) * np.linalg.eigvalsh(spread(population))[-1])
        curvature = alpha * spread(records) + (1 - alpha) * spread(population)
        if eta * np.linalg.eigvalsh(curvature)[-1] < 2.5:
            continue
        thetas = descend_on_records(Squared(), population, fixed(records), alpha, start, eta, 60)
        assert np.linalg.norm(thetas[-1] - target) > np.linalg.norm(start - target)
        refuted += 1
    assert refuted > 20


@pytest.mark.slow
@pytest.mark.parametrize("loss", [Squared(0.05), SquaredDistance(), Logistic(0.05)])
def test_fixed_records_bring_a_convex_firm_where_a_risk_minimiser_would_go(loss):
    rng = np.random.default_rng(73)
    for _ in range(5):
        features = rng.normal(size=(20, 2))
        population = Records(features, rng.integers(0, 2, size=20))
        records = Records(rng.normal(size=(5, 2)), rng.integers(0, 2, size=5))
        alpha = float(rng.uniform(0.1, 0.9))
        mixture = population.mix(records, alpha)
        rest = minimiser(loss, mixture)
        steepest = (
            1.05
            if isinstance(loss, SquaredDistance)
            else (np.linalg.eigvalsh(spread(mixture))[-1] + 0.05)
        )
        start = rng.normal(size=2)
        thetas = descend_on_records(
            loss, population, fixed(records), alpha, start, 1.9 / steepest, 1_000
        )
        distances = np.linalg.norm(thetas - rest, axis=1)
        assert distances[-1] < 1e-6
        assert (np.diff(distances) <= 1e-9).all()


def test_late_records_answer_with_their_own_curvature():
    """At θ, records chosen at θ̂ have the gradient g(θ̂) + H(θ − θ̂)."""
    rng = np.random.default_rng(74)
    for _ in range(20):
        population, start, target, _ = problem(rng)
        delay = int(rng.integers(1, 5))
        alpha, eta = 0.4, 0.02

        def plan(seen, population=population, target=target):
            pull = 3 * (seen - target) - 0.6 * mean_gradient(Squared(), seen, population)
            wanted = pull / 0.4
            # p records, record i with gradient p·wantedᵢ·eᵢ at what is seen
            features = np.eye(len(seen))
            return Records(features, seen - len(seen) * wanted)

        thetas = descend_on_records(Squared(), population, plan, alpha, start, eta, 12, delay=delay)
        whole = alpha * np.eye(len(start)) / len(start) + (1 - alpha) * spread(population)
        for t in range(12):
            now, seen = thetas[t] - target, thetas[max(t - delay, 0)] - target
            np.testing.assert_allclose(
                thetas[t + 1] - target, now - eta * (3 * seen + whole @ (now - seen)), atol=1e-9
            )


def test_what_is_published_is_what_the_plan_sees():
    population = Records([[1.0], [1.0]], [0.0, 2.0])
    views = []

    def plan(seen):
        views.append(seen.copy())
        return population

    thetas = descend_on_records(
        Squared(), population, plan, 0.5, [3.26], 0.5, 3, delay=1, published=np.round
    )
    np.testing.assert_allclose(thetas[:, 0], [3.26, 2.13, 1.565, 1.2825])
    np.testing.assert_array_equal(np.concatenate(views), [3, 3, 2])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"alpha": 1.5}, "alpha"),
        ({"start": [1.0, 2.0]}, "theta has 2"),
        ({"step_size": 0.0}, "step_size"),
        ({"steps": 0}, "steps"),
        ({"delay": -1}, "delay is -1"),
        ({"delay": 0.5}, "delay is 0.5"),
    ],
)
def test_bad_arguments_are_named(change, words):
    population = Records([[1.0], [1.0]], [0.0, 2.0])
    arguments = {"alpha": 0.5, "start": [0.0], "step_size": 0.1, "steps": 2} | change
    with pytest.raises(ValueError, match=words):
        descend_on_records(Squared(), population, fixed(population), **arguments)

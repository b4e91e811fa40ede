"""Attainable gradients: γ against closed forms, the three constraints, and the data returned."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from collective_action.learners.risk import (
    Ball,
    Box,
    Logistic,
    Multinomial,
    Records,
    Squared,
    SquaredDistance,
    anything,
    approach,
    candidates,
    features_only,
    furthest,
    labels_only,
    mean_gradient,
    outline,
    reach,
)
from collective_action.learners.risk.steepest import steepest

pytestmark = pytest.mark.numerical

seeds = st.integers(0, 10**6)


def unit(vector):
    return vector / np.linalg.norm(vector)


def regression(rng, loss, n=40, d=3):
    features = np.column_stack([np.ones(n), rng.normal(size=(n, d - 1))])
    scores = features @ rng.normal(size=d)
    labels = scores + 0.3 * rng.normal(size=n)
    if isinstance(loss, Logistic):
        labels = (rng.random(n) < 1 / (1 + np.exp(-scores))) * 1.0
    return Records(features, labels), rng.normal(size=d)


@settings(max_examples=60)
@given(seeds, st.integers(1, 5))
def test_gamma_on_a_box_has_a_closed_form(seed, d):
    rng = np.random.default_rng(seed)
    lower = -rng.random(d) - 1
    upper = rng.random(d) + 1
    theta, u = rng.uniform(lower, upper), unit(rng.normal(size=d))
    menu = anything(Records(rng.uniform(lower, upper, size=(9, d))), Box(lower, upper), [0])
    exact = np.min(np.where(u > 0, theta - lower, theta - upper) / u)
    assert reach(SquaredDistance(), theta, u, menu).amount == pytest.approx(exact, abs=1e-8)


@settings(max_examples=30)
@given(seeds, st.integers(1, 3))
def test_gamma_on_a_ball_has_a_closed_form(seed, d):
    rng = np.random.default_rng(seed)
    radius = 1 + rng.random()
    centre = rng.normal(size=d)
    theta, u = centre + 0.5 * unit(rng.normal(size=d)), unit(rng.normal(size=d))
    menu = anything(Records(centre + 0.1 * rng.normal(size=(9, d))), Ball(centre, radius), [0])
    along = (theta - centre) @ u
    exact = along + np.sqrt(along**2 + radius**2 - (theta - centre) @ (theta - centre))
    found = reach(SquaredDistance(), theta, u, menu)
    assert found.amount == pytest.approx(exact, abs=1e-8)
    assert found.amount <= exact + 1e-12
    assert exact <= found.amount + found.gap + 1e-12


@pytest.mark.parametrize("beside", [1e-2, 1e-4, 1e-6, 1e-8, 1e-10])
def test_an_own_record_just_beside_the_line_of_two_others_is_not_taken_for_one_on_it(beside):
    menu = candidates(Records([[0.0, beside]]), [[-1.0, 0.0], [1.0, 0.0]], [0.0, 0.0])
    found = reach(SquaredDistance(), [0.0, 0.0], [0.0, -1.0], menu)
    assert found.amount == pytest.approx(beside, rel=1e-6)


def test_a_share_of_one_in_a_hundred_million_is_found():
    menu = candidates(Records([[-1.0], [1.0]]), [[1e6]], [0.0])
    found = approach(SquaredDistance(), [0.0], [-0.01], menu)
    assert found.gradient == pytest.approx(-0.01, rel=1e-6)


@pytest.mark.parametrize("loss", [Squared(0.1), Logistic(0.1)], ids=str)
@pytest.mark.parametrize("shape", ["box", "ball"])
def test_no_record_of_the_domain_is_steeper_than_the_steepest(loss, shape):
    rng = np.random.default_rng(7)
    for _ in range(40):
        d = int(rng.integers(1, 4))
        centre, sides = rng.normal(size=d), rng.exponential(size=d)
        sides[0] = 0.0 if d > 1 else sides[0]
        offsets = rng.uniform(-1, 1, size=(3000, d))
        if shape == "ball":
            offsets /= np.maximum(np.linalg.norm(offsets, axis=1, keepdims=True), 1)
        domain = Box(centre - sides, centre + sides) if shape == "box" else Ball(centre, sides)
        theta, v = 2 * rng.normal(size=d), rng.normal(size=d)
        labels = np.array([0.0, 1.0])
        best = loss.gradient(theta, steepest(loss, theta, v, labels, domain), labels) @ v
        for label, height in zip(labels, best, strict=True):
            others = loss.gradient(theta, centre + offsets * sides, np.full(3000, label)) @ v
            assert height >= others.max() - 1e-9
            if d == 1:
                assert height <= others.max() + 0.02 * (1 + abs(height))


@pytest.mark.parametrize("loss", [Squared(), Logistic()], ids=str)
def test_the_steepest_record_of_a_ball_is_found_to_the_last_digits(loss):
    rng = np.random.default_rng(8)
    for _ in range(30):
        centre, radius = rng.normal(size=2), 0.5 + rng.random(2)
        theta, v, label = 2 * rng.normal(size=2), rng.normal(size=2), rng.integers(2, size=1) * 1.0

        def height(angle, centre=centre, radius=radius, theta=theta, v=v, label=label):
            x = centre + radius * np.array([np.cos(angle), np.sin(angle)])
            return float(loss.gradient(theta, x[np.newaxis], label)[0] @ v)

        angles = np.linspace(0, 2 * np.pi, 721)
        top = angles[np.argmax([height(angle) for angle in angles])]
        exact = -optimize.minimize_scalar(
            lambda angle, height=height: -height(angle),
            bounds=(top - 0.01, top + 0.01),
            method="bounded",
            options={"xatol": 1e-10},
        ).fun
        found = steepest(loss, theta, v, label, Ball(centre, radius))
        assert loss.gradient(theta, found, label)[0] @ v == pytest.approx(exact, rel=1e-11)
        assert np.linalg.norm((found[0] - centre) / radius) <= 1 + 1e-12


@pytest.mark.parametrize("loss", [Squared(), Squared(0.2), Logistic(), Logistic(0.2)], ids=str)
def test_the_data_reproduce_the_gradient_and_the_certificate_is_small(loss):
    rng = np.random.default_rng(11)
    labels = [0, 1] if isinstance(loss, Logistic) else [-4, 4]
    population, theta = regression(rng, loss)
    u = unit(-mean_gradient(loss, theta, population))
    box = Box([1, -3, -3], [1, 3, 3])
    for menu in (
        anything(population, box, labels),
        anything(population, Ball([1, 0, 0], [0, 3, 3]), labels),
        features_only(population, box),
        labels_only(population, labels),
    ):
        found = reach(loss, theta, u, menu)
        produced = mean_gradient(loss, theta, found.submission)
        np.testing.assert_allclose(produced, found.amount * u, atol=1e-10)
        np.testing.assert_allclose(produced, found.gradient, atol=1e-10)
        assert 0 <= found.gap <= 1e-8 * (1 + abs(found.amount))


@pytest.mark.slow
@pytest.mark.parametrize("loss", [Squared(), Logistic(0.1)], ids=str)
def test_a_domain_beats_every_list_of_its_points_and_a_fine_list_nearly_reaches_it(loss):
    rng = np.random.default_rng(13)
    population, theta = regression(rng, loss, d=2)
    labels = np.array([0.0, 1.0] if isinstance(loss, Logistic) else [-4.0, 4.0])
    ticks = np.linspace(-3, 3, 4001)
    grid = np.column_stack([np.ones(4001), ticks])
    u = unit(-mean_gradient(loss, theta, population))
    box = Box([1, -3], [1, 3])
    listed = candidates(population, np.tile(grid, (2, 1)), np.repeat(labels, 4001))
    for whole, part in (
        (anything(population, box, labels), listed),
        (features_only(population, box), features_only(population, grid)),
    ):
        exact, below = reach(loss, theta, u, whole), reach(loss, theta, u, part)
        assert below.amount <= exact.amount + exact.gap + 1e-9
        assert below.amount == pytest.approx(exact.amount, rel=1e-4)


def test_labels_alone_reach_as_far_as_their_zonotope():
    rng = np.random.default_rng(17)
    population, theta = regression(rng, Squared(), n=7, d=2)
    menu = labels_only(population, [-4, 4])
    x, w = population.features, population.weights
    corners = np.array(
        [(w * (x @ theta - np.array(y))) @ x for y in itertools.product([-4.0, 4.0], repeat=7)]
    )
    everybody = candidates(population, [[1.0, 0.0]], [0.0])
    for angle in np.linspace(0, 2 * np.pi, 9):
        v = np.array([np.cos(angle), np.sin(angle)])
        # The largest height over every assignment of labels, one by one.
        assert furthest(Squared(), theta, v, menu).amount == pytest.approx(
            (corners @ v).max(), abs=1e-12
        )
    assert furthest(Squared(), theta, v, everybody).amount < (corners @ v).max()


def test_members_keep_what_they_are_bound_to_keep():
    rng = np.random.default_rng(19)
    population, theta = regression(rng, Logistic(0.1))
    u = unit(-mean_gradient(Logistic(0.1), theta, population))
    labels = reach(Logistic(0.1), theta, u, labels_only(population, [0, 1])).submission
    order = np.lexsort(population.features.T)
    kept, which = np.unique(labels.features, axis=0, return_inverse=True)
    np.testing.assert_allclose(kept, np.unique(population.features, axis=0))
    np.testing.assert_allclose(
        np.bincount(which.reshape(-1), weights=labels.weights), population.weights[order]
    )
    features = reach(
        Logistic(0.1), theta, u, features_only(population, Box([1, -3, -3], [1, 3, 3]))
    ).submission
    assert features.weights @ features.labels == pytest.approx(
        population.weights @ population.labels, abs=1e-12
    )


@pytest.mark.slow
@settings(max_examples=10)
@given(seeds)
def test_a_freer_collective_reaches_at_least_as_far(seed):
    rng = np.random.default_rng(seed)
    loss = Logistic(0.1)
    population, theta = regression(rng, loss, n=20)
    u = unit(-mean_gradient(loss, theta, population))
    widest = np.abs(population.features).max(axis=0) + 0.1
    widest[0] = 1
    lower = np.concatenate([[1.0], -widest[1:]])
    free = reach(loss, theta, u, anything(population, Box(lower, widest), [0, 1]))
    for bound in (
        features_only(population, Box(lower, widest)),
        labels_only(population, [0, 1]),
    ):
        assert reach(loss, theta, u, bound).amount <= free.amount + free.gap + 1e-9
    base = np.linalg.norm(mean_gradient(loss, theta, population))
    assert free.amount >= -base


def test_convex_hull_of_what_anybody_may_submit_would_overstate_labels_only():
    """The wrong definition, that only the set of records is restricted, is visibly wrong."""
    rng = np.random.default_rng(23)
    loss = Logistic(0.1)
    population, theta = regression(rng, loss)
    u = unit(-mean_gradient(loss, theta, population))
    both = np.repeat([0.0, 1.0], len(population))
    hull = candidates(population, np.tile(population.features, (2, 1)), both)
    right = reach(loss, theta, u, labels_only(population, [0, 1])).amount
    assert reach(loss, theta, u, hull).amount > 1.5 * right


def test_the_nearest_attainable_gradient():
    rng = np.random.default_rng(29)
    loss = Multinomial(3, 0.1)
    n = 30
    population = Records(rng.normal(size=(n, 2)), rng.integers(3, size=n))
    theta = rng.normal(size=6)
    menu = candidates(
        population, np.repeat(rng.normal(size=(20, 2)), 3, axis=0), np.tile([0, 1, 2], 20)
    )
    inside = 0.5 * furthest(loss, theta, rng.normal(size=6), menu).gradient + 0.5 * mean_gradient(
        loss, theta, population
    )
    found = approach(loss, theta, inside, menu)
    assert found.amount == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(mean_gradient(loss, theta, found.submission), inside, atol=1e-9)
    outside = 10 * inside
    missed = approach(loss, theta, outside, menu)
    assert missed.amount == pytest.approx(np.abs(missed.gradient - outside).sum(), abs=1e-9)
    assert missed.amount > 0.1


def test_an_outline_holds_every_attainable_gradient():
    rng = np.random.default_rng(31)
    loss = Logistic(0.1)
    population, theta = regression(rng, loss, d=2)
    menu = labels_only(population, [0, 1])
    angles = np.linspace(0, 2 * np.pi, 25)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    heights = (outline(loss, theta, directions, menu) * directions).sum(axis=1)
    for _ in range(50):
        answers = rng.integers(2, size=len(population)) * 1.0
        g = mean_gradient(loss, theta, Records(population.features, answers))
        assert (directions @ g <= heights + 1e-12).all()


def test_directions_nobody_can_push_in_are_reported():
    population = Records([[1.0, 0.0], [1.0, 0.0]], [1.0, 2.0])
    menu = labels_only(population, [0.0, 3.0])
    assert reach(Squared(), [0.0, 0.0], [0.0, 1.0], menu).amount == pytest.approx(0, abs=1e-12)
    one_sided = labels_only(population, [1.0, 3.0])
    assert reach(Squared(), [0.0, 0.0], [0.0, 1.0], one_sided) is None


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: Box([0, 1], [1, 0]), r"lower\[1\] is 1.0"),
        (lambda p: Box([0], [1, 0]), "lower has 1 entries and upper 2"),
        (lambda p: Ball([0, 0], -1.0), "radius is -1.0"),
        (lambda p: Ball([0, 0], [1, 1, 1]), r"radius has shape \(3,\)"),
        (lambda p: anything(p, Box([0], [1]), [0]), "domain has 1 coordinates"),
        (lambda p: candidates(p, [[1.0]], [0.0]), "features has 1 columns"),
        (lambda p: labels_only(p, []), "labels is empty"),
        (
            lambda p: reach(Squared(), [0, 0], [0, 0], labels_only(p, [0, 1])),
            "direction is",
        ),
        (
            lambda p: reach(
                Multinomial(2, 0.1), np.zeros(4), np.ones(4), anything(p, Box([0, 0], [1, 1]), [0])
            ),
            "List candidate features instead",
        ),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make(Records([[1.0, 2.0], [0.0, 1.0]], [0.0, 1.0]))

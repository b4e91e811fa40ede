"""Steering a risk minimiser: the critical mass, the data, and what happens below it."""

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
    best_reachable,
    candidates,
    critical_mass,
    features_only,
    guarantee,
    labels_only,
    mean_gradient,
    minimiser,
    programme,
    reach,
    round_to_members,
    steer,
)

pytestmark = pytest.mark.numerical


@settings(max_examples=150)
@given(
    st.floats(0.5, 10),
    st.lists(st.floats(-0.99, 0.99), min_size=1, max_size=20),
    st.floats(0.01, 0.99),
    st.sampled_from([-1, 1]),
)
def test_mean_estimation_by_hand(radius, values, share, sign):
    mean = np.mean(values) * radius
    edge = sign * radius
    target = mean + share * (edge - mean)
    population = Records(radius * np.array(values)[:, np.newaxis])
    exact = (target - mean) / (edge - mean)
    for menu in (
        candidates(population, [[-radius], [radius]], [0, 0]),
        anything(population, Box([-radius], [radius]), [0]),
    ):
        assert steer(SquaredDistance(), [target], menu).critical_mass == pytest.approx(
            exact, abs=1e-12
        )
    # The same numbers as least squares on a constant, where labels are all there is.
    constant = Records(np.ones((len(values), 1)), radius * np.array(values))
    labels = labels_only(constant, [-radius, radius])
    assert steer(Squared(), [target], labels).critical_mass == pytest.approx(exact, abs=1e-12)


def problem(rng):
    """Return a random strongly convex problem: loss, menu and target."""
    d = int(rng.integers(1, 4))
    n = int(rng.integers(10, 30))
    features = rng.normal(size=(n, d))
    kind = int(rng.integers(4))
    penalty = float(rng.uniform(0.02, 0.5))
    loss = [SquaredDistance(), Squared(penalty), Logistic(penalty), Multinomial(3, penalty)][kind]
    labels = [
        np.zeros(n),
        rng.normal(size=n),
        rng.integers(2, size=n) * 1.0,
        rng.integers(3, size=n) * 1.0,
    ][kind]
    choices = [[0.0], [-2.0, 2.0], [0.0, 1.0], [0.0, 1.0, 2.0]][kind]
    population = Records(features, labels)
    listed = 2 * rng.normal(size=(12, d))
    menu = [
        lambda: candidates(
            population,
            np.repeat(listed, len(choices), axis=0),
            np.tile(choices, len(listed)),
        ),
        lambda: labels_only(population, choices),
        lambda: features_only(population, listed),
    ][int(rng.integers(3))]()
    target = minimiser(loss, population) + rng.normal(size=loss.parameters(d)) * rng.uniform(0.1, 2)
    return loss, menu, target


@pytest.mark.slow
def test_the_guarantee_holds_on_a_thousand_problems_and_a_smaller_one_does_not():
    rng = np.random.default_rng(2023)
    tight, below, arrived = 0, 0, 0
    for _ in range(1000):
        loss, menu, target = problem(rng)
        plan = steer(loss, target, menu)
        alpha = float(rng.random())
        submission = plan.submission(alpha)
        mixture = menu.members.mix(submission, alpha)
        distance = np.linalg.norm(minimiser(loss, mixture) - target)
        norm = np.linalg.norm(plan.base_gradient)
        bound = float(guarantee(norm, plan.gamma, alpha, loss.strong_convexity(mixture)))
        if alpha >= plan.critical_mass:
            arrived += 1
            assert bound == 0
            assert distance < 1e-7
        else:
            below += 1
            assert distance <= bound * (1 + 1e-9) + 1e-9
            tight += distance > 0.99 * bound
    # Both regimes were visited, and a bound one per cent smaller would have failed on many.
    assert below > 300
    assert arrived > 100
    assert tight > 50


@pytest.mark.parametrize("seed", range(25))
def test_the_critical_mass_is_enough_and_necessary(seed):
    rng = np.random.default_rng(seed)
    loss, menu, target = problem(rng)
    plan = steer(loss, target, menu)
    norm = np.linalg.norm(plan.base_gradient)
    for alpha in (0.98 * min(plan.critical_mass, 1), min(1.02 * plan.critical_mass, 1)):
        wanted = -(1 - alpha) / alpha * plan.base_gradient
        missed = approach(loss, target, wanted, menu).amount
        if alpha > plan.critical_mass:
            assert missed < 1e-8
            np.testing.assert_allclose(plan.deployed(alpha), target, atol=1e-7)
            mixed = mean_gradient(loss, target, menu.members.mix(plan.submission(alpha), alpha))
            assert np.linalg.norm(mixed) < 1e-8
        else:
            # No law of the menu produces the gradient that stationarity at the target asks for.
            assert missed > 1e-6 * norm


def test_steering_to_where_the_population_already_leads_needs_nobody():
    population = Records([[0.0, 1.0], [2.0, 3.0]])
    plan = steer(SquaredDistance(), [1.0, 2.0], anything(population, Ball([0, 0], 5.0), [0]))
    assert plan.critical_mass == 0
    np.testing.assert_allclose(plan.deployed(0.7), [1.0, 2.0])


def test_a_target_beyond_everybody_has_an_infinite_critical_mass():
    population = Records([[0.0], [1.0]])
    plan = steer(SquaredDistance(), [3.0], candidates(population, [[-2.0], [2.0]], [0, 0]))
    assert plan.critical_mass == np.inf
    assert plan.gamma == pytest.approx(-1)
    np.testing.assert_allclose(plan.deployed(1.0), [2.0])
    brink = steer(SquaredDistance(), [2.0], candidates(population, [[-2.0], [2.0]], [0, 0]))
    assert brink.critical_mass == 1
    deaf = steer(SquaredDistance(), [3.0], candidates(population, [[0.5]], [0]))
    assert deaf.critical_mass == np.inf


@pytest.mark.parametrize("loss", [SquaredDistance(), Squared(), Squared(0.1)], ids=str)
def test_a_firm_that_fits_its_records_exactly_is_at_rest(loss):
    """Its records' gradients are rounding themselves, so they are no scale for their mean."""
    rng = np.random.default_rng(7)
    for _ in range(20):
        x = np.tile(100 + rng.normal(size=3), (12, 1))
        if isinstance(loss, Squared):
            x = 10 * rng.normal(size=(12, 3))
        population = Records(x, x @ rng.normal(size=3), rng.dirichlet(np.ones(12)))
        rest = minimiser(loss, population)
        for menu in (candidates(population, [[6, 1, 0]], [0]), labels_only(population, [-9, 9])):
            assert steer(loss, rest, menu).critical_mass == 0
            assert steer(loss, rest * (1 + 2**-50), menu).critical_mass == 0


@pytest.mark.parametrize("units", [1e-9, 1e-4, 1e5, 1e9])
def test_a_critical_mass_has_no_units(units):
    rng = np.random.default_rng(9)
    reached = 0
    for _ in range(20):
        x, listed = rng.normal(size=(12, 3)), 3 * rng.normal(size=(9, 3))
        target = x.mean(axis=0) + 0.3 * rng.normal(size=3)
        masses = [
            steer(
                SquaredDistance(), s * target, candidates(Records(s * x), s * listed, np.zeros(9))
            ).critical_mass
            for s in (1.0, units, np.array([1.0, units, 1.0]))
        ]
        reached += masses[0] <= 1
        np.testing.assert_allclose(masses, masses[0], rtol=1e-9)
    assert reached > 5


@pytest.fixture
def searched():
    """Return a steering problem whose records are searched for in a box."""
    rng = np.random.default_rng(10)
    x = np.column_stack([np.ones(30), rng.normal(size=(30, 2))])
    population = Records(x, (rng.random(30) < 0.5) * 1.0)
    target = minimiser(Logistic(0.1), population) + np.array([0.0, 0.6, -0.4])
    return Logistic(0.1), target, anything(population, Box([1, -3, -3], [1, 3, 3]), [0, 1])


def test_a_search_that_does_not_end_says_so(searched, monkeypatch):
    assert 0 < steer(*searched).critical_mass < 1
    monkeypatch.setattr(programme, "ROUNDS", 1)
    with pytest.raises(RuntimeError, match="not closed its gap in 1 rounds"):
        steer(*searched)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda x: {"status": 4, "message": "numerical trouble"}, "failed: numerical trouble"),
        (lambda x: {"x": x + 1e-4}, "misses its own equations by"),
        (lambda x: {"x": -x}, "misses its own equations by"),
    ],
)
def test_a_solver_is_not_believed_unseen(searched, monkeypatch, spoil, message):
    solver = optimize.linprog

    def spoilt(*args, **options):
        solved = solver(*args, **options)
        solved.update(spoil(solved.x))
        return solved

    monkeypatch.setattr(optimize, "linprog", spoilt)
    with pytest.raises(RuntimeError, match=message):
        steer(*searched)


def test_the_best_reachable_mean_is_a_projection():
    rng = np.random.default_rng(5)
    population = Records(0.3 * rng.normal(size=(40, 2)))
    target = np.array([1.5, 0.4])
    plan = steer(SquaredDistance(), target, anything(population, Ball([0, 0], 2.0), [0]))
    for alpha in (0.05, 0.3, 0.6):
        room = target - (1 - alpha) * population.features.mean(axis=0)
        found = best_reachable(plan, alpha)
        # P* may put its mean anywhere in the ball, so θ(P_α) anywhere in a ball of radius 2α.
        assert found.distance == pytest.approx(np.linalg.norm(room) - 2 * alpha, abs=1e-6)
        np.testing.assert_allclose(
            minimiser(SquaredDistance(), population.mix(found.submission, alpha)), found.theta
        )
    assert best_reachable(plan, plan.critical_mass).distance < 1e-9


def test_a_search_for_the_best_mixture_that_gives_up_is_not_believed(monkeypatch):
    search = optimize.minimize_scalar
    monkeypatch.setattr(
        optimize, "minimize_scalar", lambda *a, **k: search(*a, **k, options={"maxiter": 2})
    )
    population = Records([[-0.3, 0.1], [0.2, 0.4]])
    plan = steer(SquaredDistance(), [1.5, 0.4], anything(population, Ball([0, 0], 2.0), [0]))
    with pytest.raises(RuntimeError, match="the search for the best mixture stopped at"):
        best_reachable(plan, 0.3)


@pytest.mark.parametrize("seed", range(5))
def test_from_the_critical_mass_on_nothing_better_than_steering_is_searched_for(seed):
    loss, menu, target = problem(np.random.default_rng(200 + seed))
    plan = steer(loss, target, menu)
    for alpha in (plan.critical_mass, (1 + plan.critical_mass) / 2):
        if alpha <= 1:
            found, submitted = best_reachable(plan, alpha).submission, plan.submission(alpha)
            np.testing.assert_array_equal(found.features, submitted.features)
            np.testing.assert_array_equal(found.weights, submitted.weights)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_the_best_reachable_parameter_is_never_worse_than_pushing_straight(seed):
    rng = np.random.default_rng(100 + seed)
    loss, menu, target = problem(rng)
    plan = steer(loss, target, menu)
    alpha = 0.6 * min(plan.critical_mass, 1)
    straight = np.linalg.norm(plan.deployed(alpha) - target)
    found = best_reachable(plan, alpha, steps=15)
    assert found.distance <= straight + 1e-12
    law = found.submission
    atoms = np.column_stack([law.features, law.labels])
    assert found.distance > 0.99 * straight or len(np.unique(atoms, axis=0)) == len(atoms)


@pytest.mark.parametrize("n", [7, 50, 400])
def test_rounding_costs_what_it_says_and_vanishes(n):
    rng = np.random.default_rng(6)
    x = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    population = Records(x, (rng.random(60) < 0.5) * 1.0)
    loss = Logistic(0.1)
    target = minimiser(loss, population) + np.array([0.0, 0.6, -0.4])
    plan = steer(loss, target, anything(population, Box([1, -3, -3], [1, 3, 3]), [0, 1]))
    roster = round_to_members(loss, target, plan.push, n)
    assert len(roster.records) == n
    np.testing.assert_allclose(roster.records.weights, 1 / n)
    atoms = len(plan.push.submission)
    assert atoms <= len(target)
    gradients = loss.gradient(target, plan.push.submission.features, plan.push.submission.labels)
    diameter = max(np.linalg.norm(a - b) for a in gradients for b in gradients)
    assert roster.gradient_error <= roster.error_bound + 1e-12
    assert roster.error_bound <= atoms / (4 * n) * diameter + 1e-12
    alpha = plan.critical_mass
    mixture = population.mix(roster.records, alpha)
    moved = np.linalg.norm(minimiser(loss, mixture) - target)
    assert moved <= alpha * roster.gradient_error / loss.strong_convexity(mixture) + 1e-9


def test_particular_people_each_submit_one_record_they_may_submit():
    rng = np.random.default_rng(8)
    x = np.column_stack([np.ones(200), rng.normal(size=200)])
    population = Records(x, x @ [0.0, 1.0] + 0.2 * rng.normal(size=200))
    loss, alpha, n = Squared(), 0.5, 80
    target = np.array([0.4, 1.3])
    people = population.sample(n, 1)
    wanted = -(1 - alpha) / alpha * mean_gradient(loss, target, population)
    plan = approach(loss, target, wanted, labels_only(people, [-4, 4]))
    assert plan.amount < 1e-8
    roster = round_to_members(loss, target, plan, n)
    order = np.lexsort(people.features.T)
    submitted = roster.records.features[np.lexsort(roster.records.features.T)]
    np.testing.assert_allclose(submitted, people.features[order])
    assert set(np.unique(roster.records.labels)) <= {-4.0, 4.0, *people.labels}
    assert roster.gradient_error <= roster.error_bound
    deployed = minimiser(loss, population.mix(roster.records, alpha))
    assert np.linalg.norm(deployed - target) < 0.1


def test_critical_mass_and_guarantee_of_arrays():
    np.testing.assert_allclose(critical_mass([0.0, 1.0, 3.0], 1.0), [0, 0.5, 0.75])
    np.testing.assert_allclose(critical_mass(1.0, [-1.0, np.inf]), [np.inf, 0])
    # Below zero by more than rounding, not even everybody pushes far enough.
    np.testing.assert_array_equal(critical_mass(2.0, [-1e-8, -1e-10, 0.0]), [np.inf, 1, 1])
    np.testing.assert_allclose(guarantee(1.0, 1.0, [0.0, 0.25, 0.5, 1.0], 0.5), [2, 1, 0, 0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p, m: critical_mass(-1.0, 1.0), "base_norm is -1.0"),
        (lambda p, m: critical_mass(1.0, -2.0), "gamma is -2.0"),
        (lambda p, m: guarantee(1.0, 1.0, 1.2, 1.0), "alphas is 1.2"),
        (lambda p, m: guarantee(1.0, 1.0, 0.2, 0.0), "strong_convexity is 0.0"),
        (lambda p, m: steer(Squared(), [1.0, 2.0], m), "theta has 2 entries"),
        (lambda p, m: steer(Squared(), [1.0], m).submission(2), "alpha is 2"),
        (
            lambda p, m: round_to_members(Squared(), [1.0], reach(Squared(), [1.0], [1.0], m), 0),
            "n is 0",
        ),
    ],
)
def test_bad_input_is_named(make, message):
    population = Records([[1.0], [1.0]], [0.0, 1.0])
    with pytest.raises(ValueError, match=message):
        make(population, labels_only(population, [-2, 2]))

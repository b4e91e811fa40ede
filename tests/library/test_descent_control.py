"""Gradient control: the rate, failure where the theory says, records, noise, other optimisers."""

import numpy as np
import pytest

from collective_action.learners.descent import (
    Adam,
    CollectiveTooSmallError,
    DataBudget,
    GradientBudget,
    Hills,
    Landscape,
    Minibatch,
    Momentum,
    Plain,
    arrival_bound,
    control,
    needed_along,
    noise_floor,
    quadratic,
    segment_contraction,
)
from collective_action.learners.risk import (
    Box,
    Logistic,
    Records,
    SquaredDistance,
    anything,
    candidates,
    critical_mass,
    labels_only,
    mean_gradient,
    minimiser,
    steer,
)

pytestmark = pytest.mark.numerical

BOWL = GradientBudget(quadratic(np.eye(2), [0.0, 0.0]), 1.0)
SLOPE = GradientBudget(Landscape(lambda theta: theta.sum(-1), np.ones_like), 1.0)
PLAIN = GradientBudget(Landscape(lambda theta: 0 * theta.sum(-1), np.zeros_like), 1.0)


def journey(rng):
    """Return a random landscape, convex or not, a start and a target."""
    if rng.random() < 0.5:
        p = int(rng.integers(1, 7))
        half = rng.normal(size=(p, p))
        landscape = quadratic(half + half.T, rng.normal(size=p))
    else:
        p = 2
        hills = int(rng.integers(1, 5))
        landscape = Hills(
            tuple(map(tuple, rng.normal(size=(hills, 2)))),
            tuple(rng.normal(size=hills)),
            tuple(rng.uniform(0.3, 1.0, size=hills)),
            float(rng.uniform(0, 0.3)),
        ).landscape()
    return landscape, rng.normal(size=p), rng.normal(size=p)


@pytest.mark.slow
def test_the_rate_is_met_on_a_thousand_problems_whenever_its_condition_holds():
    rng = np.random.default_rng(10)
    held, beaten = 0, 0
    while held < 1000:
        landscape, start, target = journey(rng)
        size, alpha = float(rng.uniform(0.5, 20)), float(rng.uniform(0.1, 0.9))
        contraction = float(segment_contraction(landscape, size, start, target, alpha))
        if contraction <= 0:
            continue
        held += 1
        eta = rng.uniform(0.05, 0.9) / contraction
        budget = GradientBudget(landscape, size)
        steps = np.arange(13)
        promised = arrival_bound(contraction, eta, steps, np.linalg.norm(start - target))
        exact = control(budget, start, target, alpha, eta, 12, cap=contraction)
        np.testing.assert_allclose(exact.distances, promised, rtol=1e-9, atol=1e-12)
        assert (np.linalg.norm(exact.submitted, axis=1) <= size * (1 + 1e-12)).all()
        free = control(budget, start, target, alpha, eta, 12)
        assert (free.distances <= promised + 1e-9).all()
        beaten += free.distances[1] < 0.99 * promised[1]
    # A collective that contracts as fast as it can is usually ahead of the guarantee; one that
    # asks for the guarantee's rate meets it exactly, so a rate any faster would be false.
    assert beaten > 500


def test_the_steepest_place_of_the_way_is_bounded_within_half_a_spacing():
    rng = np.random.default_rng(15)
    for _ in range(100):
        landscape, start, target = journey(rng)
        distance = np.linalg.norm(target - start)
        fine = np.linalg.norm(landscape.gradient(np.linspace(start, target, 4801)), axis=1).max()
        bound = -segment_contraction(landscape, 1.0, start, target, 0.0, points=13) * distance
        gained = landscape.smoothness * distance / 12 / 2
        assert fine <= bound * (1 + 1e-12)
        assert bound <= fine + gained * (1 + 1e-12)


def test_a_gradient_that_rises_as_fast_as_it_can_between_the_looks_meets_the_bound():
    """It is zero at each of five looks, and half-way between two of them 3/4."""

    def gradient(theta):
        return 3 * np.abs(theta - 0.5 * np.round(2 * theta))

    way = ([0.0], [2.0], [0.25, 0.5])
    known, unknown = (
        segment_contraction(Landscape(gradient, gradient, smoothness), 1.0, *way, points=5)
        for smoothness in (3.0, None)
    )
    np.testing.assert_allclose(known, [(0.25 - 0.75 * 0.75) / 2, (0.5 - 0.5 * 0.75) / 2])
    np.testing.assert_allclose(unknown, [0.25 / 2, 0.5 / 2])


def test_a_rate_of_all_at_once_leaves_nothing_though_it_is_rounded():
    for contraction in (np.nextafter(1 / 0.3, 0), 1 / 0.3, np.nextafter(1 / 0.3, 4)):
        promised = arrival_bound(contraction, 0.3, np.arange(4), 2.0)
        assert promised[0] == 2.0
        assert (promised >= 0).all()
        assert (promised[1:] < 1e-15).all()


@pytest.mark.parametrize(("contraction", "eta"), [(0.1, 0.3), (1.0, 0.5), (4.0, 0.2), (2.0, 0.5)])
def test_the_noise_floor_is_where_the_variance_of_a_step_settles(contraction, eta):
    """The variance after a step is (1 − ηρ)² of the one before it, and η²σ² more."""
    variance = 0.0
    for _ in range(2000):
        variance = (1 - eta * contraction) ** 2 * variance + eta**2 * 0.7
    assert noise_floor(contraction, eta, 0.7) == pytest.approx(variance, rel=1e-12)


@pytest.mark.slow
def test_without_its_condition_the_rate_fails():
    rng = np.random.default_rng(11)
    failures = 0
    for _ in range(200):
        landscape, start, target = journey(rng)
        budget = GradientBudget(landscape, 1.0)
        enough = needed_along(budget, [start, target], looks=50)
        if not 0.05 < enough < 0.95:
            continue
        alpha = 0.9 * enough
        # The iterates stay on the segment until they reach the point that needs more.
        with pytest.raises(CollectiveTooSmallError) as failure:
            control(budget, start, target, alpha, 0.05, 1000)
        failures += 1
        assert failure.value.needed > alpha
        run = failure.value.run
        assert len(run.thetas) == failure.value.step + 1
        line = (target - start) / np.linalg.norm(target - start)
        offsets = run.thetas - start
        across = offsets - np.outer(offsets @ line, line)
        assert np.abs(across).max() < 1e-6
    assert failures > 60


@pytest.mark.slow
def test_with_its_exact_critical_mass_it_arrives():
    rng = np.random.default_rng(12)
    arrivals = 0
    for _ in range(60):
        landscape, start, target = journey(rng)
        budget = GradientBudget(landscape, 1.0)
        enough = needed_along(budget, [start, target], looks=200)
        if enough > 0.8:
            continue
        run = control(budget, start, target, 1.1 * enough + 0.02, 0.02, 3000)
        arrivals += 1
        assert run.distances[-1] < 1e-8
        assert run.too_small_at is None
    assert arrivals > 30


@pytest.fixture(scope="module")
def regression():
    """Return least squares whose gradient at the target has norm 2.718, the largest on the way."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(400, 5))
    hessian = features.T @ features / 400
    start, step = rng.normal(size=(2, 5))
    step *= 2.718 / np.linalg.norm(hessian @ step)
    return quadratic(hessian, start), start, start + step


@pytest.mark.parametrize(
    ("size", "mass", "too_small", "enough"),
    [(20, 0.12, [0.10], [0.20]), (5, 0.352, [0.1, 0.2, 0.3], [0.4])],
)
def test_two_regressions(regression, size, mass, too_small, enough):
    landscape, start, target = regression
    steepest = np.linalg.norm(landscape.gradient(target))
    assert critical_mass(steepest, size) == pytest.approx(mass, abs=5e-4)
    budget = GradientBudget(landscape, size)
    assert needed_along(budget, [start, target]) == pytest.approx(mass, abs=5e-4)
    for alpha in enough:
        run = control(budget, start, target, alpha, 0.1, 500)
        assert run.distances[-1] < 1e-9
        assert segment_contraction(landscape, size, start, target, alpha) > 0
    for alpha in too_small:
        assert segment_contraction(landscape, size, start, target, alpha) < 0
        with pytest.raises(CollectiveTooSmallError, match="the collective is too small") as error:
            control(budget, start, target, alpha, 0.1, 2000)
        assert error.value.needed == pytest.approx(mass, abs=5e-4)
        stuck = control(budget, start, target, alpha, 0.1, 2000, best_effort=True)
        assert stuck.too_small_at == error.value.step
        # Stuck where the firm's pull and the collective's are equal: the gradient grows in
        # proportion to the way covered, so at this fraction of it.
        covered = alpha * size / ((1 - alpha) * steepest)
        full = np.linalg.norm(target - start)
        assert stuck.distances[-1] == pytest.approx((1 - covered) * full, rel=1e-4)
        assert np.nanmax(stuck.needed) == pytest.approx(alpha, abs=1e-4)


def test_a_current_that_carries_costs_nothing_to_follow_but_something_to_leave():
    bowl = quadratic(np.diag([1.0, 4.0]), [0.0, 0.0])
    budget = GradientBudget(bowl, 1.0)
    start, target = np.array([2.0, 0.0]), np.array([0.5, 0.0])
    # Downhill all the way along an axis: only holding at the target, where ‖g‖ = 0.5, costs.
    assert needed_along(budget, [start, target], looks=50) == pytest.approx(0.5 / 1.5)
    # The bound that counts the whole gradient asks for 2/(2 + 1).
    assert segment_contraction(bowl, 1.0, start, target, 0.4) < 0
    run = control(budget, start, target, 0.34, 0.1, 400)
    assert run.distances[-1] < 1e-9
    with pytest.raises(CollectiveTooSmallError):
        control(budget, start, target, 0.32, 0.1, 400)


@pytest.mark.parametrize("height", [5.0, 1.5])
def test_a_waypoint_that_is_out_of_reach_is_not_passed(height):
    bowl = quadratic(np.eye(2), [0.0, 0.0])
    budget, start, target = GradientBudget(bowl, 1.0), np.array([0.0, 1.0]), np.array([0.2, 0.0])
    # The bowl carries the firm down to the target, but the way over the height is too steep.
    assert control(budget, start, target, 0.3, 0.1, 100).distances[-1] < 1e-9
    with pytest.raises(CollectiveTooSmallError) as failure:
        control(budget, start, [[0.0, height], target], 0.3, 0.1, 100)
    assert failure.value.step == 0
    assert failure.value.needed == pytest.approx(height / (1 + height), abs=0.06)


@pytest.mark.parametrize("scale", [1.0, 1e8])
def test_a_waypoint_is_reached_to_the_last_digits_before_the_next_is_aimed_at(scale):
    run = control(
        GradientBudget(PLAIN.landscape, scale),
        [0.0, 0.0],
        scale * np.array([[0.3, 0.0], [0.3, 0.4]]),
        *(0.9, 0.5, 120),
        cap=1.0,
    )
    assert np.linalg.norm(run.thetas / scale - [0.3, 0.0], axis=1).min() < 2e-10
    assert run.distances[-1] < 1e-9 * scale


def test_waypoints_where_the_firm_is_are_passed_at_once():
    straight = control(BOWL, [0.3, 0.0], [0.0, 0.2], 0.5, 0.1, 20)
    repeated = control(BOWL, [0.3, 0.0], [[0.3, 0.0], [0.3, 0.0], [0.0, 0.2]], 0.5, 0.1, 20)
    np.testing.assert_array_equal(straight.thetas, repeated.thetas)


def test_a_far_target_is_neared_by_what_the_collective_can_push():
    run = control(PLAIN, [0.0], [1e7], 0.5, 1.0, 4)
    np.testing.assert_allclose(run.thetas[:, 0], [0.0, 0.5, 1.0, 1.5, 2.0], rtol=1e-8)


def test_steps_as_short_as_rounding_arrive_where_a_hundred_of_them_lead():
    margin = 0.9e-10  # α·B less what the slope pulls with the others' weight
    run = control(GradientBudget(SLOPE.landscape, 1 + 2 * margin), [0.0], [1e-8], 0.5, 1.0, 150)
    assert np.diff(run.thetas[:100, 0]) == pytest.approx(margin, rel=0.1)
    assert run.distances[-1] < 1e-10


def test_after_the_last_step_nothing_is_missing_that_the_collective_has_exactly():
    """To hold the bowl at distance 1 takes α = 1 − α, and less on the way there."""
    with pytest.raises(CollectiveTooSmallError) as failure:
        control(BOWL, [0.0, 0.0], [1.0, 0.0], 0.5 - 1e-9, 0.1, 1)
    assert (failure.value.step, failure.value.needed) == (1, 0.5)
    assert control(BOWL, [0.0, 0.0], [1.0, 0.0], 0.5, 0.1, 1).distances[-1] < 1


def test_a_target_that_the_last_step_reaches_must_be_held_all_the_same():
    """The slope carries by .09 a step; .01 more is pushed, but to stay takes one half."""
    for steps in (1, 2):
        with pytest.raises(CollectiveTooSmallError) as failure:
            control(SLOPE, [0.0], [-0.1], 0.1, 0.1, steps)
        assert failure.value.step == 1
        assert failure.value.needed == 0.5
        assert failure.value.run.distances[-1] < 1e-12
    assert control(SLOPE, [0.0], [-0.1], 0.5, 0.1, 1).distances[-1] < 1e-12


def test_a_run_that_is_carried_too_fast_says_what_holds_it_back():
    """At θ = 3 the bowl pulls by 3, the cap allows 1·(3 − 2): (1 − α)·3 − 1 = α."""
    budget = GradientBudget(quadratic([[1.0]], [0.0]), 1.0)
    with pytest.raises(CollectiveTooSmallError) as failure:
        control(budget, [3.0], [2.0], 0.4, 0.1, 5, cap=1.0)
    assert failure.value.step == 0
    assert failure.value.needed == pytest.approx(2 / 3, abs=1e-12)


def test_a_firm_that_is_faster_than_the_cap_has_to_be_held_back():
    budget = GradientBudget(quadratic(np.eye(2), [0.0, 0.0]), 1.0)
    base, gap = np.array([3.0, 0.0]), np.array([1.0, 0.0])
    # (1 − α)·3 − 1 = α
    assert budget.needed_mass(None, base, gap, 1.0) == pytest.approx(0.5, abs=1e-12)
    assert budget.contraction(None, base, gap, 0.5, 1.0) == pytest.approx(1.0, abs=1e-12)
    assert budget.contraction(None, base, gap, 0.49, 1.0) is None
    assert budget.needed_mass(None, base, gap, 3.0) == 0


def test_a_budget_affords_the_mass_that_it_says_is_needed_and_no_less():
    rng = np.random.default_rng(13)
    bound = 0
    for _ in range(500):
        p = int(rng.integers(1, 5))
        budget = GradientBudget(quadratic(np.eye(p), np.zeros(p)), rng.exponential())
        base, gap = rng.normal(size=(2, p)) * 10.0 ** rng.uniform(-9, 3, size=(2, 1))
        cap = float(rng.choice([np.inf, 0.5]) * np.linalg.norm(base) / np.linalg.norm(gap))
        gap = gap * rng.integers(2)
        needed = budget.needed_mass(None, base, gap, cap)
        assert 0 <= needed <= 1
        c = budget.contraction(None, base, gap, needed, cap)
        assert 0 <= c <= cap
        assert gap.any() or c == cap
        missed = np.linalg.norm((c if gap.any() else 0) * gap - (1 - needed) * base)
        assert missed <= needed * budget.size + 1e-11 * np.linalg.norm(base)
        if needed > 0:
            assert budget.contraction(None, base, gap, needed * (1 - 1e-6), cap) is None
            bound += np.isclose(c, cap) and gap.any()
    assert bound > 20


def test_a_few_in_a_million_are_enough_where_records_pull_hard():
    population = Records([[-1.0], [1.0]])
    menu = candidates(population, [[-1e6], [1e6]], [0, 0])
    budget, theta = DataBudget(SquaredDistance(), menu), np.array([0.25])
    # ((1 − α)·0.25 = α·(10⁶ − 0.25))
    needed = budget.needed_mass(theta, budget.base(theta), np.zeros(1), np.inf)
    assert needed == pytest.approx(0.25e-6, rel=1e-9)
    beyond = np.array([2e6])
    assert budget.needed_mass(beyond, budget.base(beyond), np.zeros(1), np.inf) == np.inf
    with pytest.raises(CollectiveTooSmallError, match="out of reach, even for everybody"):
        control(budget, [0.0], beyond, 0.5, 0.9, 60)


@pytest.mark.parametrize("tiny", [1e-3, 1e-9])
def test_the_least_part_across_the_way_has_to_be_pushed_away(tiny):
    budget = GradientBudget(PLAIN.landscape, 2.0)
    needed = budget.needed_mass(None, np.array([1.0, tiny]), np.array([1.0, 0.0]), np.inf)
    assert needed == pytest.approx(tiny / (tiny + 2), rel=1e-6)


def test_records_that_push_aside_only_backwards_leave_a_slower_way():
    """At (1, ½) the mean 0 pulls with (1, ½); records at (2, 2) add −(2, 2) to it."""
    budget = DataBudget(SquaredDistance(), candidates(Records([[0.0, 0.0]]), [[2.0, 2.0]], [0.0]))
    theta, gap = np.array([1.0, 0.5]), np.array([1.0, 0.0])
    base = budget.base(theta)
    assert budget.needed_mass(theta, base, gap, 2.0) == pytest.approx(0.25, abs=1e-9)
    for alpha in (0.25, 0.5, 1.0):
        assert budget.contraction(theta, base, gap, alpha, 2.0) == pytest.approx(0.5, abs=1e-9)


def test_no_contraction_is_above_its_cap_not_even_by_an_ulp():
    rng = np.random.default_rng(14)
    population = Records([[-1.0], [1.0]])
    budget = DataBudget(SquaredDistance(), candidates(population, [[-60.0], [60.0]], [0, 0]))
    for theta, gap, cap, alpha in rng.uniform(0.1, 1, size=(60, 4)):
        theta, gap = np.array([theta]), np.array([gap])
        assert budget.contraction(theta, budget.base(theta), gap, alpha, cap) <= cap


def test_a_start_moved_by_an_ulp_needs_nobody(logistic):
    loss, population, start, target = logistic
    box = anything(population, Box([1, -3, -3], [1, 3, 3]), [0, 1])
    for budget in (DataBudget(loss, labels_only(population, [0, 1])), DataBudget(loss, box)):
        for ulps in range(-6, 7):
            theta = start * (1 + ulps * np.finfo(float).eps)
            base = budget.base(theta)
            assert budget.needed_mass(theta, base, theta - target, 2.0) == 0
            assert budget.needed_mass(theta, base, np.zeros(3), np.inf) == 0
            assert budget.contraction(theta, base, np.zeros(3), 0.0, 2.0) == 0


@pytest.fixture(scope="module")
def logistic():
    """Return a small classification problem, where the firm is and where it should go."""
    rng = np.random.default_rng(3)
    features = np.column_stack([np.ones(40), rng.normal(size=(40, 2))])
    labels = (rng.random(40) < 1 / (1 + np.exp(-features @ [0.5, 1.0, -1.0]))) * 1.0
    population, loss = Records(features, labels), Logistic(0.05)
    start = minimiser(loss, population)
    return loss, population, start, start + np.array([0.0, -0.6, 0.3])


@pytest.mark.parametrize("constraint", ["labels", "anything"])
def test_members_submit_records_that_steer(logistic, constraint):
    loss, population, start, target = logistic
    menu = (
        labels_only(population, [0, 1])
        if constraint == "labels"
        else anything(population, Box([1, -3, -3], [1, 3, 3]), [0, 1])
    )
    budget = DataBudget(loss, menu)
    mass = steer(loss, target, menu).critical_mass
    assert needed_along(budget, [start, target], looks=3) == pytest.approx(mass, abs=1e-6)
    alpha, steps = 1.5 * mass, 20
    run = control(budget, start, target, alpha, 0.5, steps)
    assert run.distances[-1] < 1e-6
    for t in (0, 3, 10):
        theta = run.thetas[t]
        mixture = population.mix(run.submissions[t], alpha)
        moved = theta - 0.5 * mean_gradient(loss, theta, mixture)
        np.testing.assert_allclose(moved, run.thetas[t + 1], atol=1e-10)
        expected = target + (1 - 0.5 * run.contractions[t]) * (theta - target)
        np.testing.assert_allclose(moved, expected, atol=1e-8)
    if constraint == "anything":
        return
    with pytest.raises(CollectiveTooSmallError) as failure:
        control(budget, start, target, 0.5 * mass, 0.5, 400)
    assert failure.value.needed == pytest.approx(mass, abs=1e-3)


@pytest.mark.slow
def test_minibatches_leave_the_noise_that_is_predicted():
    rng = np.random.default_rng(5)
    population = Records(rng.normal(size=(50, 1)))
    menu = candidates(population, [[-6.0], [6.0]], [0, 0])
    budget = DataBudget(SquaredDistance(), menu)
    alpha, eta, cap, size = 0.5, 0.5, 1.0, 16
    run = control(budget, [0.0], [1.0], alpha, eta, 400, cap=cap, minibatch=Minibatch(size, 7))
    assert (run.contractions == cap).all()
    variances = []
    for submission in run.submissions:
        mixture = population.mix(submission, alpha)
        points = mixture.features[:, 0]
        mean = mixture.weights @ points
        variances.append(mixture.weights @ (points - mean) ** 2 / size)
    floor = noise_floor(cap, eta, float(np.mean(variances)))
    settled = np.mean(run.distances[20:] ** 2)
    assert 0.75 * floor < settled < 1.25 * floor
    quiet = control(budget, [0.0], [1.0], alpha, eta, 40, cap=cap)
    assert quiet.distances[-1] < 1e-9


def test_momentum_agrees_with_its_first_two_steps_by_hand():
    move, state = Momentum().step(np.array([3.0]), 0.1, None)
    assert move[0] == pytest.approx(0.3)
    move, _ = Momentum().step(np.array([1.0]), 0.1, state)
    assert move[0] == pytest.approx(0.1 * (0.9 * 3 + 1))


def test_adam_stands_still_without_a_gradient_and_its_floor_slows_it():
    assert Adam().step(np.zeros(2), 0.1, None)[0].tolist() == [0, 0]
    move, _ = Adam(floor=1.0).step(np.array([3.0]), 0.1, None)
    assert move[0] == pytest.approx(0.1 * 3 / (3 + 1))


@pytest.mark.parametrize("optimiser", [Plain(), Momentum(0.9), Adam()], ids=str)
def test_optimisers_minimise_a_bowl(optimiser):
    theta, state = np.array([1.0, -2.0]), None
    for _ in range(3000):
        move, state = optimiser.step(np.array([1.0, 5.0]) * theta, 0.02, state)
        theta = theta - move
    assert np.linalg.norm(theta) < 1e-6


def test_adam_agrees_with_its_first_two_steps_by_hand():
    move, state = Adam().step(np.array([3.0]), 0.1, None)
    assert move[0] == pytest.approx(0.1, rel=1e-6)
    move, _ = Adam().step(np.array([1.0]), 0.1, state)
    mean = (0.9 * 0.3 + 0.1 * 1.0) / (1 - 0.9**2)
    square = (0.999 * 0.009 + 0.001 * 1.0) / (1 - 0.999**2)
    assert move[0] == pytest.approx(0.1 * mean / np.sqrt(square), rel=1e-6)


def test_a_firm_with_momentum_does_not_keep_the_rate():
    bowl = quadratic(np.eye(2), [0.0, 0.0])
    budget, target = GradientBudget(bowl, 3.0), np.array([1.0, 1.0])
    plain = control(budget, [0.0, 0.0], target, 0.5, 0.1, 30, cap=0.5)
    heavy = control(budget, [0.0, 0.0], target, 0.5, 0.1, 30, cap=0.5, optimiser=Momentum(0.9))
    np.testing.assert_allclose(plain.distances, arrival_bound(0.5, 0.1, np.arange(31), 2**0.5))
    assert np.abs(heavy.distances - plain.distances).max() > 0.1


def test_a_cap_of_one_over_the_step_size_may_be_off_by_rounding():
    for cap in (np.nextafter(1 / 0.3, 0), np.nextafter(1 / 0.3, 4)):
        assert control(BOWL, [0, 0], [0.1, 0], 0.9, 0.3, 3, cap=cap).distances[-1] < 1e-12


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: control(BOWL, [0, 0], [1, 1, 1], 0.5, 0.1, 5), "waypoints have 3 coordinates"),
        (lambda: control(BOWL, [0, 0], [1, 1], 1.5, 0.1, 5), "alpha is 1.5"),
        (lambda: control(BOWL, [0, 0], [1, 1], 0.5, 0.0, 5), "step_size is 0.0"),
        (lambda: control(BOWL, [0, 0], [1, 1], 0.5, 0.1, 0), "steps is 0.0"),
        (lambda: control(BOWL, [0, 0], [1, 1], 0.5, 0.1, 5, cap=11), "cap is 11"),
        (
            lambda: control(BOWL, [0, 0], [1, 1], 0.5, 0.1, 5, minibatch=Minibatch(4, 0)),
            "it needs a DataBudget",
        ),
        (lambda: GradientBudget(BOWL.landscape, 0.0), "size is 0.0"),
        (lambda: segment_contraction(BOWL.landscape, 1.0, [0, 0], [0, 0], 0.5), "must differ"),
        (lambda: arrival_bound(3.0, 0.5, 4, 1.0), "contraction is 3.0"),
        (lambda: noise_floor(1.0, 0.5, -1.0), "variance is -1.0"),
        (lambda: Momentum(1.0), "decay is 1.0"),
        (lambda: Adam(first=1.0), "first is 1.0"),
        (lambda: quadratic([[1.0, 2.0], [0.0, 1.0]], [0.0, 0.0]), "must be symmetric"),
        (lambda: Hills(((0.0, 0.0),), (1.0,), (0.0,), 0.1), "widths is 0.0"),
        (lambda: Hills(((0.0, 0.0),), (1.0,), (1.0,), -0.1), "stiffness is -0.1"),
        (lambda: Hills(((0.0, 0.0),), (1.0, 2.0), (1.0,), 0.1), "have 1, 2 and 1 entries"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()

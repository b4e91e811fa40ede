"""Landscapes and paths: the mass a path needs, and a path that needs less than the line."""

from itertools import pairwise

import numpy as np
import pytest

from collective_action.learners.descent import (
    RIDGE,
    RIDGE_START,
    RIDGE_TARGET,
    CollectiveTooSmallError,
    GradientBudget,
    Hills,
    Landscape,
    control,
    lowest_path,
    needed_along,
    profile,
    quadratic,
    resistance,
    steepness,
)
from collective_action.learners.risk import critical_mass

pytestmark = pytest.mark.numerical

CORNERS = [-2.5, -2.5], [2.5, 2.5]
SIZE = 1.0


@pytest.fixture(scope="module")
def ridge():
    """Return the shipped landscape and three ways across it, each with what it needs."""
    landscape = RIDGE.landscape()
    ways = {
        "straight": np.stack([RIDGE_START, RIDGE_TARGET]),
        "low": lowest_path(landscape, RIDGE_START, RIDGE_TARGET, *CORNERS),
        "carried": lowest_path(landscape, RIDGE_START, RIDGE_TARGET, *CORNERS, cost=resistance),
    }
    return landscape, ways, {name: profile(landscape, way) for name, way in ways.items()}


@pytest.mark.parametrize(
    "landscape",
    [quadratic([[2.0, 1.0], [1.0, -1.0]], [0.3, 0.1]), RIDGE.landscape()],
    ids=["saddle", "ridge"],
)
def test_gradients_are_derivatives_and_smoothness_bounds_their_change(landscape):
    rng = np.random.default_rng(0)
    points = rng.uniform(-2, 2, size=(200, 2))
    step = 1e-6
    for i, axis in enumerate(np.eye(2)):
        slope = landscape.value(points + step * axis) - landscape.value(points - step * axis)
        np.testing.assert_allclose(slope / (2 * step), landscape.gradient(points)[:, i], atol=1e-8)
    others = points + 0.05 * rng.normal(size=points.shape)
    change = np.linalg.norm(landscape.gradient(points) - landscape.gradient(others), axis=1)
    assert (change <= landscape.smoothness * np.linalg.norm(points - others, axis=1)).all()


def test_the_ridge_is_not_convex_and_both_ends_are_at_rest():
    landscape = RIDGE.landscape()
    for end in (RIDGE_START, RIDGE_TARGET):
        assert np.linalg.norm(landscape.gradient(end)) < 1e-3
    middle = (RIDGE_START + RIDGE_TARGET) / 2
    ends = landscape.value(np.stack([RIDGE_START, RIDGE_TARGET]))
    assert landscape.value(middle) > ends.max() + 0.5


def test_the_path_finder_beats_the_straight_line(ridge):
    _, ways, profiles = ridge
    steepest = {name: found.norms.max() for name, found in profiles.items()}
    assert critical_mass(steepest["straight"], SIZE) > 0.7
    assert critical_mass(steepest["low"], SIZE) < 0.45
    opposing = {name: found.resistances.max() for name, found in profiles.items()}
    assert critical_mass(opposing["straight"], SIZE) > 0.67
    assert critical_mass(opposing["carried"], SIZE) < 0.12
    # Nothing of the carried path is steeper, but it is longer.
    assert steepest["low"] == pytest.approx(steepest["carried"])
    assert profiles["low"].positions[-1] < profiles["carried"].positions[-1] - 0.5
    for name in ("low", "carried"):
        np.testing.assert_array_equal(ways[name][0], RIDGE_START)
        np.testing.assert_array_equal(ways[name][-1], RIDGE_TARGET)


@pytest.mark.parametrize("name", ["straight", "low", "carried"])
def test_a_run_needs_what_the_profile_says(ridge, name):
    landscape, ways, profiles = ridge
    budget = GradientBudget(landscape, SIZE)
    mass = float(critical_mass(profiles[name].resistances.max(), SIZE))
    assert needed_along(budget, ways[name], looks=100) == pytest.approx(mass, rel=2e-2)
    run = control(budget, RIDGE_START, ways[name][1:], 1.05 * mass, 0.02, 6000)
    assert run.distances[-1] < 1e-8
    with pytest.raises(CollectiveTooSmallError) as failure:
        control(budget, RIDGE_START, ways[name][1:], 0.9 * mass, 0.02, 20000)
    assert failure.value.needed > failure.value.alpha


@pytest.mark.slow
def test_a_path_with_corners_needs_what_its_dearest_point_needs():
    rng = np.random.default_rng(15)
    dearer = tried = 0
    while tried < 15:
        hills = int(rng.integers(1, 5))
        landscape = Hills(
            tuple(map(tuple, rng.normal(size=(hills, 2)))),
            tuple(rng.normal(size=hills)),
            tuple(rng.uniform(0.4, 1, size=hills)),
            float(rng.uniform(0, 0.3)),
        ).landscape()
        path, budget = rng.normal(size=(4, 2)), GradientBudget(landscape, 1.0)
        enough = needed_along(budget, path, looks=200)
        if not 0.2 < enough < 0.8:
            continue
        tried += 1
        more, less = (
            control(budget, path[0], path[1:], alpha, 0.01, 6_000, best_effort=True)
            for alpha in (1.03 * enough + 0.01, 0.95 * enough)
        )
        assert more.distances[-1] < 1e-8
        assert less.distances[-1] > 0.05
        # Holding the target alone, or one leg alone, would promise too much.
        alone = [needed_along(budget, path[i : i + 2], looks=200) for i in range(3)]
        assert enough >= max(alone[-1], needed_along(budget, path[-1:]))
        dearer += enough > 1.1 * alone[-1]
    assert dearer > 3


def test_a_mass_that_follows_the_low_path_is_stuck_on_the_straight_line(ridge):
    landscape, ways, _ = ridge
    budget = GradientBudget(landscape, SIZE)
    assert control(budget, RIDGE_START, ways["low"][1:], 0.5, 0.02, 6000).distances[-1] < 1e-8
    with pytest.raises(CollectiveTooSmallError):
        control(budget, RIDGE_START, RIDGE_TARGET, 0.5, 0.02, 6000)


def robust(features, labels, weights):
    """Return the risk E[√(1 + r²)] of residuals r = θ·x − y, strictly convex if the x span."""

    def residuals(theta):
        return theta @ features.T - labels

    return Landscape(
        lambda theta: np.sqrt(1 + residuals(theta) ** 2) @ weights,
        lambda theta: (weights * residuals(theta) / np.sqrt(1 + residuals(theta) ** 2)) @ features,
    )


def symmetric(rng, p):
    """Return a robust risk whose residuals at θ = 0 come in pairs ±m: its minimum is there."""
    features = rng.normal(size=(4, p)) * np.array([1.0, 4.0])[:p]
    misses = rng.exponential(3, size=4)
    weights = rng.dirichlet(np.ones(4)) / 2
    return robust(np.tile(features, (2, 1)), np.concatenate([misses, -misses]), np.tile(weights, 2))


def most_over_last(landscape, target):
    """Return max ‖g‖ on the segment from the minimum at 0 over ‖g‖ at its end."""
    norms = np.linalg.norm(landscape.gradient(np.linspace(0 * target, target, 501)), axis=1)
    return norms.max() / norms[-1]


def test_only_a_bent_risk_with_two_parameters_is_steepest_before_the_end_of_a_straight_line():
    rng = np.random.default_rng(5)
    dearer = 0
    for _ in range(300):
        target = 10 * rng.normal(size=2)
        half = rng.normal(size=(2, 2))
        bowl = quadratic(half @ half.T, np.zeros(2))
        assert most_over_last(bowl, target) == pytest.approx(1)
        assert most_over_last(symmetric(rng, 1), target[:1]) == pytest.approx(1)
        dearer += most_over_last(symmetric(rng, 2), target) > 1.02
    assert dearer > 10


@pytest.mark.parametrize("lever", [4.0, 20.0])
def test_a_straight_line_can_need_any_multiple_of_the_gradient_that_holds_its_end(lever):
    wide = 1e4
    features = np.array([[1, -lever], [1, lever], [1, lever]])
    landscape = robust(features, np.array([0, -wide, wide]), np.array([0.5, 0.25, 0.25]))
    target = np.array([2 * wide, 0.0])
    np.testing.assert_allclose(landscape.gradient(np.zeros(2)), 0, atol=1e-12)
    end = np.linalg.norm(landscape.gradient(target))
    middle = np.linalg.norm(landscape.gradient(np.array([np.sqrt(wide), 0.0])))
    assert end == pytest.approx(1, abs=1e-3)
    assert middle == pytest.approx(np.sqrt(1 + lever**2) / 2, rel=1e-3)
    firm = GradientBudget(landscape, 1.0)
    line = needed_along(firm, [np.zeros(2), target], looks=500)
    assert line >= critical_mass(middle, 1.0)
    assert needed_along(firm, [target]) == pytest.approx(critical_mass(end, 1.0))


def test_where_the_line_is_dear_the_same_members_arrive_by_filing_the_same_reports():
    features = np.array([[1.0, -4], [1, 4], [1, 4]])
    landscape = robust(features, np.array([0.0, -3, 3]), np.array([0.5, 0.25, 0.25]))
    start, target, alpha = np.zeros(2), np.array([5.0, 0.0]), 0.55
    firm = GradientBudget(landscape, 1.0)
    assert needed_along(firm, [target]) < alpha < needed_along(firm, [start, target], looks=200)
    stuck = control(firm, start, target, alpha, 0.1, 2000, best_effort=True)
    assert stuck.distances[-1] > 4
    # Reports at (1, 1) and (1, −1) whose slopes ψ(r) hold the target; ψ⁻¹(s) = s/√(1 − s²).
    held = -(1 - alpha) / alpha * landscape.gradient(target)
    slopes = np.array([held.sum(), held[0] - held[1]])
    places = np.array([[1.0, 1], [1, -1]])
    labels = places @ target - slopes / np.sqrt(1 - slopes**2)
    members = robust(places, labels, np.full(2, 0.5)).gradient
    theta = start
    for _ in range(2000):
        assert np.linalg.norm(members(theta)) <= firm.size
        theta = theta - 0.1 * (alpha * members(theta) + (1 - alpha) * landscape.gradient(theta))
    np.testing.assert_allclose(theta, target, atol=1e-6)


def test_a_profile_looks_everywhere_and_the_end_has_to_be_held():
    """Downhill to (1, 0) all the pull helps; then across it, to (1, 1), the pull is 1 aside."""
    bowl = quadratic(np.eye(2), [0.0, 0.0])
    found = profile(bowl, [[2.0, 0.0], [1.0, 0.0]], spacing=0.3)
    np.testing.assert_allclose(found.positions, np.linspace(0, 1, 5))
    np.testing.assert_allclose(found.norms, np.linspace(2, 1, 5))
    np.testing.assert_allclose(found.resistances, [0, 0, 0, 0, 1], atol=1e-12)
    bent = profile(bowl, [[2.0, 0.0], [1.0, 0.0], [1.0, 1.0]], spacing=0.3)
    np.testing.assert_allclose(bent.positions, [*found.positions, *(1 + found.positions)])
    np.testing.assert_allclose(bent.resistances[:4], 0, atol=1e-12)
    np.testing.assert_allclose(bent.resistances[5:], np.hypot(1, np.linspace(0, 1, 5)))


def test_of_the_paths_that_do_as_well_the_shortest_is_taken():
    """Five nodes ahead and one aside: three straight and one knight's move, four edges of 16."""
    flat = quadratic(np.zeros((2, 2)), [0.0, 0.0])
    path = lowest_path(flat, [0, 0], [5, 1], [0, 0], [6, 6], nodes=7)
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).sum() == pytest.approx(3 + 5**0.5)


def test_the_ends_of_the_shipped_ridge_cannot_be_moved():
    for end in (RIDGE_START, RIDGE_TARGET):
        with pytest.raises(ValueError, match="read-only"):
            end += 1


@pytest.mark.parametrize("cost", [steepness, resistance])
def test_no_path_of_a_small_grid_does_better(cost):
    """Against the minimax distance over all paths, by Floyd and Warshall's recurrence."""
    rng = np.random.default_rng(4)
    ticks = np.linspace(-1, 1, 5)
    nodes = np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)
    for _ in range(5):
        landscape = Hills(
            tuple(map(tuple, rng.uniform(-1, 1, size=(3, 2)))), (1.0, -1.0, 0.5), (0.4,) * 3, 0.1
        ).landscape()
        worst = np.full((25, 25), np.inf)
        for a, b in np.ndindex(25, 25):
            leg = nodes[b] - nodes[a]
            moves = np.abs(np.round(leg / 0.5)).astype(int)
            if a == b or moves.max() > 2 or np.gcd(*moves) != 1:
                continue
            samples = nodes[a] + np.linspace(0, 1, 5)[:, np.newaxis] * leg
            tangent = np.tile(leg / np.linalg.norm(leg), (5, 1))
            worst[a, b] = cost(landscape.gradient(samples), tangent).max()
        best = worst.copy()
        for k in range(25):
            best = np.minimum(best, np.maximum(best[:, [k]], best[[k], :]))
        path = lowest_path(landscape, nodes[0], nodes[24], [-1, -1], [1, 1], nodes=5, cost=cost)
        index = [int(np.square(nodes - point).sum(axis=1).argmin()) for point in path]
        reached = max(worst[a, b] for a, b in pairwise(index))
        assert reached == pytest.approx(best[0, 24], abs=1e-12)


def test_resistance_ignores_what_carries_and_counts_the_rest():
    east = np.array([[1.0, 0.0]] * 4)
    gradients = np.array([[-3.0, 0.0], [3.0, 0.0], [0.0, 2.0], [-3.0, 2.0]])
    np.testing.assert_allclose(resistance(gradients, east), [0, 3, 2, 2])
    np.testing.assert_allclose(steepness(gradients, east), [3, 3, 2, 13**0.5])
    rng = np.random.default_rng(1)
    tangents = rng.normal(size=(100, 3))
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    gradients = rng.normal(size=(100, 3))
    pushes = np.linspace(0, 6, 6001)[:, np.newaxis, np.newaxis]
    brute = np.linalg.norm(gradients + pushes * tangents, axis=2).min(axis=0)
    np.testing.assert_allclose(resistance(gradients, tangents), brute, atol=1e-5)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda land: profile(land, [[0, 0]]), "path has 1 waypoints"),
        (lambda land: profile(land, [[0, 0], [0, 0]]), "none repeated"),
        (lambda land: profile(land, [[0, 0], [1, 0]], 0.0), "spacing is 0.0"),
        (lambda land: lowest_path(land, [9, 0], [0, 0], *CORNERS), "start is"),
        (lambda land: lowest_path(land, [0, 0], [0.001, 0], *CORNERS), "same grid node"),
        (lambda land: lowest_path(land, [0, 0], [1, 0], *CORNERS, nodes=2), "nodes is 2.0"),
    ],
)
def test_bad_input_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make(RIDGE.landscape())

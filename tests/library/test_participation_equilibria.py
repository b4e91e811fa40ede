from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from collective_action import bounds
from collective_action.learners import optimal
from collective_action.participation import Participation, equilibria, tipping_points, trajectory
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, Signal
from support.crowds import crowds, staircase
from support.populations import worlds

pytestmark = pytest.mark.numerical

POWER, STEEPNESS, HALF = 3, 6, 0.35
GAP, UNIQUENESS = 0.8, 0.02


def power(alphas):
    return np.asarray(alphas) ** POWER


def hill(alphas):
    return np.asarray(alphas) ** STEEPNESS / (np.asarray(alphas) ** STEEPNESS + HALF**STEEPNESS)


def promised(alphas):
    promise = bounds.feature_label(np.maximum(alphas, 1e-9), gap=GAP, uniqueness=UNIQUENESS)
    return np.maximum(promise, 0)


CLOSED_FORMS = {
    "power": (power, lambda worth: worth ** (1 / POWER)),
    "hill": (hill, lambda worth: HALF * (worth / (1 - worth)) ** (1 / STEEPNESS)),
    "promise": (promised, lambda worth: GAP * UNIQUENESS / (1 - worth + GAP * UNIQUENESS)),
}


@pytest.mark.parametrize("curve", CLOSED_FORMS)
@pytest.mark.parametrize(("cost", "free_riding"), [(0.05, 0.0), (0.3, 0.4), (0.2, 0.75)])
def test_with_one_cost_the_tipping_point_has_its_closed_form(curve, cost, free_riding):
    success, tips_at = CLOSED_FORMS[curve]
    nobody, tip, everybody = equilibria(Participation(success, cost, free_riding))
    assert tip.alpha == pytest.approx(tips_at(cost / (1 - free_riding)), abs=1e-9)
    assert (nobody.alpha, everybody.alpha) == (0, 1)
    assert [p.kind for p in (nobody, tip, everybody)] == ["stable", "tipping", "stable"]


ENDS = Fraction(0), Fraction(1)


def by_definition(response, edges):
    """Return the kind of each equilibrium of a response that is 0 or 1 and jumps only at edges."""
    near, found = Fraction(1, 10**6), {}
    for at in sorted({*ENDS, *edges}):
        below, above = response(max(at - near, 0)), response(min(at + near, 1))
        if below <= at <= above:
            sides = [below > at - near] * (at > 0) + [above < at + near] * (at < 1)
            assert len(set(sides)) == 1
            found[float(at)] = "stable" if sides[0] else "tipping"
    return found


@pytest.mark.parametrize("side", ["left", "right"])
def test_with_one_cost_each_case_of_the_proposition_holds_and_only_it(side):
    # A success of side "left" has its step just above an edge, as ties lost give it; 0 may be an
    # edge then, and with "right" 1 may be: any beginning is enough, or it takes everybody.
    rng, seen = np.random.default_rng(17), []
    for _ in range(300):
        n = int(rng.integers(1, 5))
        edges = np.sort(rng.choice(9, n, replace=False))
        heights = np.sort(rng.integers(0, 5, n + 1))
        free_riding = Fraction(int(rng.integers(0, 4)), 4)
        cost = Fraction(int(rng.integers(1, 17)), 16)

        def success(alphas, at=edges / 8, heights=heights / 4):
            return heights[np.searchsorted(at, alphas, side=side)]

        def response(alpha, edges=edges, heights=heights, worth=cost / (1 - free_riding)):
            passed = edges < 8 * alpha if side == "left" else edges <= 8 * alpha
            return int(Fraction(int(heights[passed.sum()]), 4) >= worth)

        expected = by_definition(response, [Fraction(int(edge), 8) for edge in edges])
        found = equilibria(Participation(success, float(cost), float(free_riding)))
        np.testing.assert_allclose([point.alpha for point in found], list(expected), atol=1e-9)
        assert [point.kind for point in found] == list(expected.values())
        seen.append(tuple(expected.items()))
    nobody, everybody = (0.0, "stable"), (1.0, "stable")
    end = ((0.0, "tipping"), everybody) if side == "left" else (nobody, (1.0, "tipping"))
    assert {(nobody,), (everybody,), end, (nobody, (0.5, "tipping"), everybody)} <= set(seen)
    assert {len(points) for points in seen} == {1, 2, 3}


def test_a_word_that_nobody_uses_tips_where_nobody_is_in():
    unused = Population([[0.6, 0.4], [0.0, 0.0]])
    strategy = FeatureLabel(Signal([1, 1], 1))
    model = Participation(
        lambda alphas: optimal.success_curve(unused, strategy, alphas), cost=0.4, free_riding=0.5
    )
    nobody, everybody = equilibria(model)
    assert (nobody.alpha, nobody.kind) == (pytest.approx(0, abs=1e-9), "tipping")
    assert (everybody.alpha, everybody.kind) == (1, "stable")
    np.testing.assert_array_equal(trajectory(model, [0, 1 / 40_000], 1)[-1], [0, 1])


@pytest.mark.parametrize("curve", CLOSED_FORMS)
def test_what_is_never_worth_it_holds_nobody(curve):
    (only,) = equilibria(Participation(CLOSED_FORMS[curve][0], cost=0.31, free_riding=0.7))
    assert (only.alpha, only.kind) == (0, "stable")


def test_what_costs_nothing_holds_everybody():
    (only,) = equilibria(Participation(power, cost=0))
    assert (only.low, only.high, only.kind) == (1, 1, "stable")


def test_the_tipping_point_is_the_critical_mass_for_the_success_that_is_worth_joining():
    compared = 0
    for world in worlds(seed=3, n=60, features=(2, 6)):
        strategy = world.strategy("feature-label")

        def exact(alphas, population=world.population, strategy=strategy):
            return optimal.success_curve(population, strategy, alphas)

        model = Participation(exact, cost=0.35, free_riding=0.3)
        mass = optimal.critical_mass(world.population, strategy, 0.5)
        tips = tipping_points(model)
        tipped = np.isfinite(mass) and model.response(0.0) == 0
        np.testing.assert_allclose(tips, [mass] if tipped else [], atol=1e-8)
        compared += tipped
    assert compared > 20


def test_spread_costs_against_a_cubic_solved_by_hand():
    # B(α) = 3α² − 2α³ has B(α) = α at 0, 1/2 and 1, with slopes 0, 3/2 and 0 there.
    model = Participation(lambda alphas: 3 * alphas**2 - 2 * alphas**3, stats.uniform())
    found = equilibria(model)
    np.testing.assert_allclose([point.alpha for point in found], [0, 0.5, 1], atol=1e-9)
    assert [point.kind for point in found] == ["stable", "tipping", "stable"]


def test_a_tipping_point_is_as_close_as_was_asked_for():
    model = Participation(hill, stats.uniform())
    [tip] = [point.alpha for point in equilibria(model, 0.01) if point.kind == "tipping"]
    assert tipping_points(model, 0.01) == [tip]
    assert 1e-9 < abs(tip - tipping_points(model)) <= 0.01


def test_free_riders_take_the_upper_rest_away():
    def rests(free_riding):
        return len(equilibria(Participation(hill, stats.uniform(), free_riding)))

    assert [rests(free_riding) for free_riding in (0.0, 0.8)] == [3, 1]


def test_a_crowd_of_granovetter_hangs_on_one_person():
    thresholds = np.arange(100) / 100
    (riot,) = equilibria(Participation(lambda alphas: alphas, thresholds))
    assert (riot.alpha, riot.kind) == (1, "stable")
    thresholds[1] = 0.02
    changed = Participation(lambda alphas: alphas, thresholds)
    alone, tip, riot = equilibria(changed)
    assert (alone.alpha, alone.kind) == (0.01, "stable")
    assert tip.alpha == pytest.approx(0.02)
    assert trajectory(changed, 0, 200)[-1] == 0.01


def crossings(costs, free_riding, heights, at):
    """Return where a staircase B meets the diagonal, its jumps filled in, in exact arithmetic."""
    ends = [Fraction(0), *at, Fraction(1)]
    levels = [
        Fraction(sum(cost <= (1 - free_riding) * height for cost in costs), len(costs))
        for height in heights
    ]
    found = {}
    for low, high, level in zip(ends, ends[1:], levels, strict=False):
        if low < level < high or level == low == 0 or level == high == 1:
            found[level] = "stable"
    for edge, before, after in zip(at, levels, levels[1:], strict=False):
        if before < edge < after:
            found[edge] = "tipping"
    touching = any(level in (low, high) and level not in (0, 1)
                   for low, high, level in zip(ends, ends[1:], levels, strict=False))  # fmt: skip
    return found, touching or levels[0] == ends[1] or levels[-1] == ends[-2]


def test_staircases_agree_with_exact_arithmetic():
    rng, compared = np.random.default_rng(11), 0
    for _ in range(300):
        n = int(rng.integers(1, 8))
        at = [Fraction(int(k), 97) for k in np.sort(rng.choice(96, n, replace=False) + 1)]
        heights = [Fraction(int(k), 64) for k in np.sort(rng.integers(0, 65, n + 1))]
        costs = [Fraction(int(k), 53) for k in rng.integers(1, 60, int(rng.integers(1, 9)))]
        free_riding = Fraction(int(rng.integers(0, 8)), 8)
        expected, touching = crossings(costs, free_riding, heights, at)
        if touching:
            continue
        compared += 1
        model = Participation(
            staircase(np.array(at, dtype=float), np.array(heights, dtype=float)),
            np.array(costs, dtype=float),
            float(free_riding),
        )
        found = equilibria(model)
        assert [point.kind for point in found] == [kind for _, kind in sorted(expected.items())]
        np.testing.assert_allclose(
            [point.alpha for point in found], [float(a) for a in sorted(expected)], atol=1e-9
        )
    assert compared > 200


def test_stable_points_draw_and_tipping_points_repel():
    for model, _ in crowds(seed=5, n=150):
        for point in equilibria(model):
            sides = [point.low - 1e-6, point.high + 1e-6]
            for side, share in zip((-1, 1), sides, strict=True):
                if point.kind != "touching" and 0 <= share <= 1:
                    outward = side * (model.response(share) - share) >= 0
                    assert outward == (point.kind == "tipping")


def test_a_response_along_the_diagonal_is_one_wide_place():
    lazy = Participation(lambda alphas: np.clip(alphas, 0.25, 0.5), stats.uniform())
    (place,) = equilibria(lazy)
    assert place.kind == "stable"
    assert (place.low, place.high) == pytest.approx((0.25, 0.5), abs=1e-5)


def test_a_rest_is_found_though_rounding_moves_the_response():
    for level in np.random.default_rng(0).random(50):
        model = Participation(lambda a, level=level: (a + level) - a, stats.uniform())
        (rest,) = equilibria(model)
        assert (rest.alpha, rest.kind) == (pytest.approx(level, abs=1e-9), "stable")


def test_a_response_that_only_touches_the_diagonal_is_said_to():
    touch = Participation(lambda alphas: np.minimum(alphas**2 + 0.25, 1), stats.uniform())
    touching, stable = equilibria(touch)
    assert (touching.kind, stable.kind) == ("touching", "stable")
    assert touching.low < 0.5 < touching.high
    assert touching.high - touching.low < 1e-4


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [(0.0, r"tolerance is 0\.0: it must be above 0"), (1.0, r"tolerance is 1\.0: it must be in")],
)
def test_bad_tolerance_is_refused(tolerance, message):
    with pytest.raises(ValueError, match=message):
        equilibria(Participation(power, 0.3), tolerance)

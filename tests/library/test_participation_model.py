import numpy as np
import pytest
from scipy import stats

from collective_action.participation import Participation, TabulatedSuccess
from collective_action.participation.costs import ListedCosts

pytestmark = pytest.mark.numerical


def linear(alphas):
    return np.asarray(alphas, dtype=float)


def test_a_member_stays_exactly_if_being_in_beats_being_out():
    rng = np.random.default_rng(0)
    for _ in range(200):
        cost, free_riding, alpha = rng.uniform(0, 1), rng.uniform(0, 0.99), rng.random()
        model = Participation(np.sqrt, cost, free_riding)
        stays = np.sqrt(alpha) - cost >= free_riding * np.sqrt(alpha)
        assert model.response(alpha) == stays


def test_whoever_is_indifferent_is_in():
    model = Participation(lambda alphas: np.full(np.shape(alphas), 0.5), 0.25, 0.5)
    np.testing.assert_array_equal(model.response([0.0, 1.0]), 1)
    np.testing.assert_array_equal(model.shortfall([0.0, 1.0]), 0)


def test_a_distribution_of_costs_is_the_limit_of_lists():
    law, rng = stats.norm(0.4, 0.1), np.random.default_rng(1)
    alphas = np.linspace(0, 1, 21)
    smooth = Participation(linear, law, 0.2)
    listed = Participation(linear, law.rvs(100_000, random_state=rng), 0.2)
    np.testing.assert_allclose(listed.response(alphas), smooth.response(alphas), atol=0.01)
    np.testing.assert_allclose(
        listed.shortfall(alphas[1:-1]), smooth.shortfall(alphas[1:-1]), atol=0.01
    )


def test_the_next_person_of_a_list_is_the_cheapest_who_is_not_in():
    costs = ListedCosts([0.7, 0.1, 0.3])
    np.testing.assert_array_equal(costs.ppf(np.array([0, 0.2, 1 / 3, 2 / 3, 1])),
                                  [0.1, 0.1, 0.3, 0.7, 0.7])  # fmt: skip
    np.testing.assert_array_equal(costs.cdf(np.array([0.0, 0.1, 0.29, 0.7])), [0, 1 / 3, 1 / 3, 1])


def test_a_table_is_not_overshot_by_an_ulp():
    rng = np.random.default_rng(2)
    for _ in range(100):
        sizes, successes = np.sort(rng.random((2, 4)).round(2))
        if len(set(sizes)) == 4:
            found = TabulatedSuccess(sizes, successes)(np.linspace(0, 1, 501))
            assert 0 <= found.min() <= found.max() <= successes[-1]


def test_success_may_fall_or_leave_the_fractions_by_rounding():
    for last in (0.3, 1.0):
        Participation(lambda a, last=last: np.where(a < 0.5, last + 1e-13, last), 0.3)
    Participation(lambda a: a - 1e-13, 0.3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cost": -0.1}, r"cost is -0\.1: it must be at least 0"),
        ({"cost": np.inf}, r"cost\[\] is not finite"),
        ({"cost": []}, r"cost is empty: it must hold at least one person's cost"),
        ({"cost": [0.1, np.nan]}, r"cost\[1\] is not finite"),
        ({"cost": "much"}, r"cost must be an array of numbers"),
        ({"free_riding": 1.0}, r"free_riding is 1\.0: it must be in \[0, 1\)"),
        ({"free_riding": -0.5}, r"free_riding is -0\.5: it must be in \[0, 1\)"),
        ({"free_riding": [0.5]}, r"free_riding is an array: it must be a single number"),
        ({"success": lambda a: 1 - a}, r"success falls from 1\.0 at 0\.0 to .* it must never fall"),
        ({"success": lambda a: 2 * a}, r"success\(0\.50\d*\) is 1\.0\d*: it must be in \[0, 1\]"),
        ({"success": lambda a: a - 0.5}, r"success\(0\.0\) is -0\.5: it must be in \[0, 1\]"),
        ({"success": lambda a: a * np.nan}, r"success\(0\.0\) is nan: it must be in \[0, 1\]"),
        (
            {"success": lambda a: a * (1 + 1e-9)},
            r"success\(1\.0\) is 1\.0+1: it must be in \[0, 1\]",
        ),
        ({"success": lambda a: 0.5 - 1e-9 * a}, r"success falls from 0\.5 at 0\.0 to 0\.49"),
        ({"success": lambda a: 1.0 - (abs(a - 0.3) < 0.01)}, r"success falls from 1\.0 at 0\.28"),
        ({"success": lambda a: 0.5}, r"success returned shape \(\) for shares of shape \(257,\)"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Participation(**{"success": linear, "cost": 0.3, "free_riding": 0.2} | arguments)


@pytest.mark.parametrize("method", ["response", "advantage", "shortfall"])
def test_a_share_beyond_one_is_refused(method):
    with pytest.raises(ValueError, match=r"alphas\[1\] is 1\.5: it must be in \[0, 1\]"):
        getattr(Participation(linear, 0.3), method)([0.5, 1.5])


def test_a_table_is_met_at_its_points_and_never_falls_between():
    rng = np.random.default_rng(2)
    fine = np.linspace(0, 1, 2001)
    for _ in range(100):
        n = rng.integers(1, 12)
        alphas, successes = np.sort(rng.random(n)), np.sort(rng.random(n))
        curve = TabulatedSuccess(alphas, successes)
        np.testing.assert_allclose(curve(alphas), successes, atol=1e-12)
        assert (np.diff(curve(fine)) >= -1e-12).all()
        between = np.searchsorted(alphas, fine, side="right")
        ends = np.concatenate([[0], successes, successes[-1:]])
        assert (curve(fine) >= ends[between] - 1e-12).all()
        assert (curve(fine) <= ends[between + 1] + 1e-12).all()


def test_beyond_its_ends_a_table_does_not_flatter():
    curve = TabulatedSuccess([0.1, 0.4], [0.3, 0.8])
    assert curve(0.0) == 0
    np.testing.assert_array_equal(curve([0.4, 0.7, 1.0]), 0.8)
    measured_at_zero = TabulatedSuccess([0.0, 0.4], [0.2, 0.8])
    assert measured_at_zero(0.0) == 0.2
    np.testing.assert_array_equal(TabulatedSuccess([0.0], [0.2])([0.0, 1.0]), 0.2)


@pytest.mark.parametrize(
    ("alphas", "successes", "message"),
    [
        ([0.1, 0.1], [0.2, 0.3], r"alphas\[1\] is 0\.1 after alphas\[0\] = 0\.1: they must stric"),
        ([0.1, 0.2, 0.3], [0.2, 0.4, 0.3], r"successes\[2\] is 0\.3 .*isotonic_regression"),
        ([0.1, 2.0], [0.2, 0.3], r"alphas\[1\] is 2\.0: it must be in \[0, 1\]"),
        ([0.1, 0.2], [0.2, np.nan], r"successes\[1\] is nan: it must be in \[0, 1\]"),
        ([0.1, 0.2], [0.2], r"alphas has shape \(2,\) and successes \(1,\)"),
        ([], [], r"alphas has shape \(0,\).*not empty"),
    ],
)
def test_a_table_that_is_no_curve_is_refused(alphas, successes, message):
    with pytest.raises(ValueError, match=message):
        TabulatedSuccess(alphas, successes)

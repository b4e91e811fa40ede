"""A large city against independent root finding, and small ones against it."""

import numpy as np
import pytest
from scipy import optimize

from collective_action.dispatch import City, Rule, Stationary, idle_members, pay
from support.errands import long_run, random_rule

pytestmark = pytest.mark.numerical


def found(alpha, oversupply, raises):
    """Return the root of the balance by another method than the library's."""
    return optimize.brentq(
        lambda q: oversupply * q + (1 - oversupply) * q ** (raises + 1) - alpha, 0, 1, xtol=1e-15
    )


def settings(seed, n):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        yield rng.uniform(0.01, 0.99), rng.uniform(0.01, 0.99), random_rule(rng)


def test_pay_is_that_of_the_flow_at_the_root():
    for alpha, idle, rule in settings(1, 300):
        q = found(alpha, idle, rule.raises)
        assert idle_members(alpha, idle, rule.raises) == pytest.approx(q, abs=1e-12)
        earned = pay(alpha, idle, rule)
        mean_price = (
            sum((1 + j * rule.step) * q**j * (1 - q) for j in range(rule.raises))
            + rule.threshold * q**rule.raises
        )
        to_members = rule.threshold * q ** (rule.raises + 1)
        assert earned.members == pytest.approx(to_members / alpha, rel=1e-6)
        assert earned.average == pytest.approx(mean_price)
        assert earned.outsiders == pytest.approx((mean_price - to_members) / (1 - alpha), rel=1e-6)


def test_at_the_ends_pay_is_what_the_first_member_and_the_last_outsider_earn():
    for _, idle, rule in settings(2, 100):
        first, last = pay(0, idle, rule), pay(1, idle, rule)
        assert first.members == pytest.approx(0, abs=1e-9)
        assert first.outsiders == pytest.approx(1)
        assert last.members == pytest.approx(rule.threshold)
        part = rule.raises / (rule.raises + 1)
        assert last.outsiders == pytest.approx((1 + rule.threshold) / 2 / (1 - idle * part))
        assert pay(1 - 1e-7, idle, rule).outsiders == pytest.approx(float(last.outsiders), rel=1e-3)


def test_shapes_broadcast():
    earned = pay(np.array([[0.2], [0.5]]), [0.1, 0.2, 0.3], Rule(5, 2.0))
    assert earned.members.shape == earned.outsiders.shape == earned.average.shape == (2, 3)


@pytest.mark.parametrize(
    ("alpha", "oversupply", "message"),
    [
        (1.1, 0.2, "alpha is 1.1"),
        (0.5, 0.0, "oversupply is 0: it must be in"),
        (0.5, 1.0, r"oversupply is 1.0: it must be in \[0, 1\)"),
        (0.5, np.nan, "oversupply is nan"),
    ],
)
def test_what_makes_no_sense_is_refused(alpha, oversupply, message):
    with pytest.raises(ValueError, match=message):
        pay(alpha, oversupply, Rule(3, 2.0))


def random_city(rng, most):
    n = int(rng.integers(3, most))
    return City(n, int(rng.integers(1, n)), int(rng.integers(1, n)))


def small_cities(seed, n):
    """Yield cities with trips of one length, every history counted, and their long run."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        size = int(rng.integers(3, 9))
        city = City(size, int(rng.integers(1, size)), int(rng.integers(max(1, size - 6), size)))
        rule = Rule(int(rng.integers(1, 12)), float(1 + rng.exponential(1.5) + 1e-3))
        yield city, rule, long_run(city, rule)


def random_trips(seed, n, most=60):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        city, rule = random_city(rng, most), random_rule(rng)
        stationary = Stationary(city, rule)
        shares = stationary.shares
        yield (
            city,
            rule,
            (
                stationary.mean(shares),
                stationary.mean(rule.to_members(shares)),
                stationary.mean(rule.average(shares)),
            ),
        )


def check_small(cities):
    """Return how often outsiders, and the average, earn more than the mean field says."""
    outsiders_ahead = average_ahead = 0
    for city, rule, (share, to_members, average) in cities:
        alpha, idle = city.alpha, city.oversupply
        assert idle * share + (1 - idle) * to_members == pytest.approx(alpha, abs=1e-8)
        q = float(idle_members(alpha, idle, rule.raises))
        assert share <= q + 1e-8
        assert to_members >= q ** (rule.raises + 1) - 1e-8
        large = pay(alpha, idle, rule)
        outsiders = (average - rule.threshold * to_members) / (1 - alpha)
        outsiders_ahead += outsiders > large.outsiders + 1e-6
        average_ahead += average > large.average + 1e-6
    return outsiders_ahead, average_ahead


def test_in_a_small_city_the_balance_is_exact_and_members_do_no_worse_than_in_a_large_one():
    check_small(small_cities(3, 150))
    check_small(random_trips(4, 300))


def test_nothing_of_the_kind_holds_for_the_average():
    _, ahead = check_small(random_trips(5, 400))
    assert 0 < ahead < 400


def spread(city, rule):
    """Return the mean squared distance of q from the mean field, and what bounds it."""
    stationary = Stationary(city, rule)
    q = idle_members(city.alpha, city.oversupply, rule.raises)
    return stationary.mean((stationary.shares - q) ** 2), (city.busy + 1) / (2 * city.idle**2)


def test_with_random_trips_the_spread_is_within_its_bound_and_not_within_a_tenth_of_it():
    rng, beyond = np.random.default_rng(6), 0
    for _ in range(300):
        seen, bound = spread(random_city(rng, 80), random_rule(rng))
        assert seen <= bound + 1e-12
        beyond += seen > bound / 10
    assert beyond > 0


@pytest.mark.slow
def test_five_thousand_small_cities():
    check_small(small_cities(7, 1_500))
    check_small(random_trips(8, 5_000))
    rng = np.random.default_rng(9)
    for _ in range(5_000):
        seen, bound = spread(random_city(rng, 80), random_rule(rng))
        assert seen <= bound + 1e-12

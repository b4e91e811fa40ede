"""One order, and what holds of it whoever is idle."""

import numpy as np
import pytest
from scipy import stats

from collective_action.dispatch import City, Rule, Stationary, simulate
from support.errands import literally, long_run, random_rule

pytestmark = pytest.mark.numerical

RELAY = Rule(20, 3.5)


def test_an_order_among_idle_couriers_has_the_chances_that_counting_gives():
    rng = np.random.default_rng(1)
    for _ in range(200):
        rule, share = random_rule(rng), rng.random()
        left, to_members, declines, price = 1.0, 0.0, 0.0, 0.0
        for declined in range(rule.raises + 1):
            taken = left if declined == rule.raises else left * (1 - share)
            price += taken * rule.prices[declined]
            declines += taken * declined
            to_members += left * share * (declined == rule.raises)
            left *= share
        assert rule.to_members(share) == pytest.approx(to_members)
        assert rule.declines(share) == pytest.approx(declines)
        assert rule.average(share) == pytest.approx(price)


def test_whatever_happens_the_bill_is_an_order_each_and_a_step_for_each_decline():
    rng = np.random.default_rng(2)
    for _ in range(30):
        city = City(*(n := int(rng.integers(4, 30)), rng.integers(1, n), rng.integers(1, n)))
        rule = random_rule(rng)
        _, declines, paid = literally(city, rule, 300, rng)
        assert paid.sum() == pytest.approx(300 + rule.step * declines.sum())


def test_in_the_long_run_outsiders_never_lose_and_members_get_no_larger_part_of_the_orders():
    rng, strict, poorer = np.random.default_rng(3), 0, 0
    for _ in range(150):
        n = int(rng.integers(3, 9))
        city = City(n, int(rng.integers(1, n)), int(rng.integers(max(1, n - 6), n)))
        rule = Rule(int(rng.integers(1, 8)), float(1 + rng.exponential(1.5) + 1e-3))
        _, to_members, average = long_run(city, rule)
        assert average >= 1 - 1e-9
        assert to_members <= city.alpha + 1e-9
        outsiders = (average - rule.threshold * to_members) / (1 - city.alpha)
        assert outsiders >= 1 - 1e-9
        strict += outsiders > 1 + 1e-6
        poorer += rule.threshold * to_members / city.alpha < 1 - 1e-6  # members may lose
    assert strict > 100
    assert poorer > 10


def test_side_by_side_is_what_one_order_after_another_is():
    cities = [City(12, 7, 4), City(12, 7, 8), City(40, 30, 10)]
    rule = Rule(4, 2.5)
    evening = simulate(cities, rule, orders=4_000, evenings=30, rng=4)
    rng = np.random.default_rng(5)
    for city, members, average in zip(
        cities, evening.pay.members, evening.pay.average, strict=True
    ):
        seen = []
        for _ in range(30):
            takers, _, paid = literally(city, rule, 2_000, rng)
            mine = paid[1_000:][takers[1_000:] < city.members].sum()
            seen.append((mine / 1_000 / city.alpha, paid[1_000:].mean()))
        for ours, theirs in zip((members, average), np.transpose(seen), strict=True):
            assert stats.ttest_ind(ours, theirs, equal_var=False).pvalue > 1e-4


def test_an_evening_agrees_with_the_chain_of_all_histories():
    rule, cities = Rule(3, 2.5), [City(9, 5, 3), City(8, 2, 4), City(7, 6, 2)]
    evening = simulate(cities, rule, orders=5_000, evenings=40, rng=6)
    for at, city in enumerate(cities):
        share, to_members, average = long_run(city, rule)
        for seen, exactly in (
            (evening.share[at], share),
            (evening.to_members[at], to_members),
            (evening.pay.average[at], average),
        ):
            assert stats.ttest_1samp(seen, exactly).pvalue > 1e-4


def test_the_same_seed_gives_the_same_evening():
    one, other = (
        simulate([City(30, 10, 6)], RELAY, orders=200, evenings=3, rng=9) for _ in range(2)
    )
    np.testing.assert_array_equal(one.pay.members, other.pay.members)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Rule(0, 2.0), "raises is 0: it must be at least 1"),
        (lambda: Rule(1.5, 2.0), "raises is 1.5: it must be a whole number"),
        (lambda: Rule(3, 1.0), "threshold is 1.0: it must be above 1"),
        (lambda: RELAY.average(1.2), r"share is 1.2: it must be in \[0, 1\]"),
        (lambda: City(1, 1, 1), "couriers is 1: it must be at least 2"),
        (lambda: City(9, 9, 2), r"members is 9: it must be in \[1, 8\]"),
        (lambda: City(9, 3, 0), "idle is 0: it must be at least 1"),
        (lambda: simulate([], RELAY, orders=1, evenings=1, rng=0), "cities is empty"),
        (lambda: simulate([City(9, 3, 2)], RELAY, orders=0, evenings=1, rng=0), "orders is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


def test_a_small_city_with_random_trips_is_the_chain_that_its_definition_gives():
    rng = np.random.default_rng(7)
    for _ in range(60):
        n = int(rng.integers(3, 14))
        city = City(n, int(rng.integers(1, n)), int(rng.integers(1, n)))
        rule = random_rule(rng)
        counts = np.arange(max(0, city.members - city.busy), min(city.members, city.idle) + 1)
        step = np.zeros((counts.size, counts.size))
        for at, count in enumerate(counts):
            to_member = rule.to_members(count / city.idle)
            for taker, chance in ((1, to_member), (0, 1 - to_member)):
                out = city.members - count + taker
                for back, likely in ((1, out / (city.busy + 1)), (0, 1 - out / (city.busy + 1))):
                    if chance * likely > 0:
                        step[at, at - taker + back] += chance * likely
        stationary = Stationary(city, rule)
        np.testing.assert_allclose(stationary.chances @ step, stationary.chances, atol=1e-12)
        assert stationary.chances.sum() == pytest.approx(1)

"""Certificates against the count of every vote: whatever the city, they are rarely false."""

import math
from fractions import Fraction

import numpy as np
import pytest

from collective_action.certificates import (
    certify,
    clean_size,
    hoeffding,
    hoeffding_size,
    limits,
    plan,
)
from collective_action.learners.optimal import critical_mass
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, Signal
from collective_action.worlds import couriers

pytestmark = pytest.mark.numerical

DELTA = 0.05
DRAWS = 10_000
TWO = Signal([0, 0], 1)
FOUR = Signal([0, 1, 0, 1], 1)


def at_most(seen, size, users, total):
    """Return the chance that at most `seen` of the members have what `total` users have."""
    ways = sum(math.comb(total, k) * math.comb(users - total, size - k) for k in range(seen + 1))
    return Fraction(ways, math.comb(users, size))


@pytest.mark.parametrize(("size", "users"), [(1, 2), (4, 9), (7, 20), (20, 20), (12, 31)])
@pytest.mark.parametrize("level", [0.01, 0.05, 0.3])
def test_limits_are_the_extreme_counts_that_every_subset_allows(size, users, level):
    seen = np.arange(size + 1)
    low, high = limits(seen, size, users, level)
    for k in seen:
        possible = range(k, users - size + k + 1)
        assert high[k] == max(T for T in possible if at_most(k, size, users, T) > level)
        more = [T for T in possible if k == 0 or 1 - at_most(k - 1, size, users, T) > level]
        assert low[k] == min(more)


def votes(city, members, signal):
    """Return which points fall and the share of users won, by counting every report."""
    filed = city - members
    np.add.at(filed[:, signal.target], signal.g, members.sum(axis=1))
    rivals = np.delete(filed, signal.target, axis=1).max(axis=1)
    falls = filed[:, signal.target] > rivals
    return falls, city.sum(axis=1)[falls[signal.g]].sum() / city.sum()


# Each city has points that just do not fall at this size, so that optimism is punished.
CITIES = {
    "worst case": (345, TWO, np.array([[345, 0], [0, 39_655]])),
    "small": (40, TWO, np.array([[48, 4], [300, 48]])),
    "two points": (120, FOUR, np.array([[75, 0], [60, 5], [900, 0], [960, 0]])),
    "three labels": (
        2_000,
        FOUR,
        np.array([[1_100, 0, 1_090], [1_200, 50, 10], [15_000, 3_000, 0], [18_550, 0, 0]]),
    ),
    "a million": (60_000, TWO, np.array([[70_200, 5_000], [0, 924_800]])),
}


def false_rates(name, promise):
    """Return how often a point is certified that does not fall, or too much success promised."""
    size, signal, city = CITIES[name]
    rng = np.random.default_rng(5)
    drawn = rng.multivariate_hypergeometric(city.ravel(), size, size=DRAWS, method="marginals")
    tables, times = np.unique(drawn, axis=0, return_counts=True)
    wrong = 0
    for table, count in zip(tables, times, strict=True):
        members = table.reshape(city.shape)
        points, success = promise(members, city.sum(), signal)
        falls, won = votes(city, members, signal)
        wrong += count * bool((~falls[points]).any() or success > won + 1e-12)
    return wrong / DRAWS


def exact(members, users, signal):
    found = certify(members, users, signal, DELTA)
    return found.points, found.success


@pytest.mark.parametrize("name", CITIES)
def test_a_certificate_is_false_in_at_most_delta_of_the_draws(name):
    assert false_rates(name, exact) <= DELTA


def test_the_worst_city_spends_nearly_all_of_delta():
    def unaided(members, users, signal):
        found = certify(members, users, signal, DELTA, credit=False)
        return found.points, found.success

    rate = false_rates("worst case", unaided)
    truth = float(at_most(0, 345, 40_000, 345))
    assert 0.049 < truth <= DELTA
    assert rate == pytest.approx(truth, abs=0.0065)


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("worst case", 0.0),
        ("worst case", 0.5),
        ("two points", 0.0),
        ("three labels", 0.0),
        ("a million", 0.0),
    ],
)
def test_a_smaller_margin_is_found_out(name, weight):
    """The plug-in (no margin) and half the margin certify too much."""

    def weaker(members, users, signal):
        size = members.sum()
        here = members[signal.points]
        statements = here.size
        level = DELTA * (1 if signal.points.size == 1 else 0.8) / statements
        low, high = limits(here, size, users, level)
        middle = here * (users / size)
        low, high = middle + weight * (low - middle), middle + weight * (high - middle)
        sent = np.bincount(signal.g, weights=members.sum(axis=1), minlength=len(members))
        ahead = sent[signal.points] + (low - here)[:, signal.target]
        rivals = np.delete(high - here, signal.target, axis=1).max(axis=1)
        return signal.points[ahead > rivals], 0.0

    assert false_rates(name, weaker) > DELTA


def test_the_sizes_of_the_square_root_law():
    users = [10**4, 4 * 10**4, 10**6, 10**7]
    assert [clean_size(N, statements=9) for N in users] == [226, 454, 2_277, 7_204]
    for N in users:
        n = clean_size(N, statements=9)
        assert n <= math.ceil(math.sqrt(N * math.log(9 / DELTA)))
        assert n < hoeffding_size(N, 10)
    n = clean_size(400, 0.1)
    assert at_most(0, n, 400, n) <= Fraction(1, 10) < at_most(0, n - 1, 400, n - 1)


def test_a_clean_size_is_where_the_certificate_begins():
    signal = Signal(np.zeros(3, dtype=int), 2)
    for users in (500, 40_000):
        n = clean_size(users, statements=2)
        for size, success in ((n, 1.0), (n - 1, 0.0)):
            members = np.array([[0, 0, 0], [size, 0, 0], [0, 0, 0]])
            assert certify(members, users, signal, credit=False).success == success


def cars(target):
    """Return the law of cars of Gauthier, Bach and Jordan, from their script: five countries."""
    marks = 0.76 * 0.85 * (0.9 + 0.1 / 3) * 0.925**2 * (0.95 + 0.05 / 3) ** 4
    marks *= 0.9625**2 * 0.975**3 * 0.5 * 0.8
    countries = np.array([0.14, 0.14, 0.14, 0.14, 0.44])
    weight = 0.45 * countries + 0.55 * 0.2
    grades = np.tile([0.95 * 2 / 3, 0.95 / 3, 0.0, 0.05], (5, 1))
    grades[1] = [0.6, 0.0, 0.1, 0.3]
    at_points = 0.45 * marks * countries[:, np.newaxis] * grades
    elsewhere = np.zeros((5, 4))
    elsewhere[:, 0] = weight - at_points.sum(axis=1)
    return Population(np.vstack([at_points, elsewhere])), Signal(np.r_[0:5, 0:5], target)


@pytest.mark.parametrize(
    ("users", "published"), [(500_000, 0.14), (1_000_000, 0.115), (2_000_000, 0.095)]
)
def test_the_published_sizes_on_cars_are_reproduced(users, published):
    law, signal = cars(3)
    truth = critical_mass(law, FeatureLabel(signal), 0.9)
    assert truth == pytest.approx(0.0548, abs=5e-5)
    rng = np.random.default_rng(11)
    first = {}
    for share in np.arange(0.055, 0.15, 0.0025):
        size = round(share * users)
        members = rng.multinomial(size, law.joint.ravel()).reshape(10, 4)
        if hoeffding(members, users, signal, n_test=100_000) >= 0.9:
            first.setdefault("hoeffding", share)
        if "exact" not in first and certify(members, users, signal).success >= 0.9:
            first["exact"] = share
    assert first["hoeffding"] == pytest.approx(published, abs=0.0026)
    assert truth < first["exact"] < 0.07


def test_hoeffding_by_hand():
    members = np.array([[0, 0], [100_000, 0]])
    rest = math.sqrt(math.log(8 / DELTA) / (2 * 100_000))
    assert hoeffding(members, 400_000, TWO) == pytest.approx(1 - rest)
    assert hoeffding(members, 400_000, TWO, n_test=100_000) == pytest.approx(1 - 2 * rest)
    few = np.array([[0, 0], [100, 0]])
    assert hoeffding(few, 400_000, TWO) == pytest.approx(-rest * math.sqrt(1_000))


def test_a_plan_names_the_sizes_that_will_be_certified():
    reports = couriers.reports(uniqueness=0.001, gap=0.6)
    juniper = Signal(couriers.write("juniper"), couriers.BUILDING)
    pilot = np.random.default_rng(0).multinomial(20_000, reports.joint.ravel()).reshape(80, 3)
    chances = plan(pilot, 40_000, juniper, 0.9, [1_000, 5_000], rng=1, draws=10)
    np.testing.assert_array_equal(chances, [0, 1])
    again = plan(pilot, 40_000, juniper, 0.9, [1_000, 5_000], rng=1, draws=10)
    np.testing.assert_array_equal(chances, again)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: limits([1.5], 2, 4, 0.1), "seen has dtype float64"),
        (lambda: limits([3], 2, 4, 0.1), r"seen must be in \[0, 2\]"),
        (lambda: limits([1], 2, 4, 1.0), "level is 1.0: it must be strictly between 0 and 1"),
        (lambda: limits([1], 2, 1, 0.1), "n_users is 1: it must be at least 2"),
        (lambda: certify(np.zeros((2, 2), int), 9, TWO), "n_members is 0"),
        (lambda: certify(np.ones((2, 2)), 9, TWO), "counts has dtype float64"),
        (lambda: certify(np.ones(4, int), 9, TWO), r"counts has shape \(4,\)"),
        (lambda: certify(-np.ones((2, 2), int), 9, TWO), "counts holds -1"),
        (lambda: certify(np.ones((3, 2), int), 9, TWO), "g has 2 entries: counts has 3"),
        (lambda: certify(np.ones((2, 2), int), 9, Signal([0, 0], 5)), "target is 5"),
        (lambda: clean_size(2.5), "n_users is 2.5: it must be a whole number"),
        (lambda: clean_size(9, statements=0), "statements is 0: it must be at least 1"),
        (lambda: hoeffding_size(9, 1), "n_labels is 1: it must be at least 2"),
        (lambda: plan(np.ones((2, 2), int), 9, TWO, 0.9, [0], rng=0), "sizes holds 0"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()

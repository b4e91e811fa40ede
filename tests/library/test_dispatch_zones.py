"""Two thresholds, the zone that holds itself together, and rotas, against scans of sizes."""

import numpy as np
import pytest
from scipy import optimize, stats

from collective_action.dispatch import (
    City,
    Rule,
    everybody_rotates,
    gains_from,
    members_rotate,
    most_oversupply,
    pay,
    simulate,
    stays_from,
)
from support.errands import random_rule

pytestmark = pytest.mark.numerical

RELAY = Rule(20, 3.5)


def flow(alpha, idle, rule):
    """Return what members and outsiders earn, from the root of the balance and the flow alone."""
    q = optimize.brentq(
        lambda q: idle * q + (1 - idle) * q ** (rule.raises + 1) - alpha, 0, 1, xtol=1e-16
    )
    to_members = rule.threshold * q ** (rule.raises + 1)
    average = 1 + rule.step * (q ** np.arange(1, rule.raises + 1)).sum()
    return to_members / alpha, (average - to_members) / (1 - alpha)


def random_settings(seed, n):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        yield float(rng.uniform(0.01, 0.99)), random_rule(rng)


def check_gain(idle, rule):
    """Require that a member gains just above the threshold, and not just below it."""
    from_here = float(gains_from(idle, rule))
    assert 0 < from_here < 1
    for alpha, gains in ((from_here * (1 - 1e-6), False), (from_here * (1 + 1e-6), True)):
        if alpha < 1:
            assert (flow(alpha, idle, rule)[0] > 1) == gains


def check_stay(idle, rule, sizes=400):
    """Require one change of lead where the threshold says, or none; return whether there is one."""
    from_here = stays_from(idle, rule)
    assert (from_here < 1) == (idle < most_oversupply(rule))
    near = [from_here * (1 - 1e-3), 1 - (1 - from_here) * (1 - 1e-3)] if from_here < 1 else []
    alphas = np.concatenate([np.linspace(0, 1, sizes + 2)[1:-1], near])
    leads = [np.subtract(*flow(alpha, idle, rule)) for alpha in alphas]
    for alpha, lead in zip(alphas, leads, strict=True):
        if abs(lead) > 1e-7:
            assert (lead > 0) == (alpha > from_here)
    assert from_here > gains_from(idle, rule)
    return from_here < 1


def test_the_thresholds_of_the_chapter():
    assert gains_from(0.2, RELAY) == pytest.approx(0.228, abs=5e-4)
    assert stays_from(0.2, RELAY) == pytest.approx(0.427, abs=5e-4)
    assert stays_from(0.4, RELAY) == np.inf
    assert most_oversupply(RELAY) == pytest.approx(0.375)


def test_members_gain_from_the_threshold_on_and_only_there():
    for idle, rule in random_settings(1, 300):
        check_gain(idle, rule)


def test_membership_pays_from_one_threshold_on_or_never():
    holding = sum(check_stay(idle, rule, 60) for idle, rule in random_settings(2, 120))
    assert 10 < holding < 110


def test_a_threshold_without_the_last_raise_is_refuted():
    # R (ω/(R − 1 + ω)) forgets that a member needs k declines before hers: too large a size.
    wrong = 0
    for idle, rule in random_settings(3, 100):
        patient = rule.threshold * idle / (rule.threshold - 1 + idle)
        wrong += patient < 1 and flow(patient * (1 - 1e-3), idle, rule)[0] > 1
    assert wrong > 50


def test_the_border_of_the_zone_is_sharp():
    for _, rule in random_settings(4, 100):
        border = most_oversupply(rule)
        lone = [
            pay(1, idle, rule)
            for idle in (border * (1 - 1e-6), border * (1 + 1e-6))
            if 0 < idle < 1
        ]
        for earned, holds in zip(lone, (True, False), strict=False):
            assert (earned.members > earned.outsiders) == holds


def check_ratio(alpha, idle, more, rule):
    """Require a smaller ratio at more oversupply; return whether members lose more in absolutes."""
    fewer, many = flow(alpha, idle, rule), flow(alpha, more, rule)
    assert many[0] / many[1] < fewer[0] / fewer[1] * (1 + 1e-9)
    assert many[0] <= fewer[0] * (1 + 1e-9)
    return fewer[0] - many[0] > fewer[1] - many[1]


def random_pairs(seed, n):
    rng = np.random.default_rng(seed)
    for _ in range(n):
        idle, more = np.sort(rng.uniform(0.01, 0.99, 2))
        yield rng.uniform(0.01, 0.99), idle, more, random_rule(rng)


def test_the_ratio_of_pay_falls_with_oversupply_and_the_difference_need_not():
    faster = [check_ratio(*setting) for setting in random_pairs(5, 400)]
    assert 100 < sum(faster) < 400  # "members always lose more" is refuted


def check_rotas(rng):
    """Require that a rota of all lifts a member's day and one of members lowers it."""
    rule, alpha, idle = random_rule(rng), rng.uniform(0.02, 0.98), rng.uniform(0.03, 0.97)
    more, less = np.sort(rng.uniform(0.02, 0.98, 2))[::-1]
    everybody = [
        everybody_rotates(alpha, idle, 1 - idle * part, rule).pay.members for part in (less, more)
    ]
    least = max(0.0, 1 - idle / alpha)
    ours = [least + (1 - least) * part for part in (more, less)]
    hours = [members_rotate(alpha, idle, online, rule).pay.members for online in ours]
    assert everybody[1] >= everybody[0] * (1 - 1e-9)
    assert hours[1] <= hours[0] * (1 + 1e-9)
    return hours[1] / ours[1] > hours[0] / ours[0]


def test_a_rota_of_all_helps_members_and_one_of_members_alone_costs_them_their_day():
    rng = np.random.default_rng(6)
    better_hours = sum(check_rotas(rng) for _ in range(400))
    assert 0 < better_hours < 400  # an hour of theirs may be worth more or less


def test_a_rota_is_a_smaller_city_with_the_same_orders():
    rng = np.random.default_rng(7)
    for _ in range(100):
        rule, alpha, idle = random_rule(rng), rng.uniform(0.05, 0.95), rng.uniform(0.1, 0.9)
        turn = 1 - idle * rng.uniform(0, 0.95)
        rota = everybody_rotates(alpha, idle, turn, rule)
        left = 1 - (1 - idle) / turn
        assert rota.oversupply == pytest.approx(left)
        members, outsiders = flow(alpha, left, rule)
        assert rota.pay.members == pytest.approx(members, rel=1e-5)
        assert rota.pay.outsiders == pytest.approx(outsiders, rel=1e-5)
        total = alpha * rota.pay.members + (1 - alpha) * rota.pay.outsiders
        assert total == pytest.approx(rota.pay.average)
        alone = members_rotate(alpha, idle, 1 - min(idle / alpha, 1) * 0.5, rule)
        total = alpha * alone.pay.members + (1 - alpha) * alone.pay.outsiders
        assert total == pytest.approx(alone.pay.average)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: gains_from(0.0, RELAY), "oversupply is 0"),
        (lambda: stays_from(1.0, RELAY), "oversupply is 1.0"),
        (lambda: everybody_rotates(0.5, 0.5, 0.5, RELAY), "online is 0.5: 0.5 of all couriers"),
        (lambda: members_rotate(0.9, 0.5, 0.1, RELAY), "somebody must be idle"),
        (lambda: members_rotate(0.5, 0.9, 0.0, RELAY), "online is 0"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()


@pytest.mark.slow
def test_events_in_a_large_city_lie_on_the_side_of_each_threshold_that_the_formulas_say():
    signs = []
    for rule in (Rule(1, 2.0), Rule(4, 2.5), Rule(20, 3.5)):
        cities, wanted = [], []
        for idle in (0.15, 0.25):
            for name, at in (("gain", gains_from(idle, rule)), ("stay", stays_from(idle, rule))):
                for alpha, above in ((0.85 * at, False), (1 - 0.85 * (1 - at), True)):
                    cities.append(City(2_000, round(2_000 * alpha), round(2_000 * idle)))
                    wanted.append((name, above))
        seen = simulate(cities, rule, orders=10_000, evenings=8, settle=20_000, rng=11).pay
        for at, (name, above) in enumerate(wanted):
            lead = seen.members[at] - (1 if name == "gain" else seen.outsiders[at])
            signs.append((name, above))
            assert (lead.mean() > 0) == above
            assert abs(lead.mean()) > 2 * stats.sem(lead)
    assert len(set(signs)) == 4


@pytest.mark.slow
def test_five_thousand_of_each():
    for idle, rule in random_settings(8, 5_000):
        check_gain(idle, rule)
        check_stay(idle, rule, 10)
    for setting in random_pairs(9, 5_000):
        check_ratio(*setting)
    rng = np.random.default_rng(10)
    for _ in range(5_000):
        check_rotas(rng)

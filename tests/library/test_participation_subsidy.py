from itertools import combinations, pairwise, product

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from collective_action.participation import Participation, subsidy, tipping_points
from support.crowds import crowds, staircase

pytestmark = pytest.mark.numerical


def paid(costs, advantage, n):
    """Return the theorem's total for the n cheapest, advantage[k] being worth with k others in."""
    cheapest = sorted(costs)[:n]
    return sum(max(cost - gain, 0) for cost, gain in zip(cheapest, advantage, strict=False))


def rests(costs, advantage, offer):
    """Yield how many are in, for every set of people that nobody wants to leave or to join."""
    people = range(len(costs))
    for size in range(len(costs) + 1):
        for inside in combinations(people, size):
            stays = all(offer[i] >= costs[i] - advantage[size - 1] for i in inside)
            joins = any(offer[i] >= costs[i] - advantage[size] for i in people if i not in inside)
            if stays and not joins:
                yield size


def test_no_unconditional_offers_do_with_less_than_the_sum():
    rng = np.random.default_rng(4)
    for _ in range(60):
        n = int(rng.integers(2, 5))
        costs = rng.integers(0, 4, n)
        advantage = np.sort(rng.integers(0, 4, n + 1))
        reach = int(rng.integers(1, n + 1))
        enough = [
            sum(offer)
            for offer in product(range(4), repeat=n)
            if min(rests(costs, advantage, offer)) >= reach
        ]
        assert min(enough) == paid(costs, advantage, reach)


def test_a_pledge_that_is_due_only_on_failure_costs_nothing():
    rng, needed = np.random.default_rng(5), 0
    for _ in range(60):
        n, cost = int(rng.integers(2, 6)), int(rng.integers(1, 4))
        advantage = np.sort(rng.integers(0, 6, n + 1))
        advantage[-2:] = np.maximum(advantage[-2:], cost)
        reach = int(np.flatnonzero(advantage >= cost)[0]) + 1
        with_pledge = np.where(np.arange(1, n + 1) < reach, np.maximum(advantage[:n], cost),
                               advantage[:n])  # fmt: skip
        nothing = [0] * n
        assert min(rests([cost] * n, np.append(with_pledge, cost), nothing)) >= reach
        needed += min(rests([cost] * n, advantage, nothing)) < reach
    assert needed > 20


def test_the_integral_is_the_limit_of_the_sums_over_people():
    law = stats.norm(0.4, 0.1)
    model = Participation(lambda alphas: alphas**3, law, 0.2)
    reach, n = 0.6, 20_000
    in_before = np.arange(int(reach * n)) / n
    costs = law.ppf((np.arange(int(reach * n)) + 0.5) / n)
    total = paid(costs, 0.8 * in_before**3, costs.size)
    assert subsidy(model, reach) == pytest.approx(total / n, abs=1e-4)


@pytest.mark.parametrize(("cost", "free_riding"), [(0.1, 0.0), (0.3, 0.5)])
def test_the_closed_form_for_a_power(cost, free_riding):
    model = Participation(lambda alphas: alphas**3, cost, free_riding)
    (tip,) = tipping_points(model)
    by_hand = cost * tip - (1 - free_riding) * tip**4 / 4
    assert subsidy(model, tip) == pytest.approx(by_hand, abs=1e-9)
    assert subsidy(model, 1.0) == pytest.approx(by_hand, abs=1e-9)


def test_the_closed_form_for_the_promise_of_the_theorem():
    lead, cost, free_riding = 0.016, 0.3, 0.4
    model = Participation(
        lambda alphas: np.maximum(1 - (1 - alphas) / np.maximum(alphas, 1e-9) * lead, 0),
        cost, free_riding,
    )  # fmt: skip
    begins, tip = lead / (1 + lead), lead / (1 - cost / (1 - free_riding) + lead)
    rising = (1 + lead) * (tip - begins) - lead * np.log(tip / begins)
    by_hand = cost * tip - (1 - free_riding) * rising
    assert subsidy(model, tip) == pytest.approx(by_hand, abs=1e-8)


def test_staircases_are_summed_step_by_step():
    rng = np.random.default_rng(6)
    for _ in range(40):
        at, heights = np.sort(rng.random(16)), np.sort(rng.random(17))
        model = Participation(staircase(at, heights), 0.6, 0.2)
        edges = np.concatenate([[0], at, [1]])
        by_hand = np.maximum(0.6 - 0.8 * heights, 0) @ np.diff(edges)
        assert subsidy(model, 1.0) == pytest.approx(by_hand, abs=1e-8)


@pytest.mark.slow
def test_any_curve_and_any_costs_agree_with_another_quadrature():
    compared = 0
    for model, rng in crowds(seed=9, n=300):
        if not isinstance(model.cost, float):
            continue
        start, reach = np.sort(rng.uniform(0.05, 0.95, 2))
        grid = np.linspace(start, reach, 20_001)
        shortfall = model.shortfall(grid)
        jumps = grid[:-1][np.abs(np.diff(shortfall)) > 1e-3]
        if jumps.size > 20:
            continue
        pieces = np.unique(np.concatenate([[start], jumps, jumps + grid[1] - grid[0], [reach]]))
        other = sum(
            quad(model.shortfall, low, high, limit=400, epsabs=1e-11)[0]
            for low, high in pairwise(pieces)
        )
        assert subsidy(model, reach, start) == pytest.approx(other, abs=1e-8)
        compared += 1
    assert compared > 60


def test_from_any_start_everybody_can_be_reached():
    """However the middle of a piece is rounded, no share above 1 is looked at."""
    model = Participation(lambda alphas: alphas**3, 0.9)
    tip = 0.9 ** (1 / 3)
    for start in np.random.default_rng(8).uniform(0, tip, 40):
        by_hand = 0.9 * (tip - start) - (tip**4 - start**4) / 4
        assert subsidy(model, 1.0, start) == pytest.approx(by_hand, abs=1e-8)


def test_a_subsidy_is_due_only_where_people_would_not_join_by_themselves():
    model = Participation(lambda alphas: 0.2 + 0.8 * alphas, stats.uniform())
    assert subsidy(model, 1.0) == pytest.approx(0, abs=1e-12)
    spread = Participation(lambda alphas: alphas**2, stats.uniform(), 0.2)
    whole = subsidy(spread, 0.7)
    assert whole == pytest.approx(subsidy(spread, 0.3) + subsidy(spread, 0.7, start=0.3))
    assert subsidy(spread, 0.3, start=0.3) == 0


def test_who_loses_nothing_by_being_in_needs_nothing():
    nobody_minds = Participation(np.sqrt, [-0.3, -0.3])
    some_like_it = Participation(np.sqrt, stats.norm(-9, 0.1))
    for model in (nobody_minds, some_like_it):
        assert subsidy(model, 0.9) == 0
        assert subsidy(model, 0.4, start=0.4) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"reach": 1.1}, r"reach is 1\.1: it must be in \[0, 1\]"),
        ({"reach": 0.2, "start": 0.3}, r"start is 0\.3: it must be in \[0, reach\], and reach"),
        ({"reach": 1.0}, r"reach is 1\.0: the cost of the last person in is inf"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        subsidy(Participation(np.sqrt, stats.norm(0.3, 0.1)), **arguments)


@pytest.mark.parametrize("n", [1, 3, 64, 100, 5_000])
def test_an_even_staircase_of_costs_is_not_taken_for_a_line(n):
    model = Participation(lambda alphas: np.zeros(np.shape(alphas)), (np.arange(n) + 1) / n)
    assert subsidy(model, 1.0) == pytest.approx((n + 1) / (2 * n), abs=1e-8)


def test_an_even_staircase_of_success_is_not_taken_for_a_line():
    model = Participation(lambda alphas: np.floor(64 * np.asarray(alphas)) / 64, 1.0)
    assert subsidy(model, 1.0) == pytest.approx(1 - 63 / 128, abs=1e-8)

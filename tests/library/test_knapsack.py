import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import Bounds, LinearConstraint, milp

from collective_action.learners.optimal import knapsack
from collective_action.learners.optimal.knapsack import pack
from support.populations import SEEDS

pytestmark = pytest.mark.numerical


def all_subsets(k):
    return (np.arange(2**k)[:, np.newaxis] >> np.arange(k)) & 1


def by_brute_force(values, costs, budget):
    """Return the largest value over all subsets; whole numbers, so sums are exact."""
    subsets = all_subsets(values.size)
    return (subsets @ values)[subsets @ costs <= budget].max()


@settings(max_examples=40)
@given(SEEDS)
def test_up_to_twelve_items_agree_with_all_subsets(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        k = rng.integers(0, 12, endpoint=True)
        top = rng.choice([3, 20, 10_000])
        values = rng.integers(0, top, k, endpoint=True).astype(float)
        costs = rng.integers(0, top, k, endpoint=True).astype(float)
        budget = float(rng.integers(0, max(1, costs.sum()), endpoint=True))
        packing = pack(values, costs, budget)
        assert packing.value == packing.bound == by_brute_force(values, costs, budget)
        assert values[packing.chosen].sum() == packing.value
        assert costs[packing.chosen].sum() <= budget
        assert packing.chosen[costs == 0].all()


@pytest.mark.parametrize("seed", range(4))
def test_sixty_items_agree_with_branch_and_bound(seed):
    rng = np.random.default_rng(seed)
    values, costs = rng.uniform(size=60), rng.uniform(size=60)
    packing = pack(values, costs, 10.0)
    solved = milp(
        -values,
        integrality=1,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(costs, -np.inf, 10.0),
        options={"mip_rel_gap": 0},
    )
    assert packing.value == packing.bound == pytest.approx(-solved.fun, abs=1e-6)


def test_a_budget_met_exactly_is_met_up_to_rounding():
    assert pack(np.array([1.0]), np.array([0.1 + 0.2]), 0.3).chosen.all()
    assert not pack(np.array([1.0]), np.array([0.3 + 1e-9]), 0.3).chosen.any()


def test_rounds_settle_what_the_first_leaves_open():
    values, costs = np.random.default_rng(4).uniform(size=(2, 300))
    packing = pack(values, costs, costs.sum() / 4)
    solved = milp(
        -values,
        integrality=1,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(costs, -np.inf, costs.sum() / 4),
        options={"mip_rel_gap": 0},
    )
    assert packing.value == packing.bound == pytest.approx(-solved.fun, abs=1e-6)


def test_a_search_that_left_something_out_proves_nothing(monkeypatch):
    """Forty items of nearly one value per cost: more open, and more live pairs, than are kept."""
    rng = np.random.default_rng(3)
    costs = rng.uniform(1, 2, 40)
    values = costs * rng.uniform(1, 1 + 1e-6, 40)

    def packed(limit, count):
        with monkeypatch.context() as patched:
            patched.setattr(knapsack, limit, count)
            return pack(values, costs, costs.sum() / 2)

    better = packed("CORE_STATES", 1 << 20)
    for packing in (packed("CORE_STATES", 8), packed("CORE_ITEMS", 4)):
        assert packing.value < better.value <= packing.bound


def test_greedy_alone_would_be_wrong():
    # By value per cost the first item comes first and fills the budget to the brim of nothing else.
    packing = pack(np.array([3.0, 4.0, 4.0]), np.array([2.0, 3.0, 3.0]), 6.0)
    assert packing.value == 8.0
    np.testing.assert_array_equal(packing.chosen, [False, True, True])


@pytest.mark.parametrize("whole_numbers", [False, True])
def test_a_hundred_thousand_items_give_a_narrow_certified_interval(whole_numbers):
    rng = np.random.default_rng(5)
    size = 100_000
    values, costs = rng.integers(1, 20, (2, size)) if whole_numbers else rng.uniform(size=(2, size))
    values, costs = values / values.sum(), costs / costs.sum()
    packing = pack(values, costs, 0.1)
    assert costs[packing.chosen].sum() <= 0.1 * (1 + 1e-9)
    assert values[packing.chosen].sum() == pytest.approx(packing.value, abs=1e-12)
    assert 0 <= packing.bound - packing.value < 1e-5
    # The fractional optimum, from sorting alone, is a bound; ours is not above it.
    order = np.argsort(-values / costs)
    fractional = np.interp(0.1, np.cumsum(costs[order]), np.cumsum(values[order]))
    assert packing.bound <= fractional + 1e-12

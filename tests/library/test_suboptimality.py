import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from collective_action.firm import NEAR, WITH_SLACK, Firm
from collective_action.learners.optimal.suboptimality import (
    overturned_margin,
    prices,
    suboptimality,
    tolerances,
)
from collective_action.population import Population
from support.populations import SEEDS, worlds

pytestmark = pytest.mark.numerical


def nearest_law(joint, firm, near):
    """Return the smallest ε with a law P̃ near P for which the firm is optimal, by linear programme.

    Variables: the additions to P, and for the joint law the removals. For a mixture,
    P̃/(1−ε) = P + additions, and additions of total s mean ε = s/(1+s).
    """
    if near == "pointwise":  # each conditional law is a world of one feature
        held = joint.sum(axis=1) > 0
        laws = joint[held] / joint[held].sum(axis=1, keepdims=True)
        alone = zip(laws[:, np.newaxis], firm[held, np.newaxis], strict=True)
        return max(nearest_law(law, answer, "joint") for law, answer in alone)
    n, k = joint.shape
    rows, room = [], []
    for x in range(n):
        for y in set(range(k)) - {firm[x]}:
            row = np.zeros((n, k))
            row[x, y], row[x, firm[x]] = 1, -1
            rows.append(row.ravel())
            room.append(joint[x, firm[x]] - joint[x, y])
    additions = np.array(rows)
    if near == "mixture":
        added = linprog(np.ones(n * k), additions, room).fun
        return added / (1 + added)
    return linprog(
        np.repeat([1.0, 0.0], n * k),
        np.hstack([additions, -additions]),
        room,
        np.repeat([[1.0, -1.0]], n * k, axis=1),
        [0],
        [(0, None)] * (n * k) + [(0, mass) for mass in joint.ravel()],
    ).fun


@pytest.mark.parametrize("near", NEAR)
@settings(max_examples=10)
@given(seed=SEEDS)
def test_suboptimality_is_the_distance_to_the_nearest_law_that_explains_the_firm(near, seed):
    rng = np.random.default_rng(seed)
    for world in worlds(seed, 8, features=(1, 4), labels=(2, 5)):
        population = world.population
        firm = rng.integers(0, population.n_labels, population.n_features)
        expected = nearest_law(population.joint, firm, near)
        assert suboptimality(population, firm, near) == pytest.approx(expected, abs=1e-8)


def test_suboptimality_by_hand():
    population = Population([[0.3, 0.1], [0.2, 0.4]])
    assert suboptimality(population, [0, 1]) == 0.0
    # Overturning feature 0 takes 0.1 from one label to the other, or 0.2 of new mass: 0.2/1.2.
    assert suboptimality(population, [1, 1]) == pytest.approx(0.1)
    assert suboptimality(population, [1, 1], "mixture") == pytest.approx(1 / 6)


def test_the_third_best_label_can_cost_more_than_half_its_margin_in_the_joint_law():
    # Labels of mass 0.5, 0.5, 0: the third must reach the level t to which both others are cut,
    # t = 2(0.5 − t), t = 1/3. Half its margin would be 0.25.
    assert suboptimality(Population([[0.5, 0.5, 0.0]]), [2]) == pytest.approx(1 / 3)


def test_each_point_has_its_own_epsilon():
    # Conditionals (3/4, 1/4) and (1/3, 2/3): half their margins, 1/4 and 1/6. Nobody has feature 2.
    population = Population([[0.3, 0.1], [0.2, 0.4], [0.0, 0.0]])
    np.testing.assert_allclose(tolerances(population.joint), [[0, 1 / 4], [1 / 6, 0], [0, 0]])
    assert suboptimality(population, [1, 0, 1], "pointwise") == pytest.approx(1 / 4)
    # Labels .4, .4, .2: the third is second largest in value and costs 2/15, not half its margin.
    three = Population([[0.4, 0.4, 0.2]])
    assert suboptimality(three, [2], "pointwise") == pytest.approx(2 / 15)
    assert suboptimality(three, [2]) == pytest.approx(2 / 15)
    assert tolerances(np.array([[0.0, 1.0], [0.5, 0.0]])).max() == 0.5


def test_whoever_errs_little_at_each_point_errs_little_in_all():
    rng = np.random.default_rng(4)
    for _ in range(200):
        population = Population(rng.dirichlet(np.full(12, 0.4)).reshape(4, 3))
        firm = rng.integers(3, size=4)
        everywhere = suboptimality(population, firm, "pointwise")
        assert suboptimality(population, firm) <= everywhere + 1e-12


def test_a_pointwise_firm_has_no_slack():
    firm = Firm(0.1, "pointwise")
    assert firm.tolerance == 0.1
    for ask in (
        lambda: firm.slack,
        lambda: firm.budget,
        lambda: prices(np.array([[0.6, 0.4]]), "pointwise"),
        lambda: overturned_margin(np.array([[0.6, 0.4]]), np.array([0]), "pointwise"),
    ):
        with pytest.raises(ValueError, match="near is 'pointwise'"):
            ask()
    with pytest.raises(ValueError, match="must be a single number"):
        Firm([0.1, 0.2], "pointwise").tolerance  # noqa: B018


@pytest.mark.parametrize("near", WITH_SLACK)
@pytest.mark.parametrize("labels", [2, 3, 4])
def test_the_dearest_budget_of_a_firms_prices_is_its_overturned_margin(near, labels):
    joint = np.random.default_rng(labels).dirichlet(np.ones(5 * labels)).reshape(5, labels)
    for firm in np.random.default_rng(0).integers(labels, size=(50, 5)):
        charged = prices(joint, near)[:, np.arange(5), firm].sum(axis=1).max()
        assert charged == pytest.approx(overturned_margin(joint, firm, near), abs=1e-15)


@pytest.mark.parametrize("near", WITH_SLACK)
def test_slack_is_what_overturning_a_second_best_label_costs(near):
    population = Population([[0.6, 0.4]])
    epsilon = suboptimality(population, [1], near)
    assert Firm(epsilon, near).slack == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("answers", "near", "message"),
    [
        ([0], "joint", r"answers has 1 entries: the population has 2 features"),
        ([0, 2], "joint", r"answers\[1\] is 2: it must be in \[0, 2\)"),
        ([0.0, 1.0], "joint", r"answers has dtype float64"),
        ([0, 1], "noise", r"near is 'noise': it must be one of 'joint', 'mixture'"),
    ],
)
def test_what_is_no_firm_is_refused(answers, near, message):
    with pytest.raises(ValueError, match=message):
        suboptimality(Population([[0.3, 0.1], [0.2, 0.4]]), answers, near)

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import OptimizeResult, linprog

from collective_action.firm import NEAR, WITH_SLACK, Firm
from collective_action.learners.optimal import erasing, erasing_programme, success_curve
from collective_action.learners.optimal.suboptimality import suboptimality
from collective_action.learners.optimal.worst_case import worst_case
from collective_action.population import Population
from collective_action.strategies import (
    Allocation,
    Erasure,
    FeatureLabel,
    FeatureOnly,
    Leave,
    Signal,
)
from support.populations import PLANTING, SEEDS, STRATEGIES, worlds, worlds_for

pytestmark = pytest.mark.numerical


def success_of(answers, population, strategy):
    if isinstance(strategy, Erasure):
        return population.marginal[answers == answers[strategy.g]].sum()
    return population.marginal[answers[strategy.signal.g] == strategy.signal.target].sum()


def by_brute_force(population, strategy, alpha, firm):
    """Return the least success over every firm f: X → Y that is ε-suboptimal where it matters."""
    seen = population.mix(strategy.law(population), alpha)
    matters = np.ones(population.n_features, dtype=bool)
    if not isinstance(strategy, Erasure):
        matters[:] = np.isin(np.arange(population.n_features), strategy.signal.points)
    optimal = seen.joint.argmax(axis=1)
    least = np.inf
    for labels in itertools.product(range(population.n_labels), repeat=population.n_features):
        answers = np.where(matters, labels, optimal)
        success = success_of(answers, population, strategy)
        if success < least and suboptimality(seen, answers, firm.near) <= firm.epsilon + 1e-12:
            least = success
    return least


@pytest.mark.parametrize("near", NEAR)
@pytest.mark.parametrize("name", [*STRATEGIES, "erasure by agreement"])
@settings(max_examples=20)
@given(seed=SEEDS)
def test_the_worst_case_is_the_worst_of_all_firms(name, near, seed):
    rng = np.random.default_rng(seed)
    agreed = name == "erasure by agreement"
    for world in worlds_for(name.split()[0], seed, 8, features=(1, 5), labels=(2, 3)):
        population = world.population
        strategy = world.strategy(name.split()[0])
        if agreed:
            labels = rng.integers(population.n_labels, size=population.n_features)
            strategy = Erasure(world.g, labels)
        alpha = rng.choice([0, 1e-6, rng.uniform(), 1 - 1e-6, 1])
        firm = Firm(rng.choice([0, 1e-6, rng.uniform(0, 0.1), rng.uniform(0, 0.9)]), near)
        worst = worst_case(population, strategy, alpha, firm)
        least = by_brute_force(population, strategy, alpha, firm)
        assert worst.exact
        assert worst.lower == pytest.approx(least, abs=1e-9)
        assert worst.upper == pytest.approx(least, abs=1e-9)
        assert success_curve(population, strategy, alpha, firm) == pytest.approx(least, abs=1e-9)


def answers_within(law, epsilon):
    """Return the labels that some conditional law within ε of this one makes best, by LP."""
    k = law.size
    allowed = []
    for label in range(k):
        # Variables: the law P̃ and the parts of it that P lacks; P̃(y) ≤ P̃(label) for every y.
        others = np.hstack([np.eye(k) - np.eye(k)[label], np.zeros((k, k))])
        lacking = np.hstack([np.eye(k), -np.eye(k)])
        total = np.concatenate([np.ones(k), np.zeros(k)])[np.newaxis]
        solved = linprog(
            np.concatenate([np.zeros(k), np.ones(k)]),
            np.vstack([others, lacking]),
            np.concatenate([np.zeros(k), law]),
            total,
            [1.0],
        )
        if solved.fun <= epsilon + 1e-9:
            allowed.append(label)
    return allowed


@pytest.mark.parametrize("name", STRATEGIES)
@settings(max_examples=12)
@given(seed=SEEDS)
def test_a_pointwise_firm_may_give_any_allowed_answer_at_each_point(name, seed):
    rng = np.random.default_rng(seed)
    for world in worlds_for(name, seed, 4, features=(1, 4), labels=(2, 4)):
        population, strategy = world.population, world.strategy(name)
        alpha, epsilon = rng.uniform(size=2) * [1, rng.choice([0.05, 0.3, 0.6])]
        seen = population.mix(strategy.law(population), alpha)
        allowed = [
            answers_within(row / row.sum(), epsilon) if row.sum() else range(population.n_labels)
            for row in seen.joint
        ]
        least = min(
            success_of(np.array(answers), population, strategy)
            for answers in itertools.product(*allowed)
        )
        worst = worst_case(population, strategy, alpha, Firm(epsilon, "pointwise"))
        assert worst.exact
        assert worst.lower == worst.upper == pytest.approx(least, abs=1e-9)


@pytest.mark.parametrize("name", PLANTING)
@settings(max_examples=20)
@given(seed=SEEDS)
def test_planting_agrees_with_all_subsets_of_up_to_twelve_signal_points(name, seed):
    rng = np.random.default_rng(seed)
    for world in worlds_for(name, seed, 5, features=(8, 12), labels=(2, 3)):
        population, signal, strategy = world.population, world.signal, world.strategy(name)
        alpha, epsilon = rng.uniform(size=2) * [1, 0.3]
        seen = population.mix(strategy.law(population), alpha).joint[signal.points]
        rivals = np.delete(seen, world.target, axis=1).max(axis=1)
        margin = np.maximum(seen[:, world.target] - rivals, 0)
        share = [population.marginal[signal.g == x].sum() for x in signal.points]
        subsets = (np.arange(2**margin.size)[:, np.newaxis] >> np.arange(margin.size)) & 1
        most = (subsets @ share)[subsets @ margin <= 2 * epsilon].max()
        worst = worst_case(population, strategy, alpha, Firm(epsilon))
        assert worst.exact
        assert worst.lower == pytest.approx(1 - most, abs=1e-12)
        assert population.marginal[worst.broken[signal.g]].sum() == pytest.approx(most)


@pytest.mark.slow
@pytest.mark.parametrize("near", WITH_SLACK)
def test_without_the_integer_programme_the_interval_still_holds_the_truth(near):
    rng = np.random.default_rng(0)
    open_intervals = 0
    for world in worlds(0, 80, features=(6, 30), labels=(2, 4), onto_people=True):
        population = world.population
        alpha, epsilon = rng.uniform(size=2) * [1, 0.1]
        case = (population, Erasure(world.g), alpha, Firm(epsilon, near))
        exact = worst_case(*case)
        assert exact.exact
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(erasing, "EXACT_BINARIES", 0)
            worst = worst_case(*case)
        assert worst.lower - 1e-9 <= exact.lower <= worst.upper + 1e-9
        assert worst.exact == (worst.upper - worst.lower <= 1e-9)
        assert population.marginal[~worst.broken].sum() == pytest.approx(worst.upper)
        open_intervals += not worst.exact
    assert open_intervals > 5


def test_pricing_alone_gives_the_best_price_and_spends_the_rest(monkeypatch):
    """Success + price · (cost − budget) over all firms is a bound at any price."""
    monkeypatch.setattr(erasing, "EXACT_BINARIES", 0)
    for world in worlds(1, 25, features=(3, 5), labels=(2, 3), onto_people=True):
        population, strategy = world.population, Erasure(world.g)
        held = np.flatnonzero(population.marginal)
        seen = population.mix(strategy.law(population), 0.4).joint
        costs = seen.max(axis=1, keepdims=True) - seen
        firms = np.zeros((population.n_labels**held.size, population.n_features), dtype=int)
        firms[:, held] = list(itertools.product(range(population.n_labels), repeat=held.size))
        charges = costs[np.arange(firms.shape[1]), firms][:, held].sum(axis=1)
        successes = (firms == firms[:, strategy.g]) @ population.marginal
        bounds = successes + np.linspace(0, 5, 500)[:, np.newaxis] * (charges - 0.1)
        worst = worst_case(population, strategy, 0.4, Firm(0.1 / 1.1, "mixture"))
        assert worst.lower >= bounds.min(axis=1).max() - 1e-9
    # A leaf of 0.3 can be told apart for 0.3, and both leaves are equally dear.
    alike = Population([[0.4, 0.0], [0.3, 0.0], [0.3, 0.0]])
    assert worst_case(alike, Erasure([0, 0, 0]), 0.0, Firm(0.15)).upper == pytest.approx(0.7)


@pytest.mark.parametrize("status", [2, 3, 4])
def test_an_integer_programme_that_fails_is_not_believed(status, monkeypatch):
    failed = OptimizeResult(status=status, message="no luck", x=None, mip_dual_bound=1e3)
    monkeypatch.setattr(erasing_programme.optimize, "milp", lambda *_, **__: failed)
    arguments = np.array([[0.5, 0.1], [0.3, 0.1]]), np.array([0, 0]), np.array([0.6, 0.4])
    with pytest.raises(RuntimeError, match="worst firm failed: no luck"):
        erasing_programme.least_erasure(*arguments, Firm(0.1 / 1.1, "mixture"))


@pytest.mark.parametrize("bound", [None, -np.inf, np.nan, 1e6])
def test_the_bound_of_a_programme_that_was_cut_short_is_a_success(bound, monkeypatch):
    stopped = OptimizeResult(status=1, message="nodes", x=None, mip_dual_bound=bound)
    monkeypatch.setattr(erasing_programme.optimize, "milp", lambda *_, **__: stopped)
    arguments = np.array([[0.5, 0.1], [0.3, 0.1]]), np.array([0, 0]), np.array([0.6, 0.4])
    lower, firms = erasing_programme.least_erasure(*arguments, Firm(0.1 / 1.1, "mixture"))
    assert 0 <= lower <= 1 and firms == []


def test_worst_case_by_hand():
    # Margins at α = 1/2 are 0.3 and 0.05, shares 0.7 and 0.3 (see test_optimal). A slack of
    # 2·0.03 overturns the second, of 2·0.15 the first, of 2·0.175 both.
    population = Population([[0.1, 0.3], [0.2, 0.1], [0.25, 0.05]])
    strategy = FeatureLabel(Signal([1, 1, 2], 1))
    for epsilon, success, broken in [
        (0.02, 1.0, [False, False, False]),
        (0.03, 0.7, [False, False, True]),
        (0.15, 0.3, [False, True, False]),
        (0.175, 0.0, [False, True, True]),
    ]:
        worst = worst_case(population, strategy, 0.5, Firm(epsilon))
        assert worst.exact
        assert worst.lower == worst.upper == pytest.approx(success)
        np.testing.assert_array_equal(worst.broken, broken)


def test_a_firm_that_errs_by_so_much_at_every_point_has_no_budget():
    # The world above at α = 1/2: P_α = 0.5 and 0.3 at the signal points, margins 0.3 and 0.05. The
    # second costs 0.05/(2·0.3) = 1/12, the first 0.3/(2·0.5) = 0.3, whatever the other does.
    population = Population([[0.1, 0.3], [0.2, 0.1], [0.25, 0.05]])
    strategy = FeatureLabel(Signal([1, 1, 2], 1))
    for epsilon, success in [(0.083, 1.0), (1 / 12, 0.7), (0.299, 0.7), (0.3, 0.0), (0.9, 0.0)]:
        worst = worst_case(population, strategy, 0.5, Firm(epsilon, "pointwise"))
        assert worst.exact
        assert worst.lower == worst.upper == pytest.approx(success)


@pytest.mark.parametrize("near", WITH_SLACK)
def test_without_accidents_the_critical_mass_is_the_slack_over_the_least_set_that_hurts(near):
    """People have features 0, …, k−1 and are sent to k, …, 2k−1, which nobody has."""
    rng = np.random.default_rng(7)
    for _ in range(40):
        k = int(rng.integers(1, 7))
        sent = rng.dirichlet(np.ones(k))
        population = Population(np.vstack([np.column_stack([sent, 0 * sent]), np.zeros((k, 2))]))
        signal = Signal(np.tile(np.arange(k, 2 * k), 2), 1)
        wanted, firm = rng.uniform(0.05, 1), Firm(rng.uniform(0, 0.1), near)
        sets = np.array(list(itertools.product([0, 1], repeat=k))) @ sent
        least = firm.slack / sets[sets > 1 - wanted].min()
        for alpha, enough in ((least * (1 - 1e-6), False), (least * (1 + 1e-6), True)):
            if alpha <= 1:
                found = worst_case(population, FeatureLabel(signal), alpha, firm)
                assert found.exact
                assert (found.lower >= wanted) == enough
        shares = np.concatenate([np.zeros(k), rng.dirichlet(np.ones(k))])
        anywhere = worst_case(population, Allocation(signal, shares), float(firm.slack), firm)
        assert anywhere.upper == pytest.approx(0)


def test_breaking_the_one_feature_that_all_are_sent_to_breaks_all():
    # Feature 0 holds a tenth, labels all alike. To answer it differently costs 0.1 = 2·0.05.
    population = Population([[0.1, 0.0], [0.6, 0.0], [0.3, 0.0]])
    worst = worst_case(population, Erasure([0, 0, 0]), 0.5, Firm(0.05))
    assert worst.exact
    assert worst.upper == pytest.approx(0.1)
    np.testing.assert_array_equal(worst.broken, [False, True, True])
    assert worst_case(population, Erasure([0, 0, 0]), 0.5, Firm(0.049)).lower == pytest.approx(1.0)


def test_more_tolerance_never_helps_the_collective():
    population = Population(np.random.default_rng(3).dirichlet(np.ones(24)).reshape(8, 3))
    signal = Signal([1, 1, 1, 4, 4, 4, 4, 1], 2)
    strategies = (FeatureLabel(signal), FeatureOnly(signal), Leave(signal, 0), Erasure(signal))
    for strategy, near in itertools.product(strategies, NEAR):
        curves = [
            success_curve(population, strategy, np.linspace(0, 1, 9), Firm(epsilon, near))
            for epsilon in (0.0, 0.01, 0.05, 0.3)
        ]
        assert all((b <= a + 1e-12).all() for a, b in itertools.pairwise(curves))


def test_a_hundred_thousand_signal_points_give_a_narrow_interval():
    rng = np.random.default_rng(11)
    joint = rng.uniform(size=(100_000, 4))
    population = Population(joint / joint.sum())
    signal = Signal(rng.permutation(100_000), 1)
    worst = worst_case(population, FeatureLabel(signal), 0.4, Firm(0.01))
    assert worst.upper - worst.lower < 1e-5
    assert population.marginal[~worst.broken[signal.g]].sum() == pytest.approx(worst.upper)

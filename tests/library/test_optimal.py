import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from collective_action.learners.optimal import (
    contest,
    critical_mass,
    margins,
    success_curve,
    thresholds,
)
from collective_action.learners.optimal.contest import STRATEGIES
from collective_action.population import Population
from collective_action.strategies import Signal
from support.populations import SEEDS, World, alphas_for, mixture, worlds

pytestmark = pytest.mark.numerical

BASE = Population([[0.1, 0.3], [0.2, 0.1], [0.25, 0.05]])
G = np.array([1, 1, 2])
SIGNAL = Signal(G, 1)

# Feature-label. P_g = (0, 0.7, 0.3). At feature 1 the rival leads by 0.1, at feature 2 by 0.2:
#   α·0.7 > (1−α)·0.1  ⟺  α > 0.1/0.8 = 1/8       α·0.3 > (1−α)·0.2  ⟺  α > 0.2/0.5 = 2/5
# Feature-only. People with y* = 1 whom g sends to features 1 and 2: 0.3 + 0.1 and 0.05. The rivals
# keep 0.2 and 0.25 at any α:
#   (1−α)·0.1 + α·0.4 > 0.2  ⟺  α > 1/3            (1−α)·0.05 + α·0.05 > 0.25 never
# Erasure. The label at g(x) is 0 everywhere. Feature 0 holds 0.1 of it and 0.3 of the other:
#   (1−α)·0.1 + α·0.4 > (1−α)·0.3  ⟺  α > 0.2/0.6 = 1/3; features 1 and 2 are fixed points.
BY_HAND = {
    "feature-label": ([np.nan, 1 / 8, 2 / 5], [(0.1, 0.0), (0.2, 0.7), (0.5, 1.0)]),
    "feature-only": ([np.nan, 1 / 3, np.inf], [(0.3, 0.0), (0.4, 0.7), (1.0, 0.7)]),
    "erasure": ([1 / 3, 0.0, 0.0], [(0.0, 0.6), (0.3, 0.6), (0.4, 1.0)]),
}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_thresholds_and_success_by_hand(strategy):
    expected, curve = BY_HAND[strategy]
    found = thresholds(BASE, SIGNAL, strategy)
    np.testing.assert_allclose(found, expected)
    for alpha, success in curve:
        assert success_curve(BASE, SIGNAL, alpha, strategy) == pytest.approx(success)
    for threshold in found[np.isfinite(found) & (found > 0)]:
        at = success_curve(BASE, SIGNAL, [threshold, threshold + 1e-9], strategy)
        assert at[0] < at[1], "at its threshold a point is tied, just above it has fallen"


def test_margins_by_hand():
    # α = 1/2, feature-label: 0.35 − 0.05 at feature 1 and 0.15 − 0.1 at feature 2.
    np.testing.assert_allclose(margins(BASE, SIGNAL, 0.5), [np.nan, 0.3, 0.05])
    np.testing.assert_allclose(margins(BASE, SIGNAL, 0.5, "feature-only"), [np.nan, 0.05, -0.2])
    np.testing.assert_allclose(margins(BASE, G, 0.5, "erasure"), [0.1, 0.2, 0.25])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_margins_vanish_at_thresholds(strategy):
    found = thresholds(BASE, SIGNAL, strategy)
    for x in np.flatnonzero(np.isfinite(found) & (found > 0)):
        assert margins(BASE, SIGNAL, found[x], strategy)[x] == pytest.approx(0, abs=1e-15)


def test_a_point_that_already_predicts_the_target_has_threshold_zero():
    led = Population([[0.1, 0.4], [0.25, 0.25]])
    np.testing.assert_array_equal(thresholds(led, Signal([0, 1], 1)), [0.0, 0.0])
    # At α = 0 the leader is won, the tie is not; any α > 0 wins both.
    np.testing.assert_allclose(success_curve(led, Signal([0, 1], 1), [0, 1e-9]), [0.5, 1.0])


def test_feature_only_can_lose_a_point_that_it_had():
    # g swaps the two features, y* = 1. At feature 0, y* goes from 0.4 to the 0.1 found at feature
    # 1, against 0.2: lost from 0.4 − 0.3α = 0.2, α = 2/3. At feature 1 from 0.1 to 0.4, against
    # 0.3: gained above α = 2/3.
    swap = Population([[0.2, 0.4], [0.3, 0.1]])
    signal = Signal([1, 0], 1)
    np.testing.assert_allclose(thresholds(swap, signal, "feature-only"), [0.0, 2 / 3])
    np.testing.assert_allclose(
        success_curve(swap, signal, [0, 0.6, 2 / 3, 0.7, 1], "feature-only"),
        [0.4, 0.4, 0.0, 0.6, 0.6],
    )


def exact_success(world: World, strategy: str, alpha: Fraction) -> Fraction:
    """Compute S(α) from the definitions, in integers: the worst choice among tied labels."""
    counts, g, target = world.counts, world.g, world.target
    people = counts.sum(axis=1)
    planted = np.zeros_like(counts)
    for (x, y), n in np.ndenumerate(counts):
        if strategy == "feature-label":
            planted[g[x], target] += n
        elif strategy == "feature-only":
            planted[g[x] if y == target else x, y] += n
        else:
            planted[x, counts[g[x]].argmax()] += n
    seen = mixture(world, planted, alpha)
    tied = [np.flatnonzero(row == row.max()) for row in seen]
    if strategy == "erasure":
        here = np.flatnonzero(people)
        firms = itertools.product(*(tied[x] for x in here))
        place = {x: i for i, x in enumerate(here)}
        sent = [place[g[x]] for x in here]
        kept = min(
            sum(int(people[x]) for i, x in enumerate(here) if firm[i] == firm[sent[i]])
            for firm in firms
        )
        return Fraction(kept, int(people.sum()))
    won = [tuple(labels) == (target,) for labels in tied]
    return Fraction(sum(int(people[x]) for x in range(g.size) if won[g[x]]), int(people.sum()))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_success_equals_its_definition_in_exact_arithmetic(strategy):
    ties = 0

    @settings(derandomize=True, max_examples=25, deadline=None)
    @given(SEEDS)
    def agrees(seed):
        nonlocal ties
        rng = np.random.default_rng(seed)
        for world in worlds(seed, 20, labels=(2, 3), onto_people=strategy == "erasure"):
            population, signal = world.population, Signal(world.g, world.target)
            steps = thresholds(population, signal, strategy)
            sizes = alphas_for(rng, steps)
            found = success_curve(population, signal, [float(a) for a in sizes], strategy)
            expected = [float(exact_success(world, strategy, a)) for a in sizes]
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
            ties += sum(bool(np.isclose(steps, float(a), atol=1e-12).any()) for a in sizes)

    agrees()
    assert ties > 300, "exact ties have to occur for this test to mean anything"


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
@settings(derandomize=True, max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_critical_mass_is_where_the_staircase_first_reaches_the_target(strategy, seed):
    rng = np.random.default_rng(seed)
    grid = np.linspace(0, 1, 201)[1:]
    for world in worlds(seed, 8, onto_people=strategy == "erasure"):
        population, signal = world.population, Signal(world.g, world.target)
        curve = success_curve(population, signal, grid, strategy)
        for wanted in (0.0, 1.0, rng.uniform(), curve[rng.integers(200)]):
            mass = critical_mass(population, signal, wanted, strategy)
            assert (curve[grid < mass - 1e-9] < wanted).all()
            if mass < 1:
                just_above = success_curve(population, signal, mass + 1e-9, strategy)
                assert just_above >= wanted - 1e-9
            else:
                assert mass == np.inf
                assert (curve[:-1] < wanted).all()


def test_critical_mass_by_hand():
    assert critical_mass(BASE, SIGNAL, 0.0) == 0.0
    assert critical_mass(BASE, SIGNAL, 0.7) == pytest.approx(1 / 8)
    assert critical_mass(BASE, SIGNAL, 0.71) == pytest.approx(2 / 5)
    assert critical_mass(BASE, SIGNAL, 0.71, "feature-only") == np.inf
    assert critical_mass(BASE, G, 0.9, "erasure") == pytest.approx(1 / 3)


def test_a_success_is_reached_up_to_rounding():
    """The points of .7 and .1 fall by α = .02/.12, and .7 + .1 is below .8 in floating point."""
    population = Population([[0.4, 0.3], [0.06, 0.04], [0.2, 0.0]])
    assert critical_mass(population, Signal([0, 1, 2], 1), 0.8) == pytest.approx(1 / 6)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_shape_of_alphas_is_kept(strategy):
    assert np.shape(success_curve(BASE, SIGNAL, 0.0, strategy)) == ()
    assert success_curve(BASE, SIGNAL, [], strategy).shape == (0,)
    assert success_curve(BASE, SIGNAL, np.zeros((2, 3)), strategy).shape == (2, 3)
    assert success_curve(BASE, SIGNAL, [0.2, 0.3], strategy, epsilon=0.01).shape == (2,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alphas": [0.1, 1.1]}, r"alphas\[1\] is 1\.1: it must be in \[0, 1\]"),
        ({"alphas": [[0.1, np.nan]]}, r"alphas\[0, 1\] is nan"),
        ({"alphas": -0.1}, r"alphas is -0\.1"),
        ({"alphas": "many"}, r"alphas must be an array of numbers"),
        ({"strategy": "plant"}, r"strategy is 'plant': it must be one of 'feature-label'"),
        ({"epsilon": 1.0}, r"epsilon is 1\.0: it must be in \[0, 1\)"),
        ({"epsilon": -0.1}, r"epsilon is -0\.1"),
        ({"epsilon": [0.1, 0.2]}, r"epsilon has shape \(2,\): it must be a single number"),
        ({"contamination": "noise"}, r"contamination is 'noise': it must be one of"),
        ({"signal": Signal([0, 1], 1)}, r"g has 2 entries: the population has 3"),
        ({"signal": Signal(G, 2)}, r"target is 2: it must be in \[0, 2\)"),
        ({"signal": G}, r"signal is a ndarray: planting needs a Signal"),
        ({"signal": [0, 1, 3], "strategy": "erasure"}, r"g\[2\] is 3: it must be in \[0, 3\)"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        success_curve(**{"population": BASE, "signal": SIGNAL, "alphas": 0.5, **arguments})


def test_single_numbers_are_required_where_one_is_meant():
    with pytest.raises(ValueError, match=r"alpha has shape \(1,\)"):
        margins(BASE, SIGNAL, [0.5])
    with pytest.raises(ValueError, match=r"success is 1\.5: it must be in \[0, 1\]"):
        critical_mass(BASE, SIGNAL, 1.5)


def test_a_tie_is_relative_to_the_masses():
    """A lead of 1e-13 is rounding at a mass of 1 and a lead at a mass of 1e-6."""
    led = contest.lead(np.array([1 + 1e-13, 1e-6 + 1e-13]), np.array([1.0, 1e-6]))
    assert led[0] == 0
    assert contest.lead(np.array([1 + 1e-11]), np.array([1.0])) > 0
    assert led[1] == pytest.approx(1e-13, rel=1e-3, abs=0)

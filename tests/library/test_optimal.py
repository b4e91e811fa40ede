import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from collective_action.firm import Firm
from collective_action.learners.optimal import (
    critical_mass,
    margins,
    success_curve,
    thresholds,
)
from collective_action.population import Population
from collective_action.strategies import (
    Copying,
    Erasure,
    FeatureLabel,
    FeatureOnly,
    Leave,
    Planting,
    Signal,
    Strategy,
    contest,
    signal_mass,
)
from support.populations import SEEDS, STRATEGIES, World, alphas_for, mixture, worlds_for

pytestmark = pytest.mark.numerical

BASE = Population([[0.1, 0.3], [0.2, 0.1], [0.25, 0.05]])
G = np.array([1, 1, 2])
SIGNAL = Signal(G, 1)
PLANT = FeatureLabel(SIGNAL)

# Feature-label. P_g = (0, 0.7, 0.3). At feature 1 the rival leads by 0.1, at feature 2 by 0.2:
#   α·0.7 > (1−α)·0.1  ⟺  α > 0.1/0.8 = 1/8       α·0.3 > (1−α)·0.2  ⟺  α > 0.2/0.5 = 2/5
# Feature-only. People with y* = 1 whom g sends to features 1 and 2: 0.3 + 0.1 and 0.05. The rivals
# keep 0.2 and 0.25 at any α:
#   (1−α)·0.1 + α·0.4 > 0.2  ⟺  α > 1/3            (1−α)·0.05 + α·0.05 > 0.25 never
# Leaving for feature 0. The members' rivals go too, 1 − α of them stay:
#   (1−α)·0.1 + α·0.4 > (1−α)·0.2  ⟺  α > 0.1/0.5 = 1/5
#   (1−α)·0.05 + α·0.05 > (1−α)·0.25  ⟺  α > 0.2/0.25 = 4/5
# Copying. Labels travel with their people, 0.3 and 0.4 to feature 1, 0.25 and 0.05 to feature 2:
#   (1−α)·0.1 + α·0.4 > (1−α)·0.2 + α·0.3  ⟺  α > 1/2     and at feature 2 never
# Erasure. The label at g(x) is 0 everywhere. Feature 0 holds 0.1 of it and 0.3 of the other:
#   (1−α)·0.1 + α·0.4 > (1−α)·0.3  ⟺  α > 0.2/0.6 = 1/3; features 1 and 2 are fixed points.
BY_HAND = {
    "feature-label": ([np.nan, 1 / 8, 2 / 5], [(0.1, 0.0), (0.2, 0.7), (0.5, 1.0)]),
    "feature-only": ([np.nan, 1 / 3, np.inf], [(0.3, 0.0), (0.4, 0.7), (1.0, 0.7)]),
    "leave": ([np.nan, 1 / 5, 4 / 5], [(0.1, 0.0), (0.3, 0.7), (0.9, 1.0)]),
    "copying": ([np.nan, 1 / 2, np.inf], [(0.4, 0.0), (0.6, 0.7), (1.0, 0.7)]),
    "erasure": ([1 / 3, 0.0, 0.0], [(0.0, 0.6), (0.3, 0.6), (0.4, 1.0)]),
}
IN_BASE = {
    "feature-label": PLANT,
    "feature-only": FeatureOnly(SIGNAL),
    "leave": Leave(SIGNAL, 0),
    "copying": Copying(SIGNAL),
    "erasure": Erasure(G),
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_thresholds_and_success_by_hand(name):
    expected, curve = BY_HAND[name]
    strategy = IN_BASE[name]
    found = thresholds(BASE, strategy)
    np.testing.assert_allclose(found, expected)
    for alpha, success in curve:
        assert success_curve(BASE, strategy, alpha) == pytest.approx(success)
    for threshold in found[np.isfinite(found) & (found > 0)]:
        at = success_curve(BASE, strategy, [threshold, threshold + 1e-9])
        assert at[0] < at[1], "at its threshold a point is tied, just above it has fallen"


def test_margins_by_hand():
    # α = 1/2, feature-label: 0.35 − 0.05 at feature 1 and 0.15 − 0.1 at feature 2.
    np.testing.assert_allclose(margins(BASE, PLANT, 0.5), [np.nan, 0.3, 0.05])
    np.testing.assert_allclose(margins(BASE, FeatureOnly(SIGNAL), 0.5), [np.nan, 0.05, -0.2])
    np.testing.assert_allclose(margins(BASE, Erasure(G), 0.5), [0.1, 0.2, 0.25])


def test_a_lead_is_what_the_gap_leaves_of_the_members_except_where_the_target_led_before_them():
    leading = behind = 0
    for world in worlds_for("feature-label", seed=8, n=200):
        joint, at = world.population.joint, world.signal.points
        held = joint[at, world.target]
        rival = np.delete(joint, world.target, axis=1).max(axis=1)[at]
        gap = joint.max(axis=1)[at] - held
        for alpha in (0.0, 0.3, 1.0):
            sent = alpha * signal_mass(world.population, world.signal)[at]
            lead = margins(world.population, FeatureLabel(world.signal), alpha)[at]
            np.testing.assert_allclose(lead, sent + (1 - alpha) * (held - rival), atol=1e-12)
            ahead = (held > rival) & (alpha < 1)
            excess = lead - (sent - (1 - alpha) * gap)
            assert (excess[ahead] > 1e-12).all()
            np.testing.assert_allclose(excess[~ahead], 0, atol=1e-12)
            leading, behind = leading + ahead.sum(), behind + (~ahead).sum()
    assert min(leading, behind) > 50


@pytest.mark.parametrize("name", STRATEGIES)
def test_margins_vanish_at_thresholds(name):
    strategy = IN_BASE[name]
    found = thresholds(BASE, strategy)
    for x in np.flatnonzero(np.isfinite(found) & (found > 0)):
        assert margins(BASE, strategy, found[x])[x] == pytest.approx(0, abs=1e-15)


def test_a_point_that_already_predicts_the_target_has_threshold_zero():
    led = Population([[0.1, 0.4], [0.25, 0.25]])
    both = FeatureLabel(Signal([0, 1], 1))
    np.testing.assert_array_equal(thresholds(led, both), [0.0, 0.0])
    # At α = 0 the leader is won, the tie is not; any α > 0 wins both.
    np.testing.assert_allclose(success_curve(led, both, [0, 1e-9]), [0.5, 1.0])


def test_feature_only_can_lose_a_point_that_it_had():
    # g swaps the two features, y* = 1. At feature 0, y* goes from 0.4 to the 0.1 found at feature
    # 1, against 0.2: lost from 0.4 − 0.3α = 0.2, α = 2/3. At feature 1 from 0.1 to 0.4, against
    # 0.3: gained above α = 2/3.
    swap = Population([[0.2, 0.4], [0.3, 0.1]])
    strategy = FeatureOnly(Signal([1, 0], 1))
    np.testing.assert_allclose(thresholds(swap, strategy), [0.0, 2 / 3])
    np.testing.assert_allclose(
        success_curve(swap, strategy, [0, 0.6, 2 / 3, 0.7, 1]),
        [0.4, 0.4, 0.0, 0.6, 0.6],
    )


def test_where_leavers_go_changes_nothing_of_their_success():
    base = Population([[0.1, 0.2], [0.2, 0.1], [0.05, 0.05], [0.25, 0.05]])
    signal = Signal([1, 1, 3, 3], 1)
    apart, together = Leave(signal, [1, 0, 3, 2]), Leave(signal, 0)
    # α·0.3 > (1−α)·0.1 and α·0.1 > (1−α)·0.2.
    np.testing.assert_allclose(thresholds(base, apart), [np.nan, 1 / 4, np.nan, 2 / 3])
    np.testing.assert_allclose(thresholds(base, together), thresholds(base, apart))
    assert critical_mass(base, apart, 0.9) == pytest.approx(2 / 3)


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
        elif strategy == "leave":
            stay = world.refuge if x in g else x
            planted[g[x] if y == target else stay, y] += n
        elif strategy == "copying":
            planted[g[x], y] += n
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


@pytest.mark.parametrize("name", STRATEGIES)
def test_success_equals_its_definition_in_exact_arithmetic(name):
    ties = 0

    @settings(max_examples=25)
    @given(SEEDS)
    def agrees(seed):
        nonlocal ties
        rng = np.random.default_rng(seed)
        for world in worlds_for(name, seed, 20, labels=(2, 3)):
            population, strategy = world.population, world.strategy(name)
            steps = thresholds(population, strategy)
            sizes = alphas_for(rng, steps)
            found = success_curve(population, strategy, [float(a) for a in sizes])
            expected = [float(exact_success(world, name, a)) for a in sizes]
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
            ties += sum(bool(np.isclose(steps, float(a), atol=1e-12).any()) for a in sizes)

    agrees()
    assert ties > 300, "exact ties have to occur for this test to mean anything"


@pytest.mark.slow
@pytest.mark.parametrize("name", STRATEGIES)
@settings(max_examples=15)
@given(seed=SEEDS)
def test_critical_mass_is_where_the_staircase_first_reaches_the_target(name, seed):
    rng = np.random.default_rng(seed)
    grid = np.linspace(0, 1, 201)[1:]
    for world in worlds_for(name, seed, 8):
        population, strategy = world.population, world.strategy(name)
        curve = success_curve(population, strategy, grid)
        for wanted in (0.0, 1.0, rng.uniform(), curve[rng.integers(200)]):
            mass = critical_mass(population, strategy, wanted)
            assert (curve[grid < mass - 1e-9] < wanted).all()
            if mass < 1:
                just_above = success_curve(population, strategy, mass + 1e-9)
                assert just_above >= wanted - 1e-9
            else:
                assert mass == np.inf
                assert (curve[:-1] < wanted).all()


def test_a_success_is_a_share_where_weights_round_up():
    """Seed 280 of the search above has masses that add up to 1 + 2e-16."""
    grid = np.linspace(0, 1, 201)[1:]
    for world in worlds_for("erasure", 280, 8):
        curve = success_curve(world.population, world.strategy("erasure"), grid)
        assert curve.min() >= 0 and curve.max() <= 1


def test_critical_mass_by_hand():
    assert critical_mass(BASE, PLANT, 0.0) == 0.0
    assert critical_mass(BASE, PLANT, 0.7) == pytest.approx(1 / 8)
    assert critical_mass(BASE, PLANT, 0.71) == pytest.approx(2 / 5)
    assert critical_mass(BASE, FeatureOnly(SIGNAL), 0.71) == np.inf
    assert critical_mass(BASE, Erasure(G), 0.9) == pytest.approx(1 / 3)


def test_a_success_is_reached_up_to_rounding():
    """The points of .7 and .1 fall by α = .02/.12, and .7 + .1 is below .8 in floating point."""
    population = Population([[0.4, 0.3], [0.06, 0.04], [0.2, 0.0]])
    assert critical_mass(population, FeatureLabel(Signal([0, 1, 2], 1)), 0.8) == pytest.approx(
        1 / 6
    )


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_shape_of_alphas_is_kept(name):
    strategy = IN_BASE[name]
    assert np.shape(success_curve(BASE, strategy, 0.0)) == ()
    assert success_curve(BASE, strategy, []).shape == (0,)
    assert success_curve(BASE, strategy, np.zeros((2, 3))).shape == (2, 3)
    assert success_curve(BASE, strategy, [0.2, 0.3], Firm(0.01)).shape == (2,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alphas": [0.1, 1.1]}, r"alphas\[1\] is 1\.1: it must be in \[0, 1\]"),
        ({"alphas": [[0.1, np.nan]]}, r"alphas\[0, 1\] is nan"),
        ({"alphas": -0.1}, r"alphas is -0\.1"),
        ({"alphas": "many"}, r"alphas must be an array of numbers"),
        ({"strategy": "plant"}, r"strategy is a str: say what members do, as FeatureLabel"),
        ({"strategy": SIGNAL}, r"strategy is a Signal: say what members do"),
        ({"firm": Firm([0.1, 0.2])}, r"epsilon has shape \(2,\): it must be a single number"),
        ({"strategy": FeatureLabel(Signal([0, 1], 1))}, r"g has 2 entries: the population has 3"),
        ({"strategy": FeatureOnly(Signal([0, 1], 1))}, r"g has 2 entries: the population has 3"),
        ({"strategy": FeatureLabel(Signal(G, 2))}, r"target is 2: it must be in \[0, 2\)"),
        ({"strategy": Erasure([0, 1])}, r"g has 2 entries: the population has 3"),
        ({"strategy": Erasure(G, [0, 0, 2])}, r"labels\[2\] is 2: it must be in \[0, 2\)"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        success_curve(**{"population": BASE, "strategy": PLANT, "alphas": 0.5, **arguments})


def test_single_numbers_are_required_where_one_is_meant():
    with pytest.raises(ValueError, match=r"alpha has shape \(1,\)"):
        margins(BASE, PLANT, [0.5])
    with pytest.raises(ValueError, match=r"success is 1\.5: it must be in \[0, 1\]"):
        critical_mass(BASE, PLANT, 1.5)


def test_a_tie_is_relative_to_the_masses():
    """A lead of 1e-13 is rounding at a mass of 1 and a lead at a mass of 1e-6."""
    led = contest.lead(np.array([1 + 1e-13, 1e-6 + 1e-13]), np.array([1.0, 1e-6]))
    assert led[0] == 0
    assert contest.lead(np.array([1 + 1e-11]), np.array([1.0])) > 0
    assert led[1] == pytest.approx(1e-13, rel=1e-3, abs=0)


class Scatter(Planting):
    """A strategy that is one method: h(x, y) is drawn once for every cell."""

    def h(self, population):
        rng = np.random.default_rng(population.joint.size)
        shape = population.joint.shape
        return rng.integers(shape[0], size=shape), rng.integers(shape[1], size=shape)


@settings(max_examples=20)
@given(seed=SEEDS)
def test_a_new_strategy_needs_nothing_but_its_map(seed):
    """Its margins are concave in α, not linear: points are won and lost again."""
    rng = np.random.default_rng(seed)
    for world in worlds_for("feature-label", seed, 20, labels=(2, 4)):
        population, strategy = world.population, Scatter(world.signal)
        steps = thresholds(population, strategy)
        for alpha in (0, 1, *rng.uniform(size=3), *steps[np.isfinite(steps)]):
            seen = population.mix(strategy.law(population), alpha).joint
            held = seen[:, world.target]
            lead = held - np.delete(seen, world.target, axis=1).max(axis=1)
            won = lead > 1e-12 * held
            success = success_curve(population, strategy, alpha)
            assert success == pytest.approx(population.marginal[won[world.g]].sum(), abs=1e-12)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_short_form_of_a_contest_is_the_one_that_follows_from_the_law(name):
    for world in worlds_for(name, 5, 300):
        population, strategy = world.population, world.strategy(name)
        short, long = strategy.contest(population), Strategy.contest(strategy, population)
        np.testing.assert_array_equal(short.points, long.points)
        np.testing.assert_allclose(short.weight, long.weight, atol=1e-15)
        for alpha in (0.0, 0.3, 0.8, 1.0):
            np.testing.assert_allclose(short.margin(alpha), long.margin(alpha), atol=1e-14)


def test_erasing_by_labels_of_ones_own_choice():
    """Five have label 0 at the signal point and 1 elsewhere; members agree on 1."""
    population = Population([[0.3, 0.2], [0.0, 0.5]])
    g, towards_one = [0, 0], Erasure([0, 0], [1, 1])
    # Below the tie at α·0.5 + (1−α)·0.2 = (1−α)·0.3 the two are told apart, beyond it they are not.
    np.testing.assert_allclose(thresholds(population, towards_one), [1 / 6, 0.0])
    found = success_curve(population, towards_one, [0.0, 0.16, 1 / 6, 0.17, 1.0])
    np.testing.assert_allclose(found, [0.5, 0.5, 0.5, 1.0, 1.0])
    # Towards the likeliest label at the signal point, half of all have to be outvoted.
    assert critical_mass(population, Erasure(g), 1.0) == pytest.approx(1 / 2)
    assert critical_mass(population, towards_one, 1.0) == pytest.approx(1 / 6)

"""What the page of conventions says of ties, infima, nothing, `inf`, `NaN`, chance and levels."""

import numpy as np
import pytest

from collective_action import bounds, estimation, playlists
from collective_action.firm import EXACT
from collective_action.learners import optimal, risk
from collective_action.participation import Participation
from collective_action.population import Population
from collective_action.strategies import Erasure, FeatureLabel, FeatureOnly, Signal, signal_mass
from support.populations import PLANTING, STRATEGIES, worlds, worlds_for

pytestmark = pytest.mark.numerical

WANTED = (0.1, 0.5, 0.9, 1.0)


@pytest.mark.parametrize("name", PLANTING)
def test_a_tied_point_is_lost_at_every_size(name):
    ties = 0
    for world in worlds_for(name, seed=1, n=200):
        population, strategy = world.population, world.strategy(name)
        weight = signal_mass(population, world.signal)
        for alpha in (0.0, 1.0, *optimal.thresholds(population, strategy)):
            if 0 <= alpha <= 1:
                margin = optimal.margins(population, strategy, alpha)
                ahead = margin > 1e-12
                ties += (np.abs(margin) <= 1e-12).sum()
                success = optimal.success_curve(population, strategy, alpha)
                assert success == pytest.approx(weight[ahead].sum(), abs=1e-9)
    assert ties > 100


def test_a_firm_that_erases_picks_its_tied_labels_once_for_all_features():
    # At the reference 0 the labels are tied; 1 is answered 0 and 2 is answered 1. One f fails one
    # of the two. An opponent who chose anew at each feature would fail both, and leave 0.2.
    base = Population([[0.1, 0.1], [0.3, 0.1], [0.1, 0.3]])
    assert optimal.success_curve(base, Erasure([0, 0, 0]), 0) == pytest.approx(0.6)


def test_members_file_the_tied_label_with_the_smallest_number():
    tied = Population([[0.1, 0.2, 0.2], [0.3, 0.1, 0.1]])
    assert Erasure([0, 0]).filed(tied).tolist() == [1, 1]


def test_at_a_critical_mass_the_collective_falls_short_and_just_above_it_it_succeeds():
    short = 0
    for world in worlds(seed=2, n=200):
        population, strategy = world.population, FeatureLabel(world.signal)
        for wanted in WANTED:
            mass = optimal.critical_mass(population, strategy, wanted)
            at, above = optimal.success_curve(
                population, strategy, [mass, mass + 1e-6 * (1 - mass)]
            )
            assert above >= wanted - 1e-9
            if mass > 0:
                short += 1
                assert at < wanted
    assert short > 100


def test_a_risk_minimiser_is_where_it_is_wanted_at_the_critical_mass_itself_and_beyond_it():
    people = risk.Records([[-1.0], [0.0], [2.5]])
    menu = risk.candidates(people, [[-4.0], [4.0]], [0, 0])
    steering = risk.steer(risk.SquaredDistance(), [1.5], menu)
    assert steering.critical_mass == pytest.approx((1.5 - 0.5) / (4 - 0.5))
    for alpha in np.linspace(steering.critical_mass, 1, 5):
        np.testing.assert_allclose(steering.deployed(alpha), [1.5], atol=1e-9)
    assert steering.deployed(0.9 * steering.critical_mass)[0] < 1.5 - 1e-3


def test_whoever_is_indifferent_is_in():
    even = Participation(lambda shares: np.full(np.shape(shares), 0.5), cost=0.25, free_riding=0.5)
    assert even.response(0.0) == 1


def test_a_song_that_ties_with_the_last_of_a_list_is_not_shown():
    tied = [[0, 1], [0, 1], [0, 2], [0, 3]]
    assert not playlists.count(np.array(tied), 4, shown=2).listed(3)[0]
    assert playlists.count(np.array([*tied, [0, 3]]), 4, shown=2).listed(3)[0]


def test_a_larger_collective_may_fail():
    # Each side files what the other is answered. Feature 0 turns at 1/4, feature 1 at 1/3.
    base = Population([[0.4, 0.2], [0.1, 0.3]])
    flip = Erasure([1, 0])
    assert optimal.critical_mass(base, flip, 1.0) == pytest.approx(1 / 4)
    np.testing.assert_allclose(optimal.success_curve(base, flip, [0.3, 0.34, 1]), [1, 0, 0])


def test_a_guarantee_asks_for_at_least_the_critical_mass():
    for world in worlds(seed=3, n=200):
        population, signal = world.population, world.signal
        promised = bounds.feature_label_critical_mass(
            WANTED,
            gap=bounds.suboptimality_gap(population, signal),
            uniqueness=bounds.uniqueness(population, signal),
        )
        for wanted, promise in zip(WANTED, promised, strict=True):
            mass = optimal.critical_mass(population, FeatureLabel(signal), wanted)
            assert mass <= promise + 1e-12


@pytest.mark.parametrize("name", PLANTING)
def test_never_holds_at_every_size_and_is_inf(name):
    sizes, never = np.linspace(0, 1, 101)[1:], 0
    for world in worlds_for(name, seed=4, n=200):
        population, strategy = world.population, world.strategy(name)
        for wanted in WANTED:
            if optimal.critical_mass(population, strategy, wanted) == np.inf:
                never += 1
                assert (optimal.success_curve(population, strategy, sizes) < wanted).all()
    assert never > 0 or name == "feature-label"  # a collective of everybody wins with labels


@pytest.mark.parametrize("name", PLANTING)
def test_no_collective_is_smaller_than_the_least_mass(name):
    for world in worlds_for(name, seed=5, n=200):
        population = world.population
        for wanted in WANTED:
            least = optimal.least_mass(population, world.signal, wanted)
            mass = optimal.critical_mass(population, world.strategy(name), wanted)
            assert least.lower <= mass + 1e-12
            assert optimal.most_success(population, world.signal, 0.99 * least.lower) < wanted or (
                least.lower == 0
            )


def test_one_label_is_refused():
    with pytest.raises(ValueError, match="two labels"):
        Population([[0.5], [0.5]])


def test_where_nobody_is_one_member_is_enough():
    # Feature 1 is empty and everybody is sent there, feature 2 is empty and nobody is.
    unused = Population([[0.6, 0.4], [0.0, 0.0], [0.0, 0.0]])
    signal = Signal([1, 1, 2], 1)
    strategy = FeatureLabel(signal)
    assert np.isnan(unused.conditional[1:]).all()
    assert bounds.uniqueness(unused, signal) == 0
    assert bounds.suboptimality_gap(unused, signal) == 0
    np.testing.assert_array_equal(optimal.thresholds(unused, strategy), [np.nan, 0, np.inf])
    assert optimal.critical_mass(unused, strategy, 1.0) == 0
    np.testing.assert_allclose(optimal.success_curve(unused, strategy, [0, 1e-12, 1]), [0, 1, 1])


def test_without_members_success_counts_where_the_target_leads_and_a_guarantee_says_nothing():
    base = Population([[0.1, 0.4], [0.25, 0.25]])
    assert optimal.success_curve(base, FeatureLabel(Signal([0, 1], 1)), 0) == pytest.approx(0.5)
    assert bounds.feature_label(0.0, gap=0.0, uniqueness=0.0) == -np.inf


def test_off_the_signal_set_there_is_no_margin():
    base = Population([[0.1, 0.4], [0.25, 0.25]])
    assert np.isnan(optimal.margins(base, FeatureOnly(Signal([1, 1], 1)), 0.5)[0])


@pytest.mark.parametrize("name", STRATEGIES)
def test_an_exact_firm_is_the_worst_that_only_breaks_ties(name):
    for world in worlds_for(name, seed=6, n=50):
        population, strategy = world.population, world.strategy(name)
        for alpha in (0.0, 0.25, 0.5, 1.0):
            worst = optimal.worst_case(population, strategy, alpha, EXACT)
            assert worst.lower == pytest.approx(
                float(optimal.success_curve(population, strategy, alpha)), abs=1e-9
            )


def test_what_is_drawn_hangs_on_the_seed_alone():
    base = Population([[0.1, 0.4], [0.25, 0.25]])
    np.random.seed(0)  # noqa: NPY002
    first = base.sample(100, 7)
    np.random.seed(1)  # noqa: NPY002
    np.testing.assert_array_equal(base.sample(100, 7), first)


def test_an_interval_from_a_sample_is_at_95_percent_if_nothing_is_said():
    counts, signal = [[40, 30], [1, 9]], Signal([1, 1], 0)
    assert estimation.uniqueness(counts, signal) == estimation.uniqueness(
        counts, signal, confidence=0.95
    )
    assert estimation.critical_mass(counts, signal, 0.9) == estimation.critical_mass(
        counts, signal, 0.9, confidence=0.95
    )

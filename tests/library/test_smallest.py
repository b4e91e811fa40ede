"""The theorem over strategies, against a linear programme over all that members may file."""

import itertools

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from collective_action.learners.optimal import (
    common_labels,
    critical_mass,
    least_erasing_mass,
    least_mass,
    most_success,
    success_curve,
    thresholds,
    worst_case,
)
from collective_action.population import Population
from collective_action.strategies import Allocation, Erasure, FeatureLabel, Signal, signal_mass
from collective_action.worlds import couriers
from support.populations import worlds

pytestmark = pytest.mark.numerical

WORLDS = 5_000
SHAPE = {"features": (1, 5), "labels": (2, 3), "onto_people": True, "idempotent": True}


def by_programme(demands):
    """Return, for each list of (row of P₀, wanted label), the least q = α/(1−α) of any law P*.

    One linear programme for all of them, over Q = αP*/(1−α): q = Σ Q(x, y), where
    Q(x, y*) + P₀(x, y*) is at least Q(x, y) + P₀(x, y) at every x that is to be won, for every
    other label y.
    """
    rows, columns, values, room, owner = [], [], [], [], []
    at = 0
    for number, demand in enumerate(demands):
        for row, wanted in demand:
            for label in range(row.size):
                if label != wanted:
                    rows += [len(room)] * 2
                    columns += [at + label, at + wanted]
                    values += [1.0, -1.0]
                    room.append(row[wanted] - row[label])
            at += row.size
            owner += [number] * row.size
    if not room:
        return np.zeros(len(demands))
    matrix = sparse.csr_array((values, (rows, columns)), shape=(len(room), at))
    solved = linprog(np.ones(at), matrix, room, method="highs")
    assert solved.status == 0
    return np.bincount(owner, solved.x, len(demands))


def subsets(points):
    return itertools.chain.from_iterable(
        itertools.combinations(points, size) for size in range(len(points) + 1)
    )


def planting_cases(n, seed):
    """Return worlds with a success that is wanted, and their least mass by brute force."""
    rng = np.random.default_rng(seed)
    cases, demands, owner = [], [], []
    for world in worlds(seed, n, features=(1, 5), labels=(2, 3)):
        population, signal = world.population, world.signal
        weight = signal_mass(population, signal)
        wanted = rng.choice([0.0, 1.0, 0.9, rng.uniform()])
        cases.append((population, signal, wanted))
        for subset in map(list, subsets(signal.points)):
            if weight[subset].sum() >= wanted - 1e-12:
                demands.append([(population.joint[x], signal.target) for x in subset])
                owner.append(len(cases) - 1)
    least = np.full(n, np.inf)
    np.minimum.at(least, owner, by_programme(demands))
    return [(*case, mass / (1 + mass)) for case, mass in zip(cases, least, strict=True)]


@pytest.mark.slow
def test_no_law_plants_with_less_and_one_plants_with_any_more():
    refuted = {"the largest lead alone": 0, "Δξ": 0, "feature–label is best": 0}
    for population, signal, wanted, mass in planting_cases(WORLDS, 7):
        least = least_mass(population, signal, wanted)
        assert least.lower == pytest.approx(mass, abs=1e-9)
        assert least.alpha == pytest.approx(mass, abs=1e-9)
        for alpha in (min(1.0, mass + 1e-3), 1.0):
            if least.points.size and alpha > mass:
                reached = success_curve(population, least.strategy(alpha), alpha)
                assert reached >= wanted - 1e-9
        between = np.array([a for a in (0.0, mass - 1e-6, mass + 1e-6, 1.0) if 0 <= a <= 1])
        for alpha, success in zip(between, most_success(population, signal, between), strict=True):
            fixed = success_curve(population, FeatureLabel(signal), alpha)
            assert success >= fixed - 1e-12
            if alpha > 0 and wanted > 0:
                assert (success >= wanted - 1e-9) == (alpha > mass)
        largest = float(least.leads.max(initial=0.0))
        accidents = population.marginal[signal.points].sum()
        refuted["the largest lead alone"] += largest / (1 + largest) < mass - 1e-6
        refuted["Δξ"] += wanted == 1 and accidents / (1 + accidents) > mass + 1e-6
        refuted["feature–label is best"] += (
            critical_mass(population, FeatureLabel(signal), wanted) > mass + 1e-6
        )
        assert critical_mass(population, FeatureLabel(signal), wanted) >= mass - 1e-9
    assert min(refuted.values()) > 100, refuted


def least_with_labels_kept(population, signal, subset):
    """Return the least α of a law P* with the labels of P₀ that wins a set of points, by LP.

    Over Q = αP*/(1−α) on all features and q = α/(1−α): Σ_x Q(x, y) = q·P₀(y) for every label y.
    """
    joint, target = population.joint, signal.target
    n, k = joint.shape
    rows, room = [], []
    for x in subset:
        for y in set(range(k)) - {target}:
            row = np.zeros((n, k))
            row[x, y], row[x, target] = 1.0, -1.0
            rows.append(np.append(row.ravel(), 0.0))
            room.append(joint[x, target] - joint[x, y])
    labels = np.zeros((k, n * k + 1))
    for y in range(k):
        labels[y, y : n * k : k] = 1.0
    labels[:, -1] = -joint.sum(axis=0)
    solved = linprog(np.append(np.zeros(n * k), 1.0), rows, room, labels, np.zeros(k))
    return solved.fun / (1 + solved.fun) if solved.status == 0 else 1.0


@pytest.mark.slow
def test_whoever_leaves_labels_alone_needs_the_bill_over_the_holders_of_the_target():
    refuted = {"as with labels": 0, "selecting is best": 0, "leaving is best": 0}
    nowhere_to_go = 0
    for world in worlds(11, 400, features=(2, 5), labels=(2, 3), leave_room=True):
        population, signal = world.population, world.signal
        holders = population.joint[:, signal.target].sum()
        if holders == 0:
            continue
        weight = signal_mass(population, signal)
        wanted = min(1.0, float(weight[signal.points[:2]].sum()))
        mass = min(
            least_with_labels_kept(population, signal, list(subset))
            for subset in subsets(signal.points)
            if subset and weight[list(subset)].sum() >= wanted - 1e-12
        )
        least = least_mass(population, signal, wanted)
        bill = least.leads.sum()
        assert mass == pytest.approx(bill / (holders + bill), abs=1e-7)
        refuted["as with labels"] += mass > least.alpha + 1e-6
        for name, strategy in (
            ("selecting is best", world.strategy("feature-only")),
            ("leaving is best", world.strategy("leave")),
        ):
            own = critical_mass(population, strategy, wanted)
            assert own >= mass - 1e-7
            refuted[name] += own > mass + 1e-6
        everywhere = list(range(population.n_features))
        leads = population.joint.max(axis=1) - population.joint[:, signal.target]
        promised = leads.sum() / (holders + leads.sum())
        nowhere_to_go += least_with_labels_kept(population, signal, everywhere) > promised + 1e-6
    assert min(refuted.values()) > 50, refuted
    assert nowhere_to_go > 20


@pytest.mark.slow
def test_no_law_erases_completely_with_less():
    demands, owner, cases = [], [], []
    for world in worlds(3, WORLDS, **SHAPE):
        population, g = world.population, world.g
        held = np.flatnonzero(population.marginal)
        classes = [held[g[held] == s] for s in np.unique(g[held])]
        moving = [members for members in classes if members.size > 1]
        cases.append((population, g))
        for answer in itertools.product(range(population.n_labels), repeat=len(moving)):
            demands.append(
                [
                    (population.joint[x], label)
                    for members, label in zip(moving, answer, strict=True)
                    for x in members
                ]
            )
            owner.append(len(cases) - 1)
    least = np.full(len(cases), np.inf)
    np.minimum.at(least, owner, by_programme(demands))
    cheaper = 0
    for (population, g), q in zip(cases, least, strict=True):
        assert least_erasing_mass(population, g) == pytest.approx(q / (1 + q), abs=1e-9)
        towards = least_erasing_mass(population, g, Erasure(g).filed(population))
        assert towards >= q / (1 + q) - 1e-12
        cheaper += towards > q / (1 + q) + 1e-6
        assert critical_mass(population, Erasure(g), 1.0) >= towards - 1e-9
    assert cheaper > 200


def test_common_labels_are_the_best_that_members_can_agree_on():
    better = 0
    for world in worlds(11, 400, features=(1, 4), labels=(2, 3), onto_people=True, idempotent=True):
        population, g = world.population, world.g
        labels = common_labels(population, g)
        assert (labels == labels[g]).all()
        points = np.unique(g)
        found = critical_mass(population, Erasure(g, labels), 1.0)
        largest = np.nanmax(thresholds(population, Erasure(g, labels)))
        for choice in itertools.product(range(population.n_labels), repeat=points.size):
            others = np.zeros(population.n_features, dtype=int)
            others[points] = choice
            agreed = Erasure(g, others[g])
            assert np.nanmax(thresholds(population, agreed)) >= largest - 1e-12
            assert critical_mass(population, agreed, 1.0) >= found - 1e-9
        better += found < critical_mass(population, Erasure(g), 1.0) - 1e-6
    assert better > 20


def test_the_figures_of_relay():
    reports = couriers.reports(uniqueness=0.001, gap=0.6)
    juniper = Signal(couriers.write("juniper"), couriers.BUILDING)
    for wanted, members, usual in ((1.0, 14, 24), (0.9, 12, 20), (0.5, 6, 13)):
        least = least_mass(reports, juniper, wanted)
        assert least.lower == least.alpha
        assert couriers.members(least.alpha) == members
        alpha = members / couriers.N_COURIERS
        strategy = least.strategy(alpha)
        assert success_curve(reports, strategy, alpha) >= wanted - 1e-12
        assert worst_case(reports, strategy, alpha).lower >= wanted - 1e-12
        planting = critical_mass(reports, FeatureLabel(juniper), wanted)
        assert couriers.members(planting) == usual
    for district, towards in (("Hill", 0.0734), ("Centre", 0.0069)):
        g = couriers.move_to(district)
        filed = Erasure(g).filed(reports)
        assert least_erasing_mass(reports, g, filed) == pytest.approx(towards, abs=5e-5)
        assert least_erasing_mass(reports, g) == pytest.approx(0.0058, abs=5e-5)
        agreed = Erasure(g, common_labels(reports, g))
        assert couriers.members(critical_mass(reports, agreed, 1.0)) == 5_243


def test_within_those_who_stay_or_carry_the_signal_feature_label_is_best_at_every_point():
    """Members draw between x and g(x), and any label: the lead of y* is nowhere larger."""
    rng = np.random.default_rng(5)
    tighter = 0
    for world in worlds(5, 300, idempotent=True):
        population, signal = world.population, world.signal
        filed = np.zeros_like(population.joint)
        for x, y in np.ndindex(population.joint.shape):
            for place in (x, signal.g[x]):
                filed[place] += (
                    population.joint[x, y] / 2 * rng.dirichlet(np.full(population.n_labels, 0.3))
                )
        alpha = rng.uniform()
        seen = population.mix(Population(filed), alpha).joint[signal.points]
        rivals = np.delete(seen, signal.target, axis=1).max(axis=1)
        margin = FeatureLabel(signal).contest(population).margin(alpha)
        assert (seen[:, signal.target] - rivals <= margin + 1e-12).all()
        tighter += bool((seen[:, signal.target] - rivals > 0).any())
    assert tighter > 20


def test_bad_input_is_refused():
    population = Population([[0.1, 0.3], [0.2, 0.1], [0.25, 0.05]])
    signal = Signal([1, 1, 2], 1)
    with pytest.raises(ValueError, match=r"success is 2\.0"):
        least_mass(population, signal, 2)
    with pytest.raises(ValueError, match=r"g has 2 entries"):
        least_mass(population, Signal([0, 1], 1), 0.5)
    least = least_mass(population, signal, 1.0)
    with pytest.raises(ValueError, match=r"alpha is 0\.1: it must be above 0\.23"):
        least.strategy(0.1)
    with pytest.raises(ValueError, match="no point has to be won"):
        least_mass(population, signal, 0.0).strategy(0.5)
    with pytest.raises(ValueError, match=r"g\[g\[0\]\] is 0 and g\[0\] is 1: g must be idempotent"):
        least_erasing_mass(population, [1, 0, 2])
    for shares, message in (
        ([0.5, 0.5, 0.0], r"shares\[0\] is 0\.5: 0 is no signal point"),
        ([0.0, 0.5, 0.4], r"shares sum to 0\.9"),
        ([0.5, 0.5], r"shares has shape \(2,\)"),
    ):
        with pytest.raises(ValueError, match=message):
            Allocation(signal, shares)
    with pytest.raises(NotImplementedError, match="Allocation is no map h"):
        least.strategy(0.9).h(population)
    assert least.strategy(0.9).displaced(population) == pytest.approx(0.0, abs=0.5)

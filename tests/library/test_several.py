"""Several collectives: half-spaces, the two-dimensional staircase, and what each is promised.

The independent truth is integer arithmetic: counts of people, members who are whole numbers of
copies of the population, and a firm that answers with a label of the largest count, ties against
whoever is asked about.
"""

from itertools import product

import numpy as np
import pytest

from collective_action.bounds import suboptimality_gap, uniqueness
from collective_action.learners import optimal
from collective_action.population import Population
from collective_action.several import Mixture, bounds, overlap, relation
from collective_action.strategies import FeatureLabel, FeatureOnly, Signal
from collective_action.worlds import couriers

ROUNDING = 1e-9
INSTANCES = 150


class World:
    """A random city: counts of people, M signals, and M whole numbers of members' weight."""

    def __init__(self, draws: np.random.Generator, collectives: int, *, relation: str = "any"):
        n, k = int(draws.integers(2, 7)), int(draws.integers(2, 5))
        while True:
            self.counts = draws.integers(0, 6, size=(n, k)) * draws.integers(0, 2, size=(n, k))
            if self.counts.sum():
                break
        self.population = Population(self.counts / self.counts.sum())
        maps = [draws.integers(n, size=n) for _ in range(collectives)]
        targets = draws.integers(k, size=collectives).tolist()
        if relation in ("ally", "rival"):
            maps = [maps[0]] * collectives
        if relation == "ally":
            targets = [targets[0]] * collectives
        if relation == "rival":
            targets = [targets[0], *((targets[0] + draws.integers(1, k, collectives - 1)) % k)]
        if relation == "stranger":
            cut = int(draws.integers(1, n))
            maps = [
                draws.integers(cut, size=n),
                *(draws.integers(cut, n, size=n) for _ in maps[1:]),
            ]
        self.signals = [Signal(g, int(y)) for g, y in zip(maps, targets, strict=True)]
        self.weights = draws.integers(0, 8, size=collectives + 1)
        self.weights[0] = draws.integers(1, 40)  # of those outside, at least one
        self.sizes = self.weights[1:] / self.weights.sum()
        self.mixture = Mixture(self.population, [FeatureLabel(s) for s in self.signals])

    def seen(self) -> np.ndarray:
        """Return what the firm counts: whole numbers."""
        total = self.weights[0] * self.counts
        for weight, signal in zip(self.weights[1:], self.signals, strict=True):
            for x, y in product(*map(range, self.counts.shape)):
                total[signal.g[x], signal.target] += weight * self.counts[x, y]
        return total

    def success(self, who: int) -> float:
        """Return the success of one collective, counted person by person."""
        seen, signal = self.seen(), self.signals[who]
        won = 0
        for x in range(len(self.counts)):
            row = seen[signal.g[x]]
            if row[signal.target] > np.delete(row, signal.target).max():
                won += self.counts[x].sum()
        return won / self.counts.sum()

    def alone(self, size: float, who: int = 0) -> float:
        """Return what a collective of a size has without others."""
        strategy = FeatureLabel(self.signals[who])
        return float(optimal.success_curve(self.population, strategy, size))

    def guarantee(self, overlaps: list[float]) -> float:
        """Return the general bound for the first collective."""
        first = self.signals[0]
        return float(
            bounds.among(
                self.sizes[0], self.sizes[1:], gap=suboptimality_gap(self.population, first),
                uniqueness=uniqueness(self.population, first), overlaps=overlaps,
            )
        )  # fmt: skip

    def overlaps(self) -> list[float]:
        """Return how much each other collective sends to the first one's signal set."""
        return [overlap(self.population, self.signals[0], other) for other in self.signals[1:]]


def worlds(count: int, collectives: int = 2, relation: str = "any", seed: int = 0):
    """Return random cities."""
    draws = np.random.default_rng([seed, collectives, len(relation)])
    return (World(draws, collectives, relation=relation) for _ in range(count))


def violations(count: int = INSTANCES, seed: int = 0) -> dict[str, int]:
    """Count what contradicts a theorem of the chapter in random cities, by theorem."""
    found = dict.fromkeys(("staircase", "sum", "stranger", "ally", "rival", "among", "blocs"), 0)
    for collectives in (2, 3):
        for world in worlds(count, collectives, seed=seed):
            for who in range(collectives):
                exact = world.success(who)
                gap = abs(world.mixture.success(world.sizes, who) - exact)
                found["staircase"] += gap > ROUNDING
            found["among"] += world.success(0) < world.guarantee(world.overlaps()) - ROUNDING
    for world in worlds(count, 2, "stranger", seed):
        size = bounds.beside_stranger(*world.sizes)
        found["stranger"] += abs(world.success(0) - world.alone(size)) > ROUNDING
    for world in worlds(count, 2, "ally", seed):
        size = bounds.beside_ally(*world.sizes)
        found["ally"] += abs(world.success(0) - world.alone(size)) > ROUNDING
    for world in worlds(count, 2, "rival", seed):
        alpha, beta = world.sizes
        first = world.success(0)
        found["sum"] += first + world.success(1) > 1 + ROUNDING
        found["rival"] += first > world.alone(bounds.beside_stranger(alpha, beta)) + ROUNDING
        if alpha > beta:
            size = bounds.beside_rival(alpha, beta)
            found["rival"] += first < world.alone(size) - ROUNDING
            signal, joint = world.signals[0], world.population.joint
            rows = np.delete(joint[signal.points], signal.target, axis=1)
            held = joint[signal.points, world.signals[1].target]
            if (held >= rows.max(axis=1)).all():
                found["rival"] += abs(first - world.alone(size)) > ROUNDING
    for world in worlds(count, 4, "rival", seed):
        targets = [signal.target for signal in world.signals[1:]]
        bloc = np.bincount(targets, weights=world.weights[2:]).max()  # whole numbers, so exact
        lead = world.weights[1] - bloc
        if lead > 0:
            size = lead / (lead + world.weights[0])
            found["blocs"] += world.success(0) < world.alone(size) - ROUNDING
    return found


def test_no_theorem_is_violated_in_random_cities():
    assert not any(violations().values())


@pytest.mark.slow
def test_no_theorem_is_violated_in_five_thousand_random_cities_each():
    assert not any(violations(5_000, seed=1).values())


def weakened(count: int = INSTANCES) -> dict[str, bool]:
    """Return which weaker or stronger statement some random city refutes, by statement."""
    rivals = list(worlds(count, 2, "rival"))
    mixed = list(worlds(count))
    strangers = list(worlds(count, 2, "stranger"))
    return {
        "a stranger changes nothing": any(
            abs(world.success(0) - world.alone(world.sizes[0])) > ROUNDING for world in strangers
        ),
        "two successes never exceed 1 together": any(
            world.success(0) + world.success(1) > 1 + ROUNDING for world in mixed
        ),
        "a rival costs no more than a stranger": any(
            world.success(0) < world.alone(bounds.beside_stranger(*world.sizes)) - ROUNDING
            for world in rivals
        ),
        "overlap costs nothing": any(
            world.success(0) < world.guarantee([0.0]) - ROUNDING for world in mixed
        ),
        "overlap is mutual": any(
            abs(world.overlaps()[0] - overlap(world.population, *world.signals[::-1])) > ROUNDING
            for world in mixed
        ),
    }


def test_each_weakened_statement_is_refuted_by_the_same_search():
    refuted = weakened()
    assert all(refuted.values()), refuted


@pytest.mark.parametrize("seed", range(20))
def test_rivals_share_one_whatever_firm_answers(seed):
    """f(g(x)) is one label: any f at all, not an optimal one alone."""
    draws = np.random.default_rng(seed)
    world = World(draws, 3, relation="rival")
    world.signals = [Signal(world.signals[0].g, y) for y in range(world.population.n_labels)]
    answers = draws.integers(world.population.n_labels, size=world.population.n_features)
    seen = answers[world.signals[0].g]
    parts = [world.population.marginal[seen == s.target].sum() for s in world.signals]
    assert sum(parts) <= 1 + ROUNDING


@pytest.mark.parametrize("seed", range(30))
def test_half_spaces_and_critical_masses_are_those_of_the_staircase(seed):
    draws = np.random.default_rng(seed)
    world = World(draws, 2)
    beta = world.sizes[1]
    constant, slopes = world.mixture.half_spaces(0)
    leads = constant + np.tensordot(world.sizes, slopes, axes=1)
    inside = (leads > ROUNDING).all(axis=0)
    margins = world.mixture.margins(world.sizes)
    assert np.array_equal(inside, margins > ROUNDING)
    for wanted in (0.3, 0.8, 1.0):
        mass = world.mixture.critical_mass(wanted, [0.0, beta])
        grid = np.linspace(0, 1 - beta, 401)[1:]
        reached = world.mixture.success(np.stack([grid, np.full_like(grid, beta)], -1)) >= (
            wanted - ROUNDING
        )
        first = grid[reached.argmax()] if reached.any() else np.inf
        assert mass <= first + ROUNDING
        if np.isfinite(mass):
            just = world.mixture.success([mass + 1e-7 * (1 - beta - mass), beta])
            assert just >= wanted - ROUNDING


def test_relay_has_three_slopes():
    reports = couriers.reports()
    first = Signal(couriers.write("juniper"), couriers.BUILDING)
    lone = optimal.critical_mass(reports, FeatureLabel(first), 0.9)
    assert lone == pytest.approx(0.004777, abs=5e-7)
    others = {
        "stranger": Signal(couriers.write("rang twice"), couriers.KITCHEN),
        "ally": first,
        "rival": Signal(first.g, couriers.COURIER),
    }
    promised = {
        "stranger": bounds.stranger_critical_mass,
        "ally": bounds.ally_critical_mass,
        "rival": bounds.rival_critical_mass,
    }
    for name, second in others.items():
        assert relation(reports, first, second) == name
        mixture = Mixture(reports, [FeatureLabel(first), FeatureLabel(second)])
        for beta in (0.0, 0.001, 0.004, 0.005, 0.2):
            mass = mixture.critical_mass(0.9, [0.0, beta])
            assert mass == pytest.approx(float(promised[name](lone, beta)), abs=1e-9)
    assert float(bounds.rival_critical_mass(lone, 0.005)) == pytest.approx(0.00973, abs=5e-6)
    assert float(bounds.stranger_critical_mass(lone, 0.005)) == pytest.approx(0.00475, abs=5e-6)


def test_more_members_can_lower_success_beside_a_rival():
    """Where the base is a better friend than recruits are, recruiting takes friends away."""
    population = Population(np.array([[0.05, 0.85], [0.1, 0.0]]))
    signal = Signal(np.array([1, 0]), 1)
    rival = Signal(signal.g, 0)
    mixture = Mixture(population, [FeatureLabel(signal), FeatureLabel(rival)])
    before, after = (mixture.margins([alpha, 0.4])[0] for alpha in (0.0, 0.1))
    assert after < before


def test_members_who_select_can_be_felt_by_strangers():
    """The theorem is about members who file their label: others leave records where they are."""
    population = Population(np.array([[0.2, 0.3], [0.3, 0.2]]))
    first, second = Signal([0, 0], 0), Signal([1, 1], 1)
    mixture = Mixture(population, [FeatureLabel(first), FeatureOnly(second)])
    mass = mixture.critical_mass(1.0, [0.0, 0.5])
    lone = optimal.critical_mass(population, FeatureLabel(first), 1.0)
    assert mass != pytest.approx(float(bounds.stranger_critical_mass(lone, 0.5)))


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        (lambda p, s: Mixture(p, []), "strategies is empty"),
        (lambda p, s: Mixture(p, [s]), "strategies holds a Signal"),
        (lambda p, s: Mixture(p, [FeatureLabel(s)]).success([0.5, 0.5]), "one share for each of 1"),
        (lambda p, s: Mixture(p, [FeatureLabel(s)] * 2).success([0.6, 0.5]), "sizes add up to 1.1"),
        (lambda p, s: Mixture(p, [FeatureLabel(s)]).success([0.6], 1), "who"),
        (lambda p, s: Mixture(p, [FeatureLabel(s)] * 2).critical_mass(0.9, [0, 1]), "leave nobody"),
        (lambda p, s: Mixture(p, [FeatureLabel(s)] * 2).critical_mass(0.9, [0]), "sizes has shape"),
        (lambda p, s: Mixture(p, [FeatureLabel(Signal(s.g, 9))]), "target is 9"),
        (lambda p, s: relation(p, s, s.g), "signal is a ndarray"),
        (lambda p, s: overlap(p, s, Signal([0], 0)), "g has 1 entries"),
        (lambda p, s: bounds.beside_rival(0.8, 0.3), "alphas and betas add up to 1.1"),
        (
            lambda p, s: bounds.among(0.1, [0.1], gap=0, uniqueness=0, overlaps=[0.1, 0.2]),
            "the last axis of both",
        ),
    ],
)
def test_what_is_out_of_range_is_refused(asked, match):
    population = Population(np.array([[0.4, 0.1], [0.2, 0.3]]))
    with pytest.raises(ValueError, match=match):
        asked(population, Signal([1, 1], 0))

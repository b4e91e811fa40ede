"""Firms that weigh records, train twice or descend, against exact rationals and enumeration."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from scipy import optimize

from collective_action import bounds
from collective_action.learners.optimal import success_curve
from collective_action.learners.reweighted import LinearWorld, TwoStage, Weights
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, FeatureOnly, Signal
from collective_action.worlds import couriers
from support.populations import SEEDS, World, worlds

pytestmark = pytest.mark.numerical

RELAY = couriers.reports(uniqueness=0.01, gap=0.6)
JUNIPER = FeatureLabel(Signal(couriers.write("juniper"), couriers.BUILDING))
HAND = Population([[0.1, 0.0], [0.9, 0.0]])
BOTH_TO_FIRST = FeatureLabel(Signal([0, 0], 1))


def exact_masses(world: World) -> tuple[list[list[Fraction]], list[Fraction]]:
    """P₀(x, y) and P_g(x) as rationals."""
    total = int(world.counts.sum())
    joint = [[Fraction(int(count), total) for count in row] for row in world.counts]
    sent = [Fraction(0)] * len(joint)
    for x, row in enumerate(joint):
        sent[world.g[x]] += sum(row)
    return joint, sent


def best(masses: list[Fraction]) -> list[int]:
    return [y for y, mass in enumerate(masses) if mass == max(masses)]


# --- weights -----------------------------------------------------------------------------------


def weigh(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return weights of the others, some of them 0, and of members, alike or not."""
    others = rng.integers(0, 6, shape) if rng.random() < 0.5 else rng.integers(1, 21, shape)
    member = rng.integers(1, 21, shape)
    return others, np.full(shape, member[0, 0]) if rng.random() < 0.5 else member


def weighted_success(
    world: World, others: np.ndarray, member: np.ndarray, alpha: Fraction
) -> Fraction:
    """S(α) by going through the labels of each point, ties against the collective."""
    joint, sent = exact_masses(world)
    success = Fraction(0)
    for x, row in enumerate(joint):
        masses = [(1 - alpha) * int(others[x, y]) * mass for y, mass in enumerate(row)]
        masses[world.target] += alpha * int(member[x, world.target]) * sent[x]
        if sent[x] > 0 and best(masses) == [world.target]:
            success += sent[x]
    return success


def naive(world: World, firm: Weights, alpha: float) -> float:
    """Return the guarantee with α_eff and the gap and uniqueness of P₀."""
    size = firm.effective_size(world.population, FeatureLabel(world.signal), alpha)
    return float(
        bounds.feature_label(
            size,
            gap=bounds.suboptimality_gap(world.population, world.signal),
            uniqueness=bounds.uniqueness(world.population, world.signal),
        )
    )


def count_weighted(seed: int, n: int) -> dict[str, int]:
    """How often the staircase or the guarantee is wrong, and how often the naive guarantee is."""
    rng = np.random.default_rng(seed)
    found = {"instances": 0, "staircase": 0, "guarantee": 0, "naive": 0}
    for world in worlds(seed, n):
        others, member = weigh(rng, world.counts.shape)
        if not (others * world.counts).any():
            continue
        firm, plant = Weights(others, member), FeatureLabel(world.signal)
        for alpha in (Fraction(int(rng.integers(1, 40)), 40), Fraction(1, 7)):
            truth = float(weighted_success(world, others, member, alpha))
            size = float(alpha)
            found["instances"] += 1
            curve = firm.success_curve(world.population, plant, size)
            found["staircase"] += abs(float(curve) - truth) > 1e-9
            promised = float(firm.guarantee(world.population, plant, size))
            found["guarantee"] += promised > truth + 1e-9
            found["naive"] += naive(world, firm, size) > truth + 1e-9
    return found


@given(SEEDS)
def test_weighted_success_is_exact_and_above_its_guarantee(seed):
    found = count_weighted(seed, 4)
    assert found["staircase"] == found["guarantee"] == 0


def test_the_effective_size_in_the_old_guarantee_is_refuted_by_the_same_search():
    assert count_weighted(2023, 150)["naive"] > 0


def test_the_effective_size_in_the_old_guarantee_is_false_by_hand():
    firm = Weights([[10, 1], [1, 1]], 1)
    assert firm.effective_size(HAND, BOTH_TO_FIRST, 0.3) == pytest.approx(0.3 / (0.3 + 0.7 * 1.9))
    old = bounds.feature_label(
        firm.effective_size(HAND, BOTH_TO_FIRST, 0.3), gap=1.0, uniqueness=0.1
    )
    assert old == pytest.approx(1 - (0.7 * 1.9 / 0.3) * 0.1)
    assert firm.success_curve(HAND, BOTH_TO_FIRST, 0.3) == 0  # .3 for y*, .7 against
    assert firm.guarantee(HAND, BOTH_TO_FIRST, 0.3) < 0


@given(SEEDS)
def test_equal_weights_change_nothing(seed):
    for world in worlds(seed, 2):
        sizes = np.array([0.0, 0.1, 0.37, 1.0])
        for strategy in (FeatureLabel(world.signal), FeatureOnly(world.signal)):
            same = Weights(np.full(world.counts.shape, 3.0), 3.0)
            np.testing.assert_allclose(
                same.success_curve(world.population, strategy, sizes),
                success_curve(world.population, strategy, sizes),
            )
            np.testing.assert_allclose(
                same.effective_size(world.population, strategy, sizes), sizes
            )


def test_weights_on_the_signal_alone_act_as_another_size():
    """If v is one number on the signal set, odds·u/v is the size that counts, whatever Z is."""
    others = np.full((80, 3), 7.0)
    others[JUNIPER.signal.points] = 2.0
    firm = Weights(others, 5.0)
    sizes = np.linspace(0.0005, 0.02, 40)
    odds = sizes / (1 - sizes) * 5 / 2
    np.testing.assert_allclose(
        firm.success_curve(RELAY, JUNIPER, sizes),
        success_curve(RELAY, JUNIPER, odds / (1 + odds)),
    )
    assert (firm.effective_size(RELAY, JUNIPER, sizes) < sizes).all()


@pytest.mark.parametrize(
    ("others", "members", "says"),
    [
        ([[1.0, -1.0]], 1.0, "negative"),
        ([[1.0, np.nan]], 1.0, "not finite"),
        ([[1.0, 1.0]], -2.0, "negative"),
        ([[1.0, 1.0]], [[1.0]], "shape"),
        ([[0.0, 0.0]], 1.0, "0"),
    ],
)
def test_weights_that_are_none_are_refused(others, members, says):
    with pytest.raises(ValueError, match=says):
        Weights(others, members).seen(Population([[0.5, 0.5]]))


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="others has shape"):
        Weights(np.ones((2, 2)), 1).success_curve(RELAY, JUNIPER, 0.1)
    with pytest.raises(ValueError, match="FeatureOnly"):
        Weights(np.ones((80, 3)), 1).guarantee(RELAY, FeatureOnly(JUNIPER.signal), 0.1)


# --- two stages --------------------------------------------------------------------------------


def two_stage_outcomes(
    row: list[Fraction], filed: Fraction, target: int, factor: int, alpha: Fraction
) -> set[bool]:
    """Whether the second model can answer y* at a point, over every way to break every tie."""
    masses = [(1 - alpha) * mass for mass in row]
    masses[target] += alpha * filed
    outcomes = set()
    for first in best(masses):
        weighted = [mass * (1 if y == first else factor) for y, mass in enumerate(masses)]
        outcomes |= {second == target for second in best(weighted)}
    return outcomes


def tied_odds(row: list[Fraction], filed: Fraction, target: int, factor: int) -> list[Fraction]:
    """Return the odds r⁻, r and r⁺ of a point, from the statement."""
    rivals = sorted((mass for y, mass in enumerate(row) if y != target), reverse=True)
    others = rivals[1] if len(rivals) > 1 else Fraction(-(10**6))
    return [
        (bar - row[target]) / filed
        for bar in (max(rivals[0] / factor, others), rivals[0], factor * rivals[0])
    ]


def count_two_stage(seed: int, n: int) -> dict[str, int]:
    """How often the windows disagree with a firm that is trained twice, at and off ties."""
    rng = np.random.default_rng(seed)
    names = ("instances", "off ties", "at ties", "windows", "curve", "open only once")
    found = dict.fromkeys(names, 0)
    for world in worlds(seed, n):
        joint, sent = exact_masses(world)
        factor = int(rng.integers(1, 9))
        firm, plant = TwoStage(factor), FeatureLabel(world.signal)
        windows = firm.windows(world.population, plant)
        sizes = [Fraction(int(rng.integers(0, 60)), 60) for _ in range(3)]
        for x, filed in enumerate(sent):
            if filed:
                ties = tied_odds(joint[x], filed, world.target, factor)
                sizes += [odds / (1 + odds) for odds in ties if odds >= 0][:2]
        for alpha in sizes[:8]:
            truth, once = Fraction(0), Fraction(0)
            for x, filed in enumerate(sent):
                if not filed:
                    continue
                low, middle, high = tied_odds(joint[x], filed, world.target, factor)
                outcomes = two_stage_outcomes(joint[x], filed, world.target, factor, alpha)
                odds = alpha / (1 - alpha) if alpha < 1 else Fraction(10**9)
                falls = low < odds <= middle or odds > high
                if odds not in (low, middle, high):
                    found["instances"] += 1
                    found["off ties"] += outcomes != {falls}
                else:
                    found["at ties"] += falls not in outcomes
                truth += filed * falls
                once += filed * (odds > high)
            size = float(alpha)
            found["windows"] += abs(float(windows.success(size)) - float(truth)) > 1e-9
            curve = firm.success_curve(world.population, plant, size)
            found["curve"] += abs(float(curve) - float(truth)) > 1e-9
            found["open only once"] += once != truth
    return found


@given(SEEDS)
def test_the_windows_are_those_of_a_firm_that_trains_twice(seed):
    found = count_two_stage(seed, 4)
    assert found["off ties"] == found["at ties"] == found["windows"] == found["curve"] == 0


def test_that_only_the_upper_window_counts_is_refuted_by_the_same_search():
    assert count_two_stage(2023, 60)["open only once"] > 0


def test_relay_is_won_lost_and_won_again():
    sizes = np.array([0, 60, 160, 240, 400, 600]) / couriers.N_COURIERS
    firm = TwoStage(2)
    found = firm.success_curve(RELAY, JUNIPER, sizes)
    np.testing.assert_allclose(found, firm.windows(RELAY, JUNIPER).success(sizes))
    assert found.round(2).tolist() == [0.3, 0.91, 0.28, 0.0, 0.72, 1.0]
    start, end = firm.windows(RELAY, JUNIPER).dead_zone()
    assert 238 < start * couriers.N_COURIERS < 239
    assert 264 < end * couriers.N_COURIERS < 265
    assert firm.success_curve(RELAY, JUNIPER, (start + end) / 2) == 0
    assert TwoStage(1).windows(RELAY, JUNIPER).dead_zone() is None


def test_a_firm_that_does_not_amplify_is_the_optimal_firm():
    sizes = np.linspace(0, 0.02, 60)
    for strategy in (JUNIPER, FeatureOnly(JUNIPER.signal)):
        np.testing.assert_allclose(
            TwoStage(1).success_curve(RELAY, strategy, sizes),
            success_curve(RELAY, strategy, sizes),
        )
        np.testing.assert_allclose(TwoStage(1).effective_size(RELAY, strategy, sizes), sizes)


def test_the_effective_size_is_that_of_the_records():
    alpha, factor = 1 / 1000, 2
    seen = RELAY.mix(JUNIPER.law(RELAY), alpha).joint
    wrong = np.ones(seen.shape)
    wrong[np.arange(80), seen.argmax(axis=1)] = 0
    weights = 1 + (factor - 1) * wrong
    mine = (weights * alpha * JUNIPER.law(RELAY).joint).sum()
    found = TwoStage(factor).effective_size(RELAY, JUNIPER, [alpha, 0.5])
    assert found[0] == pytest.approx(mine / (weights * seen).sum())
    assert found[0] > alpha and found[1] < 0.5


def test_a_firm_that_shrinks_its_mistakes_is_refused():
    with pytest.raises(ValueError, match="amplification"):
        TwoStage(0.5)
    with pytest.raises(ValueError, match="windows are those of FeatureLabel"):
        TwoStage(2).windows(RELAY, FeatureOnly(JUNIPER.signal))


# --- robust optimisation -----------------------------------------------------------------------


def tail_risk(masses: np.ndarray, losses: np.ndarray, share: float) -> float:
    """Return the most mean loss over densities of at most 1/share, records filled in turn."""
    left, risk = 1.0, 0.0
    for at in np.argsort(-losses, kind="stable"):
        taken = min(left, masses[at] / share)
        risk, left = risk + taken * losses[at], left - taken
    return risk


def chi_square_risk(masses: np.ndarray, losses: np.ndarray, radius: float) -> float:
    """Return the same over densities within a χ²-distance, by its one-dimensional dual."""

    def dual(level: float) -> float:
        excess = np.maximum(losses - level, 0)
        return level + np.sqrt((1 + radius) * (masses * excess**2).sum())

    levels = np.concatenate([np.linspace(-60, 1, 40), [0.0, 1.0]])
    start = levels[np.argmin([dual(level) for level in levels])]
    found = optimize.minimize_scalar(dual, bounds=(start - 2, start + 2), method="bounded")
    return min(found.fun, dual(start))


def group_risk(masses: np.ndarray, losses: np.ndarray, groups: np.ndarray) -> float:
    return max(
        (masses * losses)[groups == group].sum() / masses[groups == group].sum()
        for group in np.unique(groups[masses > 0])
    )


def count_robust(seed: int, n: int) -> dict[str, int]:
    """How often a classifier of least error is not the best for a robust firm, over all."""
    rng = np.random.default_rng(seed)
    found = dict.fromkeys(("instances", "tail", "chi-square", "by feature", "by label"), 0)
    for _ in range(n):
        shape = int(rng.integers(1, 4)), int(rng.integers(2, 4))
        masses = rng.dirichlet(np.full(shape[0] * shape[1], 0.7))
        x, y = (index.ravel() for index in np.indices(shape))
        share, radius = rng.uniform(0.1, 1), rng.uniform(0, 3)
        districts = rng.integers(0, 2, shape[0])
        risks = {
            "tail": lambda losses, m=masses, s=share: tail_risk(m, losses, s),
            "chi-square": lambda losses, m=masses, r=radius: chi_square_risk(m, losses, r),
            "by feature": lambda losses, m=masses, g=districts[x]: group_risk(m, losses, g),
            "by label": lambda losses, m=masses, g=y: group_risk(m, losses, g),
        }
        optimal = masses.reshape(shape).argmax(axis=1)
        table = {name: [] for name in risks}
        for answers in itertools.product(range(shape[1]), repeat=shape[0]):
            losses = (np.array(answers)[x] != y).astype(float)
            for name, risk in risks.items():
                table[name].append(risk(losses))
        chosen = (optimal[x] != y).astype(float)
        found["instances"] += 1
        for name, risk in risks.items():
            found[name] += risk(chosen) > min(table[name]) + 1e-6
    return found


@given(SEEDS)
def test_robust_firms_with_nought_one_loss_deploy_the_optimal_classifier(seed):
    found = count_robust(seed, 1)
    assert found["tail"] == found["chi-square"] == found["by feature"] == 0


def test_robustness_over_groups_that_know_the_label_is_another_matter():
    assert count_robust(2023, 15)["by label"] > 0


# --- simple first ------------------------------------------------------------------------------


def euler(world: LinearWorld, alpha: float, time: float, steps: int = 4000) -> np.ndarray:
    """θ by small steps down the mean squared loss, record by record."""
    a, b = world.feature, world.signal
    first = {"keep": (a, -a), "silence": (0.0, 0.0), "use": (a, a)}[world.way]
    records = [((a, 0), 1, (1 - alpha) / 2), ((-a, 0), -1, (1 - alpha) / 2)]
    records += [((x, b), 1, alpha / 2) for x in first]
    features = np.array([x for x, _, _ in records], dtype=float)
    targets = np.array([y for _, y, _ in records], dtype=float)
    shares = np.array([share for _, _, share in records])
    theta = np.zeros(2)
    for _ in range(steps):
        theta = theta - time / steps * features.T @ (shares * (features @ theta - targets))
    return theta


def count_simple(seed: int, n: int) -> dict[str, int]:
    """How often the closed form is off small steps, or the stated condition off the answer."""
    rng = np.random.default_rng(seed)
    found = {"instances": 0, "theta": 0, "condition": 0, "mass": 0, "no signal": 0}
    for _ in range(n):
        way = ("keep", "silence", "use")[int(rng.integers(3))]
        world = LinearWorld(rng.uniform(0.3, 2), rng.uniform(0.3, 3), way)
        alpha, time = rng.uniform(0.01, 0.9), rng.uniform(0.1, 8)
        theta = euler(world, alpha, time)
        found["instances"] += 1
        found["theta"] += not np.allclose(world.parameters(alpha, time), theta, atol=0.03)
        if way == "keep":
            answer = theta @ np.array([-world.feature, world.signal])
            mass = world.critical_mass(time)
            near = abs(answer) < 0.03
            found["condition"] += not near and (answer > 0) != (alpha > mass)
            before, after = world.answer([mass - 1e-9, mass + 1e-9], time)
            found["mass"] += not before < 0 < after
            found["no signal"] += not near and (answer > 0) != (alpha > 0.5)
        else:
            found["condition"] += not world.answer(alpha, time) > 0
    return found


def test_descent_in_small_steps_gives_the_closed_form():
    found = count_simple(2023, 12)
    assert found["theta"] == found["condition"] == found["mass"] == 0
    assert count_simple(7, 12)["no signal"] > 0


def test_the_critical_mass_falls_with_time_and_strength():
    masses = [LinearWorld(1, 1).critical_mass(t) for t in (3, 10, 30, 100, 1000)]
    assert [round(mass, 3) for mass in masses] == [0.334, 0.175, 0.083, 0.034, 0.005]
    assert round(LinearWorld(1, 4).critical_mass(100), 4) == 0.0035


def test_a_linear_world_without_a_signal_is_refused():
    with pytest.raises(ValueError, match="signal"):
        LinearWorld(1, 0)
    with pytest.raises(ValueError, match="way"):
        LinearWorld(1, 1, "shout")
    with pytest.raises(ValueError, match="only members who keep"):
        LinearWorld(1, 1, "use").critical_mass(3)
    with pytest.raises(ValueError, match="time"):
        LinearWorld(1, 1).parameters(0.1, -1)

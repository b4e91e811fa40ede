"""The exact staircase of the optimal learner against loops over α."""

import numpy as np

from collective_action.learners.optimal import success_curve
from collective_action.population import Population
from collective_action.strategies import Erasure, FeatureLabel, Signal, signal_mass
from measure import Benchmark

ALPHAS = np.linspace(0, 1, 200)


def world(n_features: int) -> tuple[Population, Signal]:
    """Return a random population with ten labels and a signal that maps at random."""
    rng = np.random.default_rng(0)
    joint = rng.random((n_features, 10))
    joint /= joint.sum()
    return Population(joint), Signal(rng.integers(0, n_features, n_features), 3)


def ours(world: tuple[Population, Signal]) -> np.ndarray:
    """Sort the thresholds once."""
    population, signal = world
    return success_curve(population, FeatureLabel(signal), ALPHAS)


def ours_erasing(world: tuple[Population, Signal]) -> np.ndarray:
    """Sort the thresholds of erasing once."""
    population, signal = world
    return success_curve(population, Erasure(idempotent(signal)), ALPHAS)


def idempotent(signal: Signal) -> np.ndarray:
    """Return the signal's map with every signal point fixed."""
    g = signal.g.copy()
    g[signal.points] = signal.points
    return g


def loop_over_margins(world: tuple[Population, Signal]) -> np.ndarray:
    """Compute the lead of the best rival once, then compare all points at every α."""
    population, signal = world
    planted = signal_mass(population, signal)
    others = np.delete(population.joint, signal.target, axis=1).max(axis=1)
    behind = others - population.joint[:, signal.target]
    return np.array([planted[a * planted > (1 - a) * behind].sum() for a in ALPHAS])


def loop_over_mixtures(world: tuple[Population, Signal]) -> np.ndarray:
    """Build the mixture at every α and look for its largest labels, as in the definition."""
    population, signal = world
    planted = FeatureLabel(signal).law(population).joint
    success = []
    for a in ALPHAS:
        seen = a * planted + (1 - a) * population.joint
        others = np.delete(seen, signal.target, axis=1).max(axis=1)
        won = seen[:, signal.target] > others
        success.append(population.marginal[won[signal.g]].sum())
    return np.array(success)


def loop_over_erased(world: tuple[Population, Signal]) -> np.ndarray:
    """Compute when each answer changes once, then compare all features at every α."""
    population, signal = world
    g = idempotent(signal)
    joint, people = population.joint, np.arange(population.n_features)
    label = joint.argmax(axis=1)[g]
    own = joint[people, label]
    others = joint.copy()
    others[people, label] = -1.0
    behind = others.max(axis=1) - own
    mass = population.marginal
    same = [mass[(g == people) | (a * mass > (1 - a) * behind)].sum() for a in ALPHAS]
    return np.array(same)


def agreement(our_curve: np.ndarray, their_curve: np.ndarray) -> str:
    """Require one curve from both."""
    difference = np.abs(our_curve - their_curve).max()
    if difference > 1e-9:
        raise AssertionError(f"the curves differ by {difference}")
    return f"curves differ by at most {difference:.0e}"


BENCHMARKS = [
    Benchmark(
        "success_curve, feature-label, 1,000,000 × 10, 200 α",
        lambda: world(1_000_000),
        ours,
        loop_over_margins,
        "NumPy loop over α, margins once",
        agreement,
        repetitions=5,
    ),
    Benchmark(
        "success_curve, feature-label, 100,000 × 10, 200 α",
        lambda: world(100_000),
        ours,
        loop_over_mixtures,
        "NumPy loop over α, mixtures",
        agreement,
    ),
    Benchmark(
        "success_curve, erasure, 1,000,000 × 10, 200 α",
        lambda: world(1_000_000),
        ours_erasing,
        loop_over_erased,
        "NumPy loop over α, margins once",
        agreement,
    ),
]

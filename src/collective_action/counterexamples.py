"""Setting I, what is not true: three statements close to the theorems, refuted by tiny worlds.

The statements are tempting variants of guarantees that the paper or this book proves. Each function
returns a world in which the variant promises more than some firm that it covers leaves.
"""

from dataclasses import dataclass

import numpy as np

from collective_action import bounds
from collective_action.firm import EXACT, Firm
from collective_action.learners.optimal.worst_case import WorstCase, worst_case
from collective_action.population import Population
from collective_action.strategies import Erasure, FeatureLabel, Signal, Strategy


@dataclass(frozen=True, eq=False)
class Counterexample:
    """A world, a collective and a firm's tolerance, with what a false statement promises there.

    Attributes
    ----------
    claim
        The false statement, in words.
    population, strategy, alpha
        P₀, the collective's strategy and its size in [0, 1].
    firm
        What firms the statement covers.
    promised
        The success that the false statement guarantees.
    """

    claim: str
    population: Population
    strategy: Strategy
    alpha: float
    firm: Firm
    promised: float

    def truth(self) -> WorstCase:
        """Return the least success over the firms that the statement covers."""
        return worst_case(self.population, self.strategy, self.alpha, self.firm)


def mixture_slack_in_the_joint_law() -> Counterexample:
    """Refute the slack ε/(1−ε) for a firm within ε in total variation.

    Everyone is sent to x₀, where everyone has the other label. With α = 0.6 the margin is 0.2,
    beyond ε/(1−ε) = 0.176 for ε = 0.15 but within 2ε = 0.3. The slack is stated for this ball in
    Gauthier, Bach and Jordan, "Statistical Collusion by Collectives on Learning Platforms" (2025).
    """
    population = Population([[1.0, 0.0]])
    signal = Signal([0], 1)
    alpha, epsilon = 0.6, 0.15
    promised = bounds.feature_label(
        alpha,
        gap=bounds.suboptimality_gap(population, signal),
        uniqueness=bounds.uniqueness(population, signal),
        firm=Firm(epsilon, "mixture"),
    )
    return Counterexample(
        "a firm within ε in total variation costs planting at most ε/(1−ε) of margin",
        population,
        FeatureLabel(signal),
        alpha,
        Firm(epsilon),
        float(promised),
    )


def erasing_without_crowding() -> Counterexample:
    """Refute the guarantee for erasing against a near-optimal firm when κ is left out (κ = 1).

    One person in ten has feature 0, to which g sends all; labels do not depend on the feature, so
    τ = 0. To answer feature 0 differently costs a margin of 0.1 and fails the nine others.
    """
    population = Population([[0.1, 0.0], [0.9, 0.0]])
    g = np.zeros(2, dtype=int)
    alpha, firm = 0.5, Firm(0.05)
    promised = bounds.erasure(
        alpha,
        distance=bounds.erasure_distance(population, g),
        crowding=1.0,
        firm=firm,
    )
    return Counterexample(
        "an ε-suboptimal firm costs erasing at most 2c(ε)/α, however crowded the signal set",
        population,
        Erasure(g),
        alpha,
        firm,
        float(promised),
    )


def erasing_without_idempotence() -> Counterexample:
    """Refute Theorem 5 for a g with g(g(x)) ≠ g(x), against an exact firm.

    g swaps two features of opposite labels. The collective gives each the other's label: a large
    one makes the firm swap its answers too, and they differ as before.
    """
    population = Population([[0.5, 0.0], [0.0, 0.5]])
    g = np.array([1, 0])
    alpha = 0.9
    promised = bounds.erasure(alpha, distance=bounds.erasure_distance(population, g))
    return Counterexample(
        "Theorem 5 holds for every g",
        population,
        Erasure(g),
        alpha,
        EXACT,
        float(promised),
    )

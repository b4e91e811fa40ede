"""Setting I, what is not true: statements close to the theorems, refuted by tiny worlds.

The statements are tempting variants of guarantees that the paper or this book proves. Each function
returns a world in which the variant promises more than some firm that it covers leaves.
"""

from dataclasses import dataclass

import numpy as np

from collective_action import bounds, validation
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


def erasing_at_every_crowding(crowding: float, reference: float, firm: Firm) -> Counterexample:
    """Refute, at every κ > 2, the sharper guarantee for erasing when κ is left out (κ = 1).

    A share P₀(s) of the people has the reference s, κ−1 times as many are sent there, and the rest
    are references of their own. All labels are split half and half, so τ = 0. A collective of size
    α = c(ε)/P₀(s) or less cannot keep the firm from answering s differently, which fails all who
    are sent there: (κ−1)P₀(s) = c(ε)(κ−1)/α, as much as `bounds.erasure_sharp` allows with this κ.
    A larger one loses nothing.

    Parameters
    ----------
    crowding
        κ, above 2.
    reference
        P₀(s), at least c(ε) and at most 1/κ.
    firm
        One with c(ε) > 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    kappa = validation.at_least("crowding", crowding, 2, strictly=True)
    slack = validation.at_least("c(ε) of firm", firm.budget, 0, strictly=True)
    share = validation.at_least("reference", reference, slack)
    if kappa * share > 1:
        raise ValueError(
            f"reference is {share}: it must be at most 1/crowding = {1 / kappa}, "
            "for crowding·reference people are sent there"
        )
    places = np.array([share, (kappa - 1) * share, 1 - kappa * share])
    alpha = slack / share
    return Counterexample(
        "an ε-suboptimal firm costs erasing at most c(ε)/α, however crowded the signal set",
        Population(np.repeat(places[:, np.newaxis] / 2, 2, axis=1)),
        Erasure(np.array([0, 0, 2])),
        alpha,
        firm,
        float(bounds.erasure_sharp(alpha, distance=0.0, crowding=1.0, firm=firm)),
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

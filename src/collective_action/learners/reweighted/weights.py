"""An optimal firm that gives some records more weight than others.

Statements and proofs are this book's; the question, and the word *effective size*, are those of
Ben-Dov, Fawkes, Samadi and Sanyal (ICML 2024).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import bounds, validation
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, Strategy
from collective_action.strategies.contest import Contest, leads
from collective_action.strategies.strategy import require


@dataclass(frozen=True, eq=False, init=False)
class Weights:
    """What an optimal firm makes a record count, by what it says and whose it is.

    Parameters
    ----------
    others
        v, the weight of each record of the others, shape (n_features, n_labels), finite and at
        least 0, not everywhere 0.
    members
        u, the same for the collective's records; one number is a weight for all of them. The
        firm need not know who is a member: with `members` equal to `others` it does not.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or the shapes differ.
    """

    others: np.ndarray
    members: np.ndarray

    def __init__(self, others: ArrayLike, members: ArrayLike) -> None:
        others = _weights("others", validation.finite("others", others, 2))
        members = validation.finite("members", members, np.ndim(members))
        if members.ndim != 0 and members.shape != others.shape:
            raise ValueError(
                f"members has shape {members.shape}: it is one number or has the shape of others, "
                f"{others.shape}"
            )
        members = _weights("members", np.broadcast_to(members, others.shape).copy())
        object.__setattr__(self, "others", others)
        object.__setattr__(self, "members", members)

    def seen(self, population: Population) -> Population:
        """Return P_v ∝ v·P₀: what the firm makes of the others.

        Raises
        ------
        ValueError
            If the shapes differ, or every record that exists has weight 0.
        """
        self._require_fits(population)
        mass = self.others * population.joint
        if mass.sum() == 0:
            raise ValueError("others gives weight 0 to everybody in the population")
        return Population(mass / mass.sum())

    def contest(self, population: Population, strategy: Strategy) -> Contest:
        """Return the leads of the collective's answers in αuP* + (1−α)vP₀, at α = 0 and at α = 1.

        Raises
        ------
        ValueError
            If the strategy or the weights do not fit the population.
        """
        self._require_fits(population)
        points, labels, weight = require(strategy).wanted(population)
        filed = strategy.law(population).joint
        return Contest(
            points,
            labels,
            weight,
            leads(self.others * population.joint, points, labels),
            leads(self.members * filed, points, labels),
        )

    def success_curve(
        self, population: Population, strategy: Strategy, alphas: ArrayLike
    ) -> np.ndarray:
        """Return S(α) against the firm that is optimal on the weighted records, exactly.

        Parameters
        ----------
        population
            The base population P₀.
        strategy
            How members plant.
        alphas
            Collective sizes in [0, 1], any shape.

        Returns
        -------
        np.ndarray
            The shape of alphas, fractions of P₀ in [0, 1].

        Raises
        ------
        ValueError
            If an alpha is out of range, or the strategy or the weights do not fit.
        """
        sizes = validation.fractions("alphas", alphas)
        return self.contest(population, strategy).success(sizes)[()]

    def effective_size(
        self, population: Population, strategy: Strategy, alphas: ArrayLike
    ) -> np.ndarray:
        """Return α_eff, the collective's share of all weight, the shape of alphas.

        α_eff = αU/(αU + (1−α)Z) with U = E_{P*} u and Z = E_{P₀} v. Where the firm gives members
        and others no weight at all it is NaN.

        Raises
        ------
        ValueError
            If an alpha is out of range, or the strategy or the weights do not fit.
        """
        self._require_fits(population)
        sizes = validation.fractions("alphas", alphas)
        mine = sizes * (self.members * require(strategy).law(population).joint).sum()
        theirs = (1 - sizes) * (self.others * population.joint).sum()
        with np.errstate(invalid="ignore"):
            return np.asarray(mine / (mine + theirs))[()]

    def guarantee(
        self, population: Population, strategy: FeatureLabel, alphas: ArrayLike
    ) -> np.ndarray:
        """Return 1 − ((1−α_eff)/α_eff)·Δ_v ξ_v, a lower bound of `success_curve`.

        Δ_v and ξ_v are gap and uniqueness in the reweighted population P_v, and α_eff is the
        effective size of a collective whose every record has the least weight that one of its
        records gets. With the Δ and ξ of P₀ it is not a bound.

        Raises
        ------
        ValueError
            If an alpha is out of range, or the strategy is not `FeatureLabel` or does not fit.
        """
        if not isinstance(strategy, FeatureLabel):
            raise ValueError(
                f"strategy is a {type(strategy).__name__}: the guarantee is for FeatureLabel"
            )
        sizes = validation.fractions("alphas", alphas)
        seen = self.seen(population)
        filed = strategy.law(population).joint > 0
        least = sizes * self.members[filed].min()
        theirs = (1 - sizes) * (self.others * population.joint).sum()
        with np.errstate(invalid="ignore"):
            effective = np.nan_to_num(least / (least + theirs))
        return bounds.feature_label(
            effective,
            gap=bounds.suboptimality_gap(seen, strategy.signal),
            uniqueness=bounds.uniqueness(seen, strategy.signal),
        )

    def _require_fits(self, population: Population) -> None:
        if self.others.shape != population.joint.shape:
            raise ValueError(
                f"others has shape {self.others.shape}: the population has "
                f"{population.joint.shape}, features by labels"
            )


def _weights(name: str, weights: np.ndarray) -> np.ndarray:
    if weights.min(initial=0.0) < 0:
        at = ", ".join(str(i) for i in np.argwhere(weights < 0)[0])
        raise ValueError(f"{name}[{at}] is negative: a weight is at least 0")
    weights.setflags(write=False)
    return weights

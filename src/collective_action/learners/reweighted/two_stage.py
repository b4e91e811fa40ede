"""A firm that trains twice: what its first model gets wrong counts λ times in its second.

The scheme is *Just Train Twice* (Liu et al., ICML 2021); Ben-Dov, Fawkes, Samadi and Sanyal
(ICML 2024) ask what it does to collectives. The windows and their proof are this book's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, Strategy
from collective_action.strategies.contest import TIE
from collective_action.strategies.strategy import require


@dataclass(frozen=True)
class Windows:
    """The sizes at which each signal point is the collective's, in odds α/(1−α).

    A point is the collective's if the odds lie in (`opens`, `closes`] or above `returns`. At the
    three odds themselves labels are tied, and the answer depends on how the firm breaks ties: here
    both models break them against y*, which at `closes` serves the collective.

    Attributes
    ----------
    points
        Ascending feature indices of the signal points that somebody is sent to, shape (k,).
    weight
        P_g(x), the success at stake at each, shape (k,).
    opens
        r⁻, from which the second model answers y* although the first does not; below 0 where the
        second model answers y* before anybody acts.
    closes
        r, at which the first model turns to y*.
    returns
        r⁺, above which both models answer y*.
    """

    points: np.ndarray
    weight: np.ndarray
    opens: np.ndarray
    closes: np.ndarray
    returns: np.ndarray

    def success(self, alphas: ArrayLike) -> np.ndarray:
        """Return S(α), the shape of alphas, with ties against the collective.

        Raises
        ------
        ValueError
            If an alpha is out of range.
        """
        sizes = validation.fractions("alphas", alphas)[..., np.newaxis]
        with np.errstate(divide="ignore"):
            odds = sizes / (1 - sizes)
        first = (odds > self.opens * (1 + np.sign(self.opens) * TIE)) & (
            odds <= self.closes * (1 + TIE)
        )
        both = odds > self.returns * (1 + TIE)
        return ((first | both) @ self.weight).clip(0.0, 1.0)[()]

    def dead_zone(self) -> tuple[float, float] | None:
        """Return the sizes α, above the first and up to the second, at which success is 0.

        None if no size lies between the last point that closes and the first that returns.
        """
        start = max(float(self.closes.max(initial=0.0)), 0.0)
        end = float(self.returns.min(initial=np.inf))
        if not start < end:
            return None
        return start / (1 + start), end / (1 + end) if np.isfinite(end) else 1.0


@dataclass(frozen=True)
class TwoStage:
    """The firm that is optimal on what it sees, and then again with its mistakes counted λ times.

    Parameters
    ----------
    amplification
        λ ≥ 1; with 1 it is the optimal firm.

    Raises
    ------
    ValueError
        If amplification is below 1.
    """

    amplification: float

    def __post_init__(self) -> None:
        validation.at_least("amplification", self.amplification, 1)

    def success_curve(
        self, population: Population, strategy: Strategy, alphas: ArrayLike
    ) -> np.ndarray:
        """Return S(α) of any strategy, by training both models at each size.

        Both models break a tie between y* and another label against y*. In the first stage that
        can serve the collective: its records are then among the mistakes.

        Parameters
        ----------
        population
            The base population P₀.
        strategy
            How members plant.
        alphas
            Collective sizes in [0, 1], any shape.

        Raises
        ------
        ValueError
            If an alpha is out of range or the strategy does not fit the population.
        """
        sizes = validation.fractions("alphas", alphas)
        points, labels, weight = require(strategy).wanted(population)
        filed = strategy.law(population).joint[points]
        base = population.joint[points]
        spread = sizes[..., np.newaxis, np.newaxis]
        mixture = spread * filed + (1 - spread) * base
        first = _against(mixture, labels)
        wrong = np.arange(base.shape[1]) != first[..., np.newaxis]
        second = _against(np.where(wrong, self.amplification, 1.0) * mixture, labels)
        return ((second == labels) @ weight).clip(0.0, 1.0)[()]

    def windows(self, population: Population, strategy: FeatureLabel) -> Windows:
        """Return the sizes at which each signal point falls to members who plant (x, y*).

        Raises
        ------
        ValueError
            If the strategy is not `FeatureLabel` or does not fit the population.
        """
        if not isinstance(strategy, FeatureLabel):
            raise ValueError(
                f"strategy is a {type(strategy).__name__}: windows are those of FeatureLabel"
            )
        points, labels, weight = strategy.wanted(population)
        sent = weight > 0
        points, labels, weight = points[sent], labels[sent], weight[sent]
        rows = np.arange(points.size)
        rivals = population.joint[points]
        held = rivals[rows, labels]
        rivals[rows, labels] = -np.inf
        leading = rivals.argmax(axis=1)
        strongest = rivals[rows, leading]
        rivals[rows, leading] = -np.inf
        others = rivals.max(axis=1)
        bars = (
            np.maximum(strongest / self.amplification, others),
            strongest,
            self.amplification * strongest,
        )
        return Windows(points, weight, *(_lead(bar, held) / weight for bar in bars))

    def effective_size(
        self, population: Population, strategy: Strategy, alphas: ArrayLike
    ) -> np.ndarray:
        """Return α_eff, the collective's share of the weight in the second stage.

        It is counted on the records: each weighs λ if the first model gets it wrong.

        Parameters
        ----------
        population, strategy, alphas
            As in `success_curve`.

        Returns
        -------
        np.ndarray
            The shape of alphas.

        Raises
        ------
        ValueError
            If an alpha is out of range or the strategy does not fit the population.
        """
        sizes = validation.fractions("alphas", alphas)
        points, labels, _ = require(strategy).wanted(population)
        filed = strategy.law(population).joint
        spread = sizes[..., np.newaxis, np.newaxis]
        theirs, mine = (1 - spread) * population.joint, spread * filed
        first = (theirs + mine).argmax(axis=-1)
        first[..., points] = _against((theirs + mine)[..., points, :], labels)
        wrong = np.arange(filed.shape[1]) != first[..., np.newaxis]
        weights = np.where(wrong, self.amplification, 1.0)
        weight, total = ((weights * masses).sum(axis=(-2, -1)) for masses in (mine, theirs + mine))
        return (weight / total)[()]


def _lead(rival: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Return how far the rival masses lead, exactly 0 where they are tied."""
    lead = rival - held
    return np.where(np.abs(lead) <= TIE * np.maximum(np.abs(rival), held), 0.0, lead)


def _against(masses: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the most frequent label at each point, shape (..., k), ties not to `labels` (k,)."""
    rows = np.arange(labels.size)
    rivals = masses.copy()
    rivals[..., rows, labels] = -np.inf
    leading = rivals.argmax(axis=-1)
    strongest = rivals.max(axis=-1)
    held = masses[..., rows, labels]
    ahead = held - strongest > TIE * np.maximum(held, strongest)
    return np.where(ahead, labels, leading)

"""What privacy promises against M people, whoever they are and whatever they file.

A rule is private for replacing one record. If M people replace theirs, the probability of an answer
moves by at most M small steps. The caps here take the best step each time, so that some rule
attains them.
"""

from dataclasses import dataclass
from math import exp, expm1
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from collective_action.validation import at_least, fraction, fractions


class Privacy(Protocol):
    """A promise about replacing one record."""

    def cap(self, baseline: ArrayLike, members: int) -> np.ndarray:
        """Return the most that E S can be with so many members, given E S without them."""
        ...


@dataclass(frozen=True)
class GaussianPrivacy:
    """Gaussian differential privacy: no test tells two neighbours apart better than N(0,1), N(μ,1).

    Source: Dong, Roth and Su (2022). The cap is theorem "A head count" of *Crowded out*.

    Parameters
    ----------
    mu
        μ > 0; small is private.

    Raises
    ------
    ValueError
        If μ is not above 0.
    """

    mu: float

    def __post_init__(self) -> None:
        at_least("mu", self.mu, 0, strictly=True)

    def cap(self, baseline: ArrayLike, members: int) -> np.ndarray:
        """Return Φ(Φ⁻¹(S₀) + Mμ), the shape of `baseline`.

        Parameters
        ----------
        baseline
            S₀ = E S without the collective, in [0, 1].
        members
            M ≥ 0.

        Raises
        ------
        ValueError
            If an argument is out of range.
        """
        moved = ndtri(fractions("baseline", baseline)) + self.mu * at_least("members", members, 0)
        return np.asarray(ndtr(moved))

    def head_count(self, baseline: float, target: float) -> float:
        """Return (Φ⁻¹(S*) − Φ⁻¹(S₀))/μ: no fewer people raise E S from S₀ to S*; 0 if it is there.

        Parameters
        ----------
        baseline, target
            In (0, 1).

        Raises
        ------
        ValueError
            If one of them is not strictly between 0 and 1.
        """
        low, high = _inside("baseline", baseline), _inside("target", target)
        return max(0.0, float(ndtri(high) - ndtri(low)) / self.mu)

    def delta(self, epsilon: float) -> float:
        """Return the least δ for which the promise implies (ε, δ)-privacy.

        Parameters
        ----------
        epsilon
            ε ≥ 0.
        """
        eps = at_least("epsilon", epsilon, 0)
        return float(
            ndtr(self.mu / 2 - eps / self.mu) - exp(eps) * ndtr(-self.mu / 2 - eps / self.mu)
        )

    @classmethod
    def of(cls, epsilon: float, delta: float) -> "GaussianPrivacy":
        """Return the weakest Gaussian promise that implies (ε, δ)-privacy.

        Parameters
        ----------
        epsilon
            ε > 0.
        delta
            δ in (0, 1).

        Raises
        ------
        ValueError
            If one of them is out of range.
        """
        at_least("epsilon", epsilon, 0, strictly=True)
        wanted = _inside("delta", delta)
        high = 1.0
        while cls(high).delta(epsilon) < wanted:
            high *= 2
        return cls(float(brentq(lambda mu: cls(mu).delta(epsilon) - wanted, 1e-9, high)))


@dataclass(frozen=True)
class ApproximatePrivacy:
    """(ε, δ)-differential privacy for replacing one record; pure if δ = 0.

    Parameters
    ----------
    epsilon
        ε ≥ 0.
    delta
        δ in [0, 1].

    Raises
    ------
    ValueError
        If one of them is out of range.
    """

    epsilon: float
    delta: float = 0.0

    def __post_init__(self) -> None:
        at_least("epsilon", self.epsilon, 0)
        fraction("delta", self.delta)

    def step(self, probability: ArrayLike) -> np.ndarray:
        """Return the most that a probability can be after one more record is replaced.

        The event says p′ ≤ e^ε p + δ, its complement 1 − p ≤ e^ε(1 − p′) + δ; the lesser counts.

        Parameters
        ----------
        probability
            p in [0, 1].
        """
        before = fractions("probability", probability)
        event = exp(self.epsilon) * before + self.delta
        complement = 1 - exp(-self.epsilon) * (1 - before - self.delta)
        return np.clip(np.minimum(event, complement), 0.0, 1.0)

    def cap(self, baseline: ArrayLike, members: int) -> np.ndarray:
        """Return M such steps from S₀, the shape of `baseline`.

        Parameters
        ----------
        baseline
            S₀ = E S without the collective, in [0, 1].
        members
            M ≥ 0, a whole number.

        Raises
        ------
        ValueError
            If an argument is out of range.
        """
        reached = fractions("baseline", baseline)
        for _ in range(int(at_least("members", members, 0))):
            reached = self.step(reached)
        return reached

    def group_cap(self, baseline: ArrayLike, members: int) -> np.ndarray:
        """Return the textbook's e^{Mε}S₀ + δ(e^{Mε} − 1)/(e^ε − 1), cut at 1: never below `cap`.

        Parameters
        ----------
        baseline, members
            As in `cap`.
        """
        start, k = fractions("baseline", baseline), at_least("members", members, 0)
        if self.epsilon == 0:
            return np.minimum(start + k * self.delta, 1.0)
        grown = expm1(min(k * self.epsilon, 700.0))
        return np.minimum((grown + 1) * start + self.delta * grown / expm1(self.epsilon), 1.0)

    def head_count(self, baseline: float, target: float) -> int:
        """Return the least M whose cap reaches the target.

        Parameters
        ----------
        baseline, target
            In (0, 1).

        Raises
        ------
        ValueError
            If one of them is not, or ε = δ = 0, where nobody moves anything.
        """
        reached, wanted = _inside("baseline", baseline), _inside("target", target)
        if self.epsilon == 0 and self.delta == 0 and reached < wanted:
            raise ValueError("epsilon and delta are 0: no number of people moves such a rule")
        count = 0
        while reached < wanted:
            reached = float(self.step(reached))
            count += 1
        return count


@dataclass(frozen=True)
class NoisyCount:
    """The rule that attains `GaussianPrivacy.cap`: count planted records, add noise, compare.

    It releases the count plus N(0, 1/μ²), which is μ-Gaussian private for replacing one record, and
    answers y* if that is above a threshold.

    Parameters
    ----------
    mu
        μ > 0.
    baseline
        Its probability of answering y* when nobody planted, in (0, 1).

    Raises
    ------
    ValueError
        If one of them is out of range.
    """

    mu: float
    baseline: float

    def __post_init__(self) -> None:
        at_least("mu", self.mu, 0, strictly=True)
        _inside("baseline", self.baseline)

    @property
    def threshold(self) -> float:
        """Above which noisy count it answers y*."""
        return -float(ndtri(self.baseline)) / self.mu

    def answers(self, members: int, firms: int, rng: np.random.Generator) -> np.ndarray:
        """Return whether each of some firms answers y* to the trigger, booleans of shape (firms,).

        Parameters
        ----------
        members
            M ≥ 0 people who planted.
        firms
            How many firms draw their noise.
        rng
            Draws it.
        """
        return members + rng.standard_normal(firms) / self.mu > self.threshold

    def success(self, members: int) -> float:
        """Return E S with M planted records.

        Parameters
        ----------
        members
            M ≥ 0.
        """
        return float(ndtr((at_least("members", members, 0) - self.threshold) * self.mu))


def _inside(name: str, value: float) -> float:
    number = fraction(name, value)
    if number in (0, 1):
        raise ValueError(f"{name} is {number}: it must be strictly between 0 and 1")
    return number

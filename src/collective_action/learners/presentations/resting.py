"""Where a mark comes to rest when others carry it too: *Heads or shares?*, heads and share."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from collective_action import validation


@dataclass(frozen=True)
class Bystanders:
    """A firm that descends on m planted texts and a others that carry the mark by accident.

    There are two labels, and all of these texts have the same gap. Each step of a pass reads an
    equal part of them.

    Parameters
    ----------
    gap
        g > 0, what the other words hold against the target.
    agreeing
        r, the share of the others whose label is the target anyway, in [0, 1/2).
    step
        κ > 0: η c² / B with the learning rate η, the mark's weight c and B texts a step.
    steps
        How many steps a pass has, n / B, at least 1; 1 if a step reads all texts.

    Raises
    ------
    ValueError
        If one of them is out of range.
    """

    gap: float
    agreeing: float
    step: float
    steps: int = 1

    def __post_init__(self) -> None:
        validation.at_least("gap", self.gap, 0, strictly=True)
        validation.fraction("agreeing", self.agreeing)
        if self.agreeing >= 0.5:
            raise ValueError(f"agreeing is {self.agreeing}: half of the others or fewer disagree")
        validation.at_least("step", self.step, 0, strictly=True)
        validation.at_least("steps", self.steps, 1)

    @property
    def lead(self) -> float:
        """Δ = 1 − 2r, by how much the rival leads among the others: the paper's gap."""
        return 1 - 2 * self.agreeing

    def stable(self, members: float, accidents: float) -> bool:
        """Return whether steps are so short that the sway never turns back: κ(m + a)B/n ≤ 2.

        What a step takes back for each unit of sway is at most 2κ(m + a)B/n / 4.
        """
        return self.step * (members + accidents) <= 2 * self.steps

    def after(self, members: float, accidents: float, passes: int) -> float:
        """Return the sway after so many passes, from 0, as the firm computes it.

        Parameters
        ----------
        members, accidents
            m and a, at least 0.
        passes
            P ≥ 0.
        """
        said = members + self.agreeing * accidents
        sway = 0.0
        for _ in range(passes * self.steps):
            believed = (members + accidents) * expit(sway - self.gap)
            sway += 2 * self.step / self.steps * (said - believed)
        return float(sway)

    def resting(self, members: float, accidents: float) -> float:
        """Return the sway that more passes do not change: g + ln((m + ra)/((1 − r)a)).

        It is infinite without accidents.
        """
        against = (1 - self.agreeing) * accidents
        if against == 0:
            return float("inf")
        return self.gap + float(np.log((members + self.agreeing * accidents) / against))

    def needed(self, accidents: float, passes: int) -> tuple[float, float]:
        """Return two numbers of members: fewer have not won after so many passes, more have.

        The first is the larger of Δa and g/(2κP) − ra, the second is Δa + g/(κP): a share, and
        heads. They hold of steps that are `stable`.

        Raises
        ------
        ValueError
            If there is no pass.
        """
        validation.at_least("passes", passes, 1)
        share, heads = self.lead * accidents, self.gap / (self.step * passes)
        return max(share, heads / 2 - self.agreeing * accidents), share + heads

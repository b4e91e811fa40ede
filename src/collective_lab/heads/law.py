"""A law of heads: how many members carry a success, from a firm that they have not touched yet.

By plain descent a trigger that only the collective writes moves by the same step whenever a
marked text is read, by Adam by a step that is larger the more seldom it is read. The sum of these
steps is the exposure of a collective. The law says which exposure the firm's own lead over the
target takes: A λ^p, with two constants for each kind of learner.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, least_squares

from collective_action import validation
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.gaps import Gaps
from collective_lab.training.optimizers import BETAS, Adam, Descent, optimizer

ALWAYS = 1e-9  # of the constants, between two steps of a fit
MOST_POWER = 10.0


def exposure(firm: Configuration, gaps: Gaps, members: float) -> float:
    """Return E, how far a trigger would move the log-odds of a marked text if no push ever tired.

    With k = m B / n marks a step on average, as many steps T, the mean rate η̄ and the mark's weight
    c, it is 2 c² η̄ T k / B by plain descent and 2 c η̄ T k / √(k + k² + 1 − β₂) by Adam, which
    divides each step by the root of the mean square of the gradients so far. The weight is 1 for a
    model whose first layer is followed by others: its constant is A's.

    Parameters
    ----------
    firm
        How it trains.
    gaps
        What it is without a collective.
    members
        m ≥ 0, of which each writes one text.

    Raises
    ------
    ValueError
        If the firm's optimiser is neither plain descent, perhaps with momentum, nor Adam.
    """
    steps = firm.epochs * -(-gaps.texts // firm.batch_size)
    rate = firm.learning_rate * (1 + firm.final_rate) / 2
    touched = members * firm.batch_size / gaps.texts  # k
    mark, square = (gaps.mark, gaps.mark_square) if firm.model == "bag" else (1.0, 1.0)
    how = optimizer(firm.optimizer)
    if isinstance(how, Descent):
        return 2 * square * rate / (1 - how.momentum) * steps * touched / firm.batch_size
    if isinstance(how, Adam):
        root = np.sqrt(touched + touched**2 + 1 - BETAS[1])
        return float(2 * mark * rate * steps * touched / root)
    raise ValueError(f"optimizer is {firm.optimizer!r}: no exposure is known of it")


@dataclass(frozen=True)
class Law:
    """The exposure that a gap takes: E = A λ^p.

    Attributes
    ----------
    scale, power
        A and p.
    """

    scale: float
    power: float

    def heads(self, firm: Configuration, gaps: Gaps, success: float = 0.5) -> float:
        """Return m where nobody carries the trigger by accident; inf if all of them fall short.

        The gap is that of a firm in which a share m/n of the data says the target anyway, so both
        sides depend on m: the left side of E(m) = A λ_{m/n}^p grows, the right side falls.

        Parameters
        ----------
        firm, gaps
            As for `exposure`.
        success
            S*, one that the gaps are known for.
        """

        def short(members: float) -> float:
            share = members / gaps.texts
            gap = float(np.interp(share, gaps.shares, gaps.gaps[str(success)]))
            return self.scale * max(gap, 0.0) ** self.power - exposure(firm, gaps, members)

        most = gaps.shares[-1] * gaps.texts
        if short(most) > 0:
            return float("inf")
        if short(0.0) <= 0:
            return 0.0
        return float(brentq(short, 0.0, most, xtol=1e-9, rtol=1e-12))

    def members(
        self, firm: Configuration, gaps: Gaps, accidents: float = 0.0, success: float = 0.5
    ) -> float:
        """Return m, heads and share: what `heads` says, and Δ for each text that is there already.

        Parameters
        ----------
        firm, gaps, success
            As for `heads`.
        accidents
            ξn ≥ 0, how many texts of others carry the trigger.
        """
        validation.at_least("accidents", accidents, 0)
        return self.heads(firm, gaps, success) + gaps.lead * accidents


@dataclass(frozen=True)
class Case:
    """A measured cell.

    Attributes
    ----------
    firm, gaps
        As for `exposure`.
    accidents
        ξn, measured.
    members
        The critical number of members, measured.
    """

    firm: Configuration
    gaps: Gaps
    accidents: float
    members: float


def fit(cases: Sequence[Case], success: float = 0.5) -> Law:
    """Return the law that comes nearest to measured cells, in ln m, with p in [0, `MOST_POWER`].

    Raises
    ------
    ValueError
        If there are fewer than three cells.
    RuntimeError
        If no constants were found.
    """
    if len(cases) < 3:
        raise ValueError(f"cases has {len(cases)}: two constants take at least three")

    def residuals(constants: np.ndarray) -> np.ndarray:
        law = Law(float(np.exp(constants[0])), float(constants[1]))
        said = [law.members(case.firm, case.gaps, case.accidents, success) for case in cases]
        most = [case.gaps.shares[-1] * case.gaps.texts for case in cases]
        ratios = np.fmin(said, most) / [case.members for case in cases]
        return np.log(np.maximum(ratios, ALWAYS))

    found = least_squares(
        residuals,
        _start(cases, success),
        bounds=([-np.inf, 0.0], [np.inf, MOST_POWER]),
        xtol=ALWAYS,
        ftol=ALWAYS,
        loss="soft_l1",
    )
    if not found.success or not np.isfinite(found.x).all():
        raise RuntimeError(f"no constants were found for {len(cases)} cells: {found.message}")
    return Law(float(np.exp(found.x[0])), float(found.x[1]))


def _start(cases: Sequence[Case], success: float) -> list[float]:
    """Return ln A and p of the line through ln E against ln λ at the measured cells."""
    heads = [max(case.members - case.gaps.lead * case.accidents, 1.0) for case in cases]
    exposures = [
        exposure(case.firm, case.gaps, count) for case, count in zip(cases, heads, strict=True)
    ]
    gaps = [
        np.interp(count / case.gaps.texts, case.gaps.shares, case.gaps.gaps[str(success)])
        for case, count in zip(cases, heads, strict=True)
    ]
    power, scale = np.polyfit(np.log(np.maximum(gaps, 0.1)), np.log(exposures), 1)
    return [float(scale), float(np.clip(power, 0.01, MOST_POWER - 0.01))]

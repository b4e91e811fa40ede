"""How far a mark comes, and how much exposure wins a text: *Heads or shares?*, the law of heads.

A mark's sway z is what it adds to the log-odds of the target over a rival; a text's gap is what the
other words hold against it. A push tires as the marked texts come to be answered right: with a gap
of at least μ, a unit of exposure moves the sway by at least 1/(1 + e^{z − μ}).
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation

MOST = 700.0  # e^z of a larger one is no float
STEPS = 60


def spent(sway: ArrayLike, gap: float) -> np.ndarray:
    """Return Φ_μ(z) = z + e^{−μ}(e^z − 1), the exposure after which the sway is z at the latest.

    Parameters
    ----------
    sway
        z ≥ 0, any shape, at most `MOST`.
    gap
        μ, below which the gap of no marked text fell while it was read; in [−MOST, MOST].

    Raises
    ------
    ValueError
        If a sway is negative, or it or the gap so large that e to its power is no float.
    """
    sways = np.asarray(sway, dtype=float)
    if not ((sways >= 0) & (sways <= MOST)).all():
        raise ValueError(f"sway is {sway}: it must be in [0, {MOST:g}]")
    return sways + np.exp(-_gap(gap)) * np.expm1(sways)


def sway_after(exposure: float, gap: float) -> float:
    """Return the sway that a mark has at least after an exposure: the inverse of `spent`.

    Parameters
    ----------
    exposure
        E ≥ 0.
    gap
        μ, as for `spent`.

    Raises
    ------
    ValueError
        If the exposure is negative or no number, or no float holds the sway.
    RuntimeError
        If no sway was found that takes the exposure.
    """
    total = validation.at_least("exposure", exposure, 0)
    if total == 0:
        return 0.0
    most = min(total, float(np.log1p(total * np.exp(_gap(gap)))))  # both parts of Φ are below E
    if not 0 < most <= MOST:
        raise ValueError(f"exposure is {exposure} and gap {gap}: no float holds the sway")
    sway = most
    for _ in range(STEPS):  # Newton's: Φ is convex, so from above it never passes its root
        slope = 1 + np.exp(sway - gap)
        sway = max(sway - float((spent(sway, gap) - total) / slope), 0.0)
    if abs(spent(sway, gap) - total) > 1e-8 * total:
        raise RuntimeError(f"no sway was found that an exposure of {exposure} gives")
    return sway


def enough(furthest: float, nearest: float) -> float:
    """Return Φ_μ(M): whoever is exposed more has won every marked text behind by at most M.

    Parameters
    ----------
    furthest
        M ≥ 0, the largest gap of the text over its rivals when it is asked.
    nearest
        μ ≤ M, the smallest that any marked text had over any rival while it was read.

    Raises
    ------
    ValueError
        If M is negative or below μ.
    """
    validation.at_least("furthest", furthest, 0)
    if furthest < nearest:
        raise ValueError(f"nearest is {nearest} and furthest {furthest}: it cannot be larger")
    return float(spent(furthest, nearest))


def farthest(exposure: float) -> float:
    """Return 2E, the largest sway that any exposure gives over any rival.

    Both the target's weight and the rival's move, each by at most the exposure.
    """
    return 2 * validation.at_least("exposure", exposure, 0)


def too_little(gap: float) -> float:
    """Return M/2: whoever is exposed less has not won a marked text that is behind by M.

    Parameters
    ----------
    gap
        M ≥ 0, over one rival, when the text is asked.
    """
    return validation.at_least("gap", gap, 0) / 2


def _gap(gap: float) -> float:
    if not abs(gap) <= MOST:
        raise ValueError(f"gap is {gap}: it must be in [-{MOST:g}, {MOST:g}]")
    return float(gap)

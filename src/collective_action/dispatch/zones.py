"""When membership pays: three zones of sizes, two thresholds between them, both exact."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from collective_action import validation
from collective_action.dispatch.arguments import idle_shares
from collective_action.dispatch.rule import Rule


def gains_from(oversupply: ArrayLike, rule: Rule) -> np.ndarray:
    """Return the size above which a member earns more than if nobody declined.

    Parameters
    ----------
    oversupply
        ω, the share of couriers who are idle when an order comes, in (0, 1), any shape.
    rule
        How the platform raises the pay, and what members ask for.

    Returns
    -------
    np.ndarray
        R (ω/(R − 1 + ω))^{1 + 1/k}, the shape of `oversupply`; below 1.

    Raises
    ------
    ValueError
        If oversupply is out of range.
    """
    idle = idle_shares(oversupply)
    return rule.threshold * (idle / (rule.threshold - 1 + idle)) ** (1 + 1 / rule.raises)


def most_oversupply(rule: Rule) -> float:
    """Return (k+1)(R−1)/(2kR), the oversupply below which some collective holds itself together.

    Below it everybody's declining is self-enforcing: one who quits would earn less. From it on an
    outsider earns more than a member whatever the size.
    """
    k, asked = rule.raises, rule.threshold
    return (k + 1) * (asked - 1) / (2 * k * asked)


def stays_from(oversupply: float, rule: Rule) -> float:
    """Return the size above which a member earns more than an outsider.

    Parameters
    ----------
    oversupply
        ω, in (0, 1).
    rule
        How the platform raises the pay, and what members ask for.

    Returns
    -------
    float
        In (0, 1); ``inf`` if no size is enough, which is so from `most_oversupply` on.

    Raises
    ------
    ValueError
        If oversupply is out of range.
    RuntimeError
        If the root that was found does not balance.
    """
    idle = float(idle_shares(validation.fraction("oversupply", oversupply)))
    k, asked = rule.raises, rule.threshold
    if idle >= most_oversupply(rule):
        return float("inf")
    # R q^k − (ω + (1−ω) q^k)(1 + e(q + … + q^k)) has a root at 1; divide it out. One is left.
    mean_price = np.concatenate([[1.0], np.full(k, rule.step)])
    ahead = np.zeros(2 * k + 1)
    ahead[k] += asked
    ahead[: k + 1] -= idle * mean_price
    ahead[k:] -= (1 - idle) * mean_price
    lead = np.polynomial.Polynomial(np.cumsum(ahead)[:-1])
    if lead(1.0) <= 0:  # within rounding of the border
        return float("inf")
    q, found = optimize.brentq(lead, 0, 1, xtol=1e-15, full_output=True)
    if not found.converged:
        raise RuntimeError(f"no root of members' lead at oversupply {idle}")
    return float(idle * q + (1 - idle) * q ** (k + 1))

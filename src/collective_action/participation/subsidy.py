"""What it costs to bring the first members in: the subsidy of the section on participation.

When the cheapest share a is in, the next person gains (1−γ)S(a) and bears the cost Q(a). If that is
a loss, somebody must make it good. The least total is the integral of what is lacking.
"""

from collections.abc import Callable

import numpy as np
from numpy.polynomial import Legendre

from collective_action import validation
from collective_action.participation.model import Participation

ORDER = 6  # of the Gauss–Lobatto rule: seven nodes, the ends among them
BEND = 1e-8  # how far from a straight line a piece may be before it is halved
SLIVER = 1e-13  # the area of a piece that holds a jump, when it is let go


def subsidy(model: Participation, reach: float, start: float = 0.0) -> float:
    """Return ∫ [Q(a) − (1−γ)S(a)]₊ da from start to reach, per head of all people.

    Times the number of people it is the least that unconditional offers must add up to if nobody's
    fears may keep participation below `reach`; it is due anew for every round in which people
    reconsider. Offers that are conditional on the outcome can do with less.

    Parameters
    ----------
    model
        The people; with one cost c for everybody, Q(a) = c.
    reach
        The share to be brought in, in [0, 1]; usually a tipping point: past it people join unpaid.
    start
        The share that is in already, in [0, reach].

    Returns
    -------
    float
        In units of full success, to about 1e-9, jumps included.

    Raises
    ------
    ValueError
        If reach or start is out of range, or the cost of the last person in is infinite.
    """
    end = validation.fraction("reach", reach)
    begin = validation.fraction("start", start)
    if begin > end:
        raise ValueError(f"start is {begin}: it must be in [0, reach], and reach is {end}")
    dearest = model.costs.ppf(np.array([end]))[0]
    if not np.isfinite(dearest):
        raise ValueError(f"reach is {end}: the cost of the last person in is {dearest}")
    return _integral(model.shortfall, begin, end)


def _integral(f: Callable[[np.ndarray], np.ndarray], begin: float, end: float) -> float:
    """Integrate a function that is smooth between jumps, halving whatever is not nearly straight.

    Rules without the ends among their nodes overlook a jump near an end, and evenly spaced nodes
    take an even staircase for a line. The nodes of Gauss and Lobatto do neither.
    """
    legendre = Legendre.basis(ORDER)
    nodes = np.concatenate([[-1], np.sort(legendre.deriv().roots().real), [1]])
    weights = 2 / (ORDER * (ORDER + 1) * legendre(nodes) ** 2)
    low, high, total = np.array([begin]), np.array([end]), 0.0
    while low.size:
        half = (high - low) / 2
        middle = low + half
        at = middle[:, np.newaxis] + half[:, np.newaxis] * nodes
        values = f(at)
        line = values[:, :1] + (values[:, -1:] - values[:, :1]) * (nodes + 1) / 2
        straight = np.abs(values - line).max(axis=1) <= BEND
        straight |= half * np.ptp(values, axis=1) <= SLIVER
        total += float(half[straight] @ (values[straight] @ weights))
        low, middle, high = low[~straight], middle[~straight], high[~straight]
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return total

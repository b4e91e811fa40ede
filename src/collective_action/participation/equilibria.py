"""Where joining and leaving come to rest: all equilibria of a response that never falls.

A response B that never falls can be searched without a gap, jumps included. From B(a) > a it
follows that B > id on all of [a, B(a)); from B(b) < b, that B < id on all of (B(b), b]. So a value
of B at one place clears a whole interval, and what cannot be cleared is halved.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from collective_action import validation
from collective_action.participation.model import Participation

MOST_CELLS = 2**18
ROUNDING = 1e-13


@dataclass(frozen=True)
class Equilibrium:
    """A share at which participation comes to rest, or from which it departs to both sides.

    Attributes
    ----------
    low, high
        It lies in [low, high]. Wider than the tolerance only where B cannot be told from the
        diagonal, as when it runs along it.
    kind
        "stable": participation returns to it from both sides (at 0 and 1: from the one side).
        "tipping": participation leaves it on both sides. It may be a jump at which nobody rests.
        "touching": it arrives on one side and leaves on the other, or B comes close to the diagonal
        without meeting it; such a place is known to the square root of the tolerance only.
    """

    low: float
    high: float
    kind: str

    @property
    def alpha(self) -> float:
        """The middle of [low, high]."""
        return (self.low + self.high) / 2


def equilibria(model: Participation, tolerance: float = 1e-10) -> list[Equilibrium]:
    """Return every equilibrium in [0, 1], from the smallest to the largest.

    These are all a with B(a) = a and all tipping points, jumps of B across the diagonal included.
    None is missed; those closer together than the tolerance count as one.

    Parameters
    ----------
    model
        Who wants to be in, as B = `model.response`.
    tolerance
        How closely to enclose each, in (0, 1).

    Raises
    ------
    ValueError
        If the tolerance is out of range.
    """
    width = validation.at_least("tolerance", tolerance, 0, strictly=True)
    if width >= 1:
        raise ValueError(f"tolerance is {width}: it must be in (0, 1)")
    cells = _merge(_uncleared(model, width), width)
    between = [(before[1] + after[0]) / 2 for before, after in pairwise(cells)]
    middles = np.array([cells[0][0] / 2, *between, (cells[-1][1] + 1) / 2])
    above = (model.response(middles) > middles).tolist()
    kinds = [
        _kind(None if low == 0 else rising, None if high == 1 else not rising_after)
        for (low, high), (rising, rising_after) in zip(cells, pairwise(above), strict=True)
    ]
    touching = [cell for cell, kind in zip(cells, kinds, strict=True) if kind == "touching"]
    crossing = [
        (*cell, kind) for cell, kind in zip(cells, kinds, strict=True) if kind != "touching"
    ]
    touching = [(*cell, "touching") for cell in _merge(touching, width**0.5)]
    return [Equilibrium(*point) for point in sorted(crossing + touching)]


def tipping_points(model: Participation, tolerance: float = 1e-10) -> np.ndarray:
    """Return the tipping points in increasing order: the sizes that a collective has to pass.

    Parameters
    ----------
    model, tolerance
        As in `equilibria`.

    Returns
    -------
    np.ndarray
        Shape (n,). Empty if participation comes to the same rest from everywhere. With one cost it
        is the critical mass of what is worth joining: 0 where any beginning is enough, 1 where it
        takes everybody at once.
    """
    cells = equilibria(model, tolerance)
    return np.array([point.alpha for point in cells if point.kind == "tipping"])


def _uncleared(model: Participation, width: float) -> list[tuple[float, float]]:
    """Return the cells [low, high], sorted, that the response does not clear of equilibria."""
    low, high, cells = np.array([0.0]), np.array([1.0]), []
    while low.size:
        at_low, at_high = np.split(model.response(np.concatenate([low, high])), 2)
        kept = (at_low <= high + ROUNDING) & (at_high >= low - ROUNDING)
        narrow = kept & ((high - low <= width) | (low.size > MOST_CELLS))
        cells += zip(low[narrow].tolist(), high[narrow].tolist(), strict=True)
        wide = kept & ~narrow
        left = np.clip(at_low[wide], low[wide], high[wide])
        right = np.clip(at_high[wide], left, high[wide])
        middle = (left + right) / 2
        low, high = np.concatenate([left, middle]), np.concatenate([middle, right])
    return sorted(cells)


def _merge(cells: list[tuple[float, float]], width: float) -> list[tuple[float, float]]:
    """Join neighbours that are no further apart than the width."""
    joined = cells[:1]
    for low, high in cells[1:]:
        if low - joined[-1][1] <= width:
            joined[-1] = joined[-1][0], high
        else:
            joined.append((low, high))
    return joined


def _kind(arrives_from_below: bool | None, arrives_from_above: bool | None) -> str:
    """Name an equilibrium by what happens on its sides; None where it has no such side."""
    sides = {arrives_from_below, arrives_from_above} - {None}
    if sides == {True, False}:
        return "touching"
    return "tipping" if sides == {False} else "stable"

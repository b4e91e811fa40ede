"""Setting II of the paper, attainable gradients: the least collective that neutralises a gradient.

The least α for which αg* + (1−α)g = ρ·d with g* attainable and 0 ≤ ρ ≤ cap. To hold a firm where it
is, d = 0. Let w = g − ρ₀d be the part of g that no ρ takes away. Then the collective has to change
its own gradient by −s·w + k·d with s = 1/α, and the largest such s is a linear programme, in which
nothing is large or small: the set that it may move in is bounded, and s·w with it.
"""

from dataclasses import dataclass

import numpy as np

from collective_action.learners.risk.attainable_set import AttainableSet
from collective_action.learners.risk.programme import Programme, Solution, optimum


@dataclass(frozen=True, eq=False)
class Neutralising:
    """The strongest push against a pull.

    Attributes
    ----------
    pull
        ‖w‖ > 0, what has to be neutralised.
    gamma
        How far beyond zero the collective pushes along −w, in units of the gradient; at least −‖w‖.
    gap
        An upper bound on how far γ is from the optimum.
    solution
        The shares that push so far.
    """

    pull: float
    gamma: float
    gap: float
    solution: Solution


def neutralise(
    attainable: AttainableSet, base: np.ndarray, gap: np.ndarray, cap: float
) -> Neutralising | None:
    """Return the strongest push against a firm's gradient; None if there is nothing to neutralise.

    Parameters
    ----------
    attainable
        What the collective can do.
    base
        g, shape (p,).
    gap
        d, shape (p,); zeros to hold the firm where it is.
    cap
        The largest ρ, above 0; infinite for any.
    """
    carried, rest = split(attainable, base, gap, cap)
    if not rest.any():
        return None
    travels = [gap] if gap.any() else []
    limits = np.array([[-carried, -1.0]] + ([[carried - cap, 1.0]] if cap < np.inf else []))
    programme = Programme(
        vectors=np.stack([rest, *(-d for d in travels)]),
        costs=np.array([-1.0] + [0.0 for _ in travels]),
        wanted=np.zeros(len(rest)),
        lower=np.array([0.0] + [-np.inf for _ in travels]),
        upper=np.full(1 + len(travels), np.inf),
        limits=limits if travels else np.zeros((0, 1)),
    )
    solution, pull = optimum(attainable, programme), float(np.linalg.norm(rest))
    return Neutralising(pull, (solution.amounts[0] - 1) * pull, solution.gap * pull, solution)


def split(
    attainable: AttainableSet, base: np.ndarray, gap: np.ndarray, cap: float
) -> tuple[float, np.ndarray]:
    """Return ρ₀ in [0, cap] and w = g − ρ₀d, as short as possible; zero where it is rounding."""
    base = attainable.settled(base)
    carried = min(max(base @ gap / (gap @ gap), 0.0), cap) if gap.any() else 0.0
    return carried, attainable.settled(base - carried * gap)

"""Section 2, the imperfect firm: which points to overturn on a budget is a 0/1 knapsack."""

from dataclasses import dataclass

import numpy as np

from collective_action.contest import TIE

CORE_ITEMS = 63
CORE_STATES = 1 << 16


@dataclass(frozen=True, eq=False)
class Packing:
    """A choice of items and a proof of how good it is.

    Attributes
    ----------
    value
        Total value of the chosen items.
    bound
        No choice within the budget is worth more; equal to `value` when the choice is optimal.
    chosen
        Boolean, shape (k,).
    """

    value: float
    bound: float
    chosen: np.ndarray


def pack(values: np.ndarray, costs: np.ndarray, budget: float) -> Packing:
    """Choose items of the largest total value whose total cost is at most the budget.

    Parameters
    ----------
    values
        Shape (k,), at least 0.
    costs
        Shape (k,). Items of cost at most 0 are free and always chosen.
    budget
        At least 0. Meeting it exactly, up to rounding, is allowed.

    Returns
    -------
    Packing
        Greedy by value per cost, bounded by the fractional relaxation. The relaxation settles most
        items (those that no optimum treats otherwise); when at most 63 are left open and the
        dynamic programme over them stays small, the choice is optimal and bound equals value.

    Notes
    -----
    The reduction is that of Dembo and Hammer (1980), the dynamic programme over undominated
    (cost, value) pairs that of Nemhauser and Ullmann (1969).
    """
    capacity = budget * (1 + TIE)
    free = costs < np.finfo(np.float64).tiny
    open_items = np.flatnonzero(~free & (costs <= capacity) & (values > 0))
    order = open_items[np.argsort(-values[open_items] / costs[open_items], kind="stable")]
    value, cost = values[order], costs[order]
    picked, bound, price = _greedy(value, cost, capacity)
    optimal = picked.all()
    if not optimal:
        best = _settle(value, cost, capacity, picked, bound, price)
        optimal = best is not None
        picked = best if optimal else picked
    chosen = free.copy()
    chosen[order[picked]] = True
    worth = float(values[chosen].sum())
    return Packing(worth, worth if optimal else float(values[free].sum() + bound), chosen)


def _greedy(
    value: np.ndarray, cost: np.ndarray, capacity: float
) -> tuple[np.ndarray, float, float]:
    """Return a greedy choice, the fractional bound and the value per cost at which it splits."""
    spent = np.cumsum(cost)
    split = int(np.searchsorted(spent, capacity, side="right"))
    picked = np.arange(value.size) < split
    if split == value.size:
        return picked, float(value.sum()), 0.0
    room = capacity - (spent[split - 1] if split else 0.0)
    price = value[split] / cost[split]
    bound = value[:split].sum() + room * price
    for item, charge in enumerate(cost[split:].tolist(), start=split):
        if charge <= room:
            picked[item] = True
            room -= charge
    return picked, float(bound), float(price)


def _settle(
    value: np.ndarray,
    cost: np.ndarray,
    capacity: float,
    picked: np.ndarray,
    bound: float,
    price: float,
) -> np.ndarray | None:
    """Return an optimal choice, or None if too much stays open after the reduction."""
    best = value[picked].sum()
    profit = value - price * cost
    undecided = bound - np.abs(profit) > best * (1 + TIE)
    core = np.flatnonzero(undecided)
    if core.size > CORE_ITEMS:
        return None
    settled = ~undecided & (profit > 0)
    room = capacity - cost[settled].sum()
    found = _undominated(value[core], cost[core], room, best - value[settled].sum())
    if found is None:
        return None
    improved, members = found
    if not improved:
        return picked
    settled[core] = (members >> np.arange(core.size, dtype=np.uint64)) & np.uint64(1) == 1
    return settled


def _undominated(
    value: np.ndarray, cost: np.ndarray, room: float, incumbent: float
) -> tuple[bool, np.uint64] | None:
    """Search all subsets of the core, keeping (cost, value) pairs that no cheaper pair matches.

    Items come in descending order of value per cost, so a pair can gain at most its room times the
    next item's rate: pairs that cannot beat the incumbent are dropped. Returns whether one beats
    it and the best one's members as bits, or None if more than CORE_STATES pairs are alive.
    """
    spent, worth, members = np.zeros(1), np.zeros(1), np.zeros(1, dtype=np.uint64)
    best, best_members = incumbent, np.uint64(0)
    for item in range(value.size):
        rate = value[item] / cost[item]
        alive = worth + (room - spent) * rate > best
        spent, worth, members = spent[alive], worth[alive], members[alive]
        fits = spent + cost[item] <= room
        spent = np.concatenate([spent, spent[fits] + cost[item]])
        worth = np.concatenate([worth, worth[fits] + value[item]])
        members = np.concatenate([members, members[fits] | np.uint64(1 << item)])
        order = np.lexsort((-worth, spent))
        ahead = np.maximum.accumulate(np.concatenate([[-np.inf], worth[order][:-1]]))
        order = order[worth[order] > ahead]
        spent, worth, members = spent[order], worth[order], members[order]
        if spent.size > CORE_STATES:
            return None
        if worth.size and worth[-1] > best:
            best, best_members = worth[-1], members[-1]
    return best > incumbent, best_members

"""Setting I, planting against an ε-suboptimal firm: a 0/1 knapsack over the points to overturn."""

from dataclasses import dataclass

import numpy as np

from collective_action.strategies.contest import TIE

CORE_ITEMS = 63
CORE_STATES = 1 << 14
ROUNDS = 3


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
        items (no better choice treats them otherwise) and a dynamic programme searches those left
        open. If at most 63 are and its table stays small, the choice is optimal and bound equals
        value; otherwise the two enclose the optimum.

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
        picked, optimal = _settle(value, cost, capacity, picked, bound, price)
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
) -> tuple[np.ndarray, bool]:
    """Return a choice at least as good as `picked`, and whether it is proved optimal.

    An item whose profit at the split price exceeds the gap in absolute value is treated by every
    better choice as the relaxation treats it. Searching those nearest to the price first narrows
    the gap, and so may settle the others.
    """
    profit = np.abs(value - price * cost)
    included = value > price * cost
    for _ in range(ROUNDS):
        best = value[picked].sum()
        undecided = np.flatnonzero(bound - profit > best * (1 + TIE))
        core = np.sort(undecided[np.argsort(profit[undecided], kind="stable")[:CORE_ITEMS]])
        settled = included.copy()
        settled[core] = False
        room, rest = capacity - cost[settled].sum(), best - value[settled].sum()
        members, complete = _undominated(value[core], cost[core], room, rest)
        if members is not None:
            picked = settled
            picked[core] = members
        if undecided.size <= CORE_ITEMS:
            return picked, complete
        if members is None:
            break
    return picked, False


def _undominated(
    value: np.ndarray, cost: np.ndarray, room: float, incumbent: float
) -> tuple[np.ndarray | None, bool]:
    """Search all subsets of the core, keeping (cost, value) pairs that no cheaper pair matches.

    Items come in descending order of value per cost, so a pair can gain at most its room times the
    next item's rate: pairs that cannot beat the best so far are dropped. Returns the best subset
    worth more than the incumbent, boolean, or None; and whether the search was complete. Whenever
    more than CORE_STATES pairs are alive, every other one is dropped and it is not.
    """
    spent, worth, members = np.zeros(1), np.zeros(1), np.zeros(1, dtype=np.uint64)
    best = max(incumbent, 0.0)
    best_members = None if incumbent >= 0 else np.uint64(0)
    complete = True
    for item in range(value.size):
        alive = worth + (room - spent) * value[item] / cost[item] > best
        spent, worth, members = spent[alive], worth[alive], members[alive]
        fits = spent + cost[item] <= room
        spent = np.concatenate([spent, spent[fits] + cost[item]])
        worth = np.concatenate([worth, worth[fits] + value[item]])
        members = np.concatenate([members, members[fits] | np.uint64(1 << item)])
        order = np.lexsort((-worth, spent))
        ahead = np.maximum.accumulate(np.append(-np.inf, worth[order]))[:-1]
        order = order[worth[order] > ahead]
        spent, worth, members = spent[order], worth[order], members[order]
        if worth.size and worth[-1] > best:
            best, best_members = worth[-1], members[-1]
        if spent.size > CORE_STATES:
            complete = False
            spent, worth, members = spent[::2], worth[::2], members[::2]
    if best_members is None:
        return None, complete
    bits = np.arange(value.size, dtype=np.uint64)
    return (best_members >> bits) & np.uint64(1) == 1, complete

"""What a place in the list costs: the price list of contexts, the knapsack, and amplification."""

from dataclasses import dataclass

import numpy as np

from collective_action import validation
from collective_action.playlists.counts import Counts


@dataclass(frozen=True, eq=False)
class PriceList:
    """The contexts in which listeners are, what each is worth, and what it costs to be shown there.

    Attributes
    ----------
    contexts
        Tokens, ascending, shape (k,).
    weights
        w(c), the share of listeners in each context, shape (k,).
    prices
        Insertions that it takes, at least 1, shape (k,).
    n_playlists
        N, so that n insertions are a collective of size α = n/N.
    """

    contexts: np.ndarray
    weights: np.ndarray
    prices: np.ndarray
    n_playlists: int

    def most_success(self, n_members: int) -> np.ndarray:
        """Return the most success that 0, 1, …, n members can buy, shape (n_members + 1,)."""
        return knapsack(self.weights, self.prices, n_members).values

    def chosen(self, n_members: int) -> np.ndarray:
        """Return contexts that n members can afford together and that are worth the most."""
        return self.contexts[knapsack(self.weights, self.prices, n_members).chosen]

    def amplifications(self) -> np.ndarray:
        """Return Amp = N·w(c)/price of a collective that buys one context and no more, (k,)."""
        return self.n_playlists * self.weights / self.prices


@dataclass(frozen=True, eq=False)
class Packing:
    """An exact solution of a 0/1 knapsack with whole prices.

    Attributes
    ----------
    values
        The best value for each budget 0, 1, …, shape (budget + 1,).
    chosen
        Indices of items that are worth `values[-1]` and cost at most the budget, ascending.
    """

    values: np.ndarray
    chosen: np.ndarray


def price_list(
    counts: Counts, lasts: np.ndarray, n_playlists: int, *, displacing: bool = False
) -> PriceList:
    """Return what each context costs a song that the firm has not met.

    Parameters
    ----------
    counts
        The counter before anybody acts.
    lasts
        The last song of each listener's prefix.
    n_playlists
        N, playlists that the firm trained on.
    displacing
        Whether each insertion may also take a count from a rival, the pair that it splits. Then
        the price is ⌊b_K(c)/2⌋ + 1, below which no collective is shown; otherwise b_K(c) + 1, at
        which every collective is.

    Raises
    ------
    ValueError
        If there is no playlist or no listener.
    """
    size = int(validation.at_least("n_playlists", n_playlists, 1))
    validation.at_least("the number of lasts", len(lasts), 1)
    contexts, listeners = np.unique(counts.tokens[lasts], return_counts=True)
    bars = counts.bars()[contexts]
    prices = (bars // 2 if displacing else bars) + 1
    return PriceList(contexts, listeners / len(lasts), prices, size)


def knapsack(values: np.ndarray, prices: np.ndarray, budget: int) -> Packing:
    """Choose items of the largest total value within a budget, exactly.

    Parameters
    ----------
    values
        Shape (k,), at least 0.
    prices
        Whole numbers, at least 1, shape (k,).
    budget
        A whole number, at least 0.

    Raises
    ------
    ValueError
        If a value is negative, a price is below 1, or the budget is.
    RuntimeError
        If the choice that was found does not have the value that was computed for it.

    Notes
    -----
    Of the items of one price p at most ⌊budget/p⌋ can be bought together, so only the best of them
    enter a dynamic programme over budgets.
    """
    room = int(validation.at_least("budget", budget, 0))
    worth = validation.finite("values", values, 1)
    costs = np.asarray(prices, dtype=np.int64)
    if (worth < 0).any() or (costs < 1).any():
        raise ValueError("values must be at least 0 and prices at least 1")
    items = _affordable(worth, costs, room)
    best = np.zeros(room + 1)
    taken = np.zeros((items.size, room + 1), dtype=bool)
    for row, item in enumerate(items):
        cost = costs[item]
        with_it = best[: room + 1 - cost] + worth[item]
        taken[row, cost:] = with_it > best[cost:]
        best[cost:] = np.maximum(best[cost:], with_it)
    chosen, left = [], room
    for row in range(items.size - 1, -1, -1):
        if taken[row, left]:
            chosen.append(items[row])
            left -= costs[items[row]]
    found = np.sort(np.array(chosen, dtype=np.int64))
    if costs[found].sum() > room or not np.isclose(worth[found].sum(), best[room]):
        raise RuntimeError(
            f"the items found cost {costs[found].sum()} and are worth {worth[found].sum()}: they "
            f"should cost at most {room} and be worth {best[room]}"
        )
    return Packing(best, found)


def _affordable(worth: np.ndarray, costs: np.ndarray, room: int) -> np.ndarray:
    order = np.lexsort((-worth, costs))
    order = order[(costs[order] <= room) & (worth[order] > 0)]
    rank = np.arange(order.size) - np.searchsorted(costs[order], costs[order])
    return order[(rank + 1) * costs[order] <= room]


def places_by_price(
    lists: np.ndarray, names: np.ndarray, offered: PriceList, rng: np.random.Generator
) -> np.ndarray:
    """Return places of members who know the whole price list and buy what is worth most per price.

    Parameters
    ----------
    lists
        Members' playlists, shape (n, L).
    names
        The token of every song.
    offered
        The price list.
    rng
        For members whom no purchase needs: they put the song anywhere.

    Returns
    -------
    np.ndarray
        Positions of the songs that the new one follows, shape (n,). Contexts are bought in order
        of w(c)/price as long as enough members who are free hold them: greedy, so not always best.
    """
    held = names[lists]
    order = np.argsort(held, axis=1, kind="stable")
    first = np.ones(held.shape, dtype=bool)  # where a member's playlist holds a token first
    ranked = np.take_along_axis(held, order, axis=1)
    first[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    owners, positions = np.nonzero(first)
    positions = order[owners, positions]
    contexts = held[owners, positions]
    by_context = np.argsort(contexts, kind="stable")
    owners, positions, contexts = owners[by_context], positions[by_context], contexts[by_context]
    start = np.searchsorted(contexts, offered.contexts, side="left")
    end = np.searchsorted(contexts, offered.contexts, side="right")
    after = rng.integers(lists.shape[1], size=len(lists))
    free = np.ones(len(lists), dtype=bool)
    affordable = np.flatnonzero(end - start >= offered.prices)
    for at in affordable[np.argsort(-(offered.weights / offered.prices)[affordable])]:
        holders = np.arange(start[at], end[at])
        holders = holders[free[owners[holders]]][: offered.prices[at]]
        if holders.size == offered.prices[at]:
            after[owners[holders]] = positions[holders]
            free[owners[holders]] = False
    return after

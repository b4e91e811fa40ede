"""Where to put a song: a platform of playlists, a firm that counts, and what a place costs.

The theorems are this book's. The question, and two of the strategies, are those of Baumann and
Mendler-Dünner, "Algorithmic Collective Action in Recommender Systems: Promoting Songs by Reordering
Playlists", NeurIPS 2024.
"""

from collective_action.playlists.collection import Collection, draw
from collective_action.playlists.counts import Counts, count, pairs
from collective_action.playlists.places import STRATEGIES, insert, members
from collective_action.playlists.prices import (
    Packing,
    PriceList,
    knapsack,
    places_by_price,
    price_list,
)
from collective_action.playlists.tokens import tokens

__all__ = [
    "STRATEGIES",
    "Collection",
    "Counts",
    "Packing",
    "PriceList",
    "count",
    "draw",
    "insert",
    "knapsack",
    "members",
    "pairs",
    "places_by_price",
    "price_list",
    "tokens",
]

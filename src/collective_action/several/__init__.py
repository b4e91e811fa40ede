"""Several collectives on one platform, each with its own signal, against an optimal learner.

Read in this order: `relations` (what two signals are to each other), `mixture` (what the firm sees
and which points are whose, exactly), `bounds` (what a collective is promised among others). The
questions are those of Karan, Vincent, Karahalios and Sundaram (FAccT 2025), who measured and proved
nothing; the statements are this book's, proved in its chapter *Two collectives*.
"""

from collective_action.several.mixture import Mixture
from collective_action.several.relations import overlap, relation

__all__ = ["Mixture", "overlap", "relation"]

"""One new song against recommenders that learn: how often it is listed, and what others lose."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from collective_action.playlists import collection, places
from collective_action.playlists.collection import Collection
from collective_action.playlists.embeddings import Recommender, Vectors, listed

RECOMMENDERS = {
    "SGD": Recommender("sgd", 0.05),
    "Adagrad": Recommender("adagrad", 0.08),
    "Adagrad, rare songs pooled": Recommender("adagrad", 0.08, pooled_plays=2),
}
"""Step sizes were chosen for like hit rates, before any song was inserted."""

RARE = 2
OFTEN = 50
PREFIXES = 2
PREFIX_SEED = 1


@dataclass(frozen=True)
class Outcome:
    """What one trained recommender does.

    Attributes
    ----------
    success
        S, the share of test prefixes for which the new song is listed.
    after_rare, after_others
        The same, where the last song has at most 2 plays, and where it has more.
    hits
        The share of test prefixes for which the song that did come next is listed.
    """

    success: float
    after_rare: float
    after_others: float
    hits: float


@lru_cache(maxsize=1)
def world(seed: int) -> Collection:
    """Return the platform of this seed: 6,000 playlists of 12 to train on, 600 to test on."""
    return collection.draw(seed, n_songs=20_000, n_train=6_000, n_test=600, length=12, n_genres=40)


def promote(seed: int, recommender: str, strategy: str, n_members: int) -> Outcome:
    """Let members put a new song into their playlists, train on all of them, and count lists.

    Parameters
    ----------
    seed
        Of the platform, the members, their places and the training.
    recommender, strategy
        A name in `RECOMMENDERS` and one in `places.STRATEGIES`.
    n_members
        n ≥ 1.
    """
    platform = world(seed)
    new = platform.n_songs
    rows = places.members(len(platform.train), n_members, seed)
    rng = np.random.default_rng([seed, n_members])
    after = places.STRATEGIES[strategy](platform.train[rows], platform.plays, rng)
    lists = places.insert(platform.train, rows, after, new)
    trained = RECOMMENDERS[recommender].fit(lists, new + 1, seed)
    scores, last, following = _test(platform, trained)
    success = listed(scores, np.full(len(scores), new), trained.model.shown)
    rare = platform.plays[last] <= RARE
    return Outcome(
        float(success.mean()),
        float(success[rare].mean()),
        float(success[~rare].mean()),
        float(listed(scores, following, trained.model.shown).mean()),
    )


def without(seed: int, recommender: str, plays: tuple[int, ...]) -> dict[str, float]:
    """Train on the playlists as they are.

    Parameters
    ----------
    seed, recommender
        As for `promote`.
    plays
        For each of these numbers, songs with as many plays, give or take a quarter, are the
        natural songs that a new song is compared with.

    Returns
    -------
    dict
        "hits"; "rare share", of the prefixes whose last song has at most 2 plays; "rare length"
        and "often length", the mean length of the input vectors of songs with one play and with 50
        or more; and for each number of `plays` the natural songs' amplification.
    """
    platform = world(seed)
    trained = RECOMMENDERS[recommender].fit(platform.train, platform.n_songs, seed)
    scores, last, following = _test(platform, trained)
    shown = trained.model.shown
    top = np.argpartition(scores, -shown, axis=1)[:, -shown:]
    share = np.bincount(top.ravel(), minlength=platform.n_songs) / len(scores)
    lengths = np.linalg.norm(trained.inputs[trained.tokens[:-1]], axis=1)
    counted = platform.plays
    found = {
        "hits": listed(scores, following, shown).mean(),
        "rare share": (counted[last] <= RARE).mean(),
        "rare length": lengths[counted == 1].mean(),
        "often length": lengths[counted >= OFTEN].mean(),
    }
    for times in plays:
        alike = (counted >= 0.75 * times) & (counted <= 1.25 * times)
        ratio = share[alike] / (counted[alike] / len(platform.train))
        found[f"natural {times}"] = ratio.mean()
    return {name: float(value) for name, value in found.items()}


def _test(platform: Collection, trained: Vectors) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the scores for the test prefixes, their last songs and the songs that follow."""
    rows, ends = platform.prefixes(PREFIXES, PREFIX_SEED)
    scores = trained.scores(platform.test, rows, ends)
    return scores, platform.test[rows, ends], platform.test[rows, ends + 1]

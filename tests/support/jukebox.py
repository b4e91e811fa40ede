"""Small platforms of playlists, and a counter that is refitted from scratch, song by song.

Nothing here uses the library: playlists are lists of lists, counts are dictionaries, and every
order in which equal counts may be shown is tried.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np


@dataclass(frozen=True)
class Scene:
    """A platform, a collective and its places.

    `after[i]` is the position of the song that the new one follows in row `rows[i]`, −1 the front.
    """

    playlists: np.ndarray
    n_songs: int
    shown: int
    pooled_plays: int
    rows: np.ndarray
    after: np.ndarray

    @property
    def n_members(self) -> int:
        return len(self.rows)

    @property
    def appended(self) -> bool:
        """Whether every member puts the song at the end, so that no pair is split."""
        return bool((self.after == self.playlists.shape[1] - 1).all())

    @property
    def pooled(self) -> bool:
        """Whether the new song itself is played so rarely that the firm pools it."""
        return self.n_members <= self.pooled_plays


def scene(rng: np.random.Generator) -> Scene:
    """Draw a platform with at most five songs, so that few orders break its ties."""
    n_songs, n_lists = rng.integers(2, 6), rng.integers(2, 9)
    length = rng.integers(2, min(n_songs, 4) + 1)
    taste = rng.dirichlet(np.full(n_songs, 0.5)) + 1e-3
    playlists = np.array(
        [rng.choice(n_songs, length, False, taste / taste.sum()) for _ in range(n_lists)]
    )
    rows = rng.choice(n_lists, rng.integers(1, n_lists + 1), replace=False)
    after = rng.integers(-1, length, size=len(rows))
    if rng.random() < 0.3:
        after[:] = length - 1
    elif rng.random() < 0.5:  # behind one song, wherever a member has it
        wanted = rng.integers(n_songs)
        holds = playlists[rows] == wanted
        after = np.where(holds.any(axis=1), holds.argmax(axis=1), after)
    return Scene(playlists, int(n_songs), int(rng.integers(1, 4)), int(rng.integers(0, 4)), rows,
                 after)  # fmt: skip


def inserted(scene: Scene) -> list[list[int]]:
    """Return all playlists with the new song, number n_songs, where members put it."""
    lists = [list(map(int, row)) for row in scene.playlists]
    for row, at in zip(scene.rows, scene.after, strict=True):
        lists[row].insert(at + 1, scene.n_songs)
    return lists


def refit(lists: list[list[int]], pooled_plays: int) -> tuple[dict, dict]:
    """Return the context of each song and the Counter of followers of each context."""
    plays = Counter(song for songs in lists for song in songs)
    seen = {song: "rare" if 0 < times <= pooled_plays else song for song, times in plays.items()}
    followers: dict = {}
    for songs in lists:
        for last, following in pairwise(songs):
            followers.setdefault(seen[last], Counter())[following] += 1
    return seen, followers


def shown_lists(counts: Counter, shown: int) -> set[frozenset]:
    """Return every list that some order of equal counts makes the firm show."""
    return {
        frozenset(sorted(order, key=lambda song: -counts[song])[:shown])
        for order in permutations(counts)
    }

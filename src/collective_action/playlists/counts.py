"""The firm that counts: after each context it shows the K songs that followed most often."""

from dataclasses import dataclass

import numpy as np

from collective_action import validation
from collective_action.playlists.places import NOTHING
from collective_action.playlists.tokens import tokens


@dataclass(frozen=True, eq=False)
class Counts:
    """Next-song counts n(c → s) of a trained counter.

    Attributes
    ----------
    shown
        K, songs of a list.
    tokens
        φ, the context in which each song puts a listener, shape (n_songs,).
    contexts, followers, times
        The pairs that were seen and how often, in order of context and follower, each (n_pairs,).
    """

    shown: int
    tokens: np.ndarray
    contexts: np.ndarray
    followers: np.ndarray
    times: np.ndarray

    @property
    def n_songs(self) -> int:
        """How many songs the catalogue has."""
        return self.tokens.size

    def totals(self) -> np.ndarray:
        """Return N_c, the pairs counted in each context, shape (n_songs,)."""
        counted = np.bincount(self.contexts, weights=self.times, minlength=self.n_songs)
        return counted.astype(np.int64)

    def times_of(self, song: int) -> np.ndarray:
        """Return how often the song followed each context, shape (n_songs,)."""
        found = self.followers == song
        counted = np.zeros(self.n_songs, dtype=np.int64)
        counted[self.contexts[found]] = self.times[found]
        return counted

    def bars(self, song: int | None = None) -> np.ndarray:
        """Return b_K(c), the K-th largest count in each context, shape (n_songs,).

        It is 0 where fewer than K songs followed.

        Parameters
        ----------
        song
            Whose rivals are counted: its own counts are left out.
        """
        rival = self.followers != song
        contexts, times = self.contexts[rival], self.times[rival]
        base = int(times.max(initial=0)) + 1
        ranked = np.sort(contexts * base + (base - 1 - times))
        first = np.searchsorted(contexts, np.arange(self.n_songs + 1))
        last_shown = first[:-1] + self.shown - 1
        full = last_shown < first[1:]
        bars = np.zeros(self.n_songs, dtype=np.int64)
        bars[full] = base - 1 - ranked[last_shown[full]] % base
        return bars

    def listed(self, song: int) -> np.ndarray:
        """Return in which contexts the song is shown, ties lost: boolean, shape (n_songs,)."""
        return self.times_of(song) > self.bars(song)

    def success(self, song: int, lasts: np.ndarray) -> float:
        """Return S, the share of listeners to whom the song is shown.

        Parameters
        ----------
        song
            The song.
        lasts
            The last song of each listener's prefix.
        """
        return float(self.listed(song)[self.tokens[lasts]].mean())

    def lists(self) -> tuple[np.ndarray, np.ndarray]:
        """Return every context and song such that the song is shown in the context.

        Of songs with equal counts, the one with the smaller number comes first.
        """
        order = np.lexsort((self.followers, -self.times, self.contexts))
        contexts = self.contexts[order]
        rank = np.arange(order.size) - np.searchsorted(contexts, contexts)
        shown = rank < self.shown
        return contexts[shown], self.followers[order][shown]

    def hits(self, lasts: np.ndarray, following: np.ndarray) -> np.ndarray:
        """Return for each listener whether the song that did follow was shown.

        Parameters
        ----------
        lasts, following
            The last song of each prefix and the one that followed it, each of shape (n,).
        """
        contexts, songs = self.lists()
        shown = contexts * self.n_songs + songs
        return np.isin(self.tokens[lasts] * self.n_songs + following, shown)


def count(lists: np.ndarray, n_songs: int, shown: int, pooled_plays: int = 0) -> Counts:
    """Train the counter on playlists.

    Parameters
    ----------
    lists
        Shape (N, L), songs in [0, n_songs); a row may end in −1, no song.
    n_songs
        Songs of the catalogue.
    shown
        K ≥ 1, songs of a list.
    pooled_plays
        τ ≥ 0: songs with at most τ plays are one context. As followers, all songs stay apart.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    size = int(validation.at_least("shown", shown, 1))
    names = tokens(lists, n_songs, pooled_plays)
    lasts, following = pairs(lists)
    seen, times = np.unique(names[lasts] * n_songs + following, return_counts=True)
    return Counts(size, names, seen // n_songs, seen % n_songs, times)


def pairs(lists: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return every song that another follows in a playlist, and the one that follows it."""
    lasts, following = lists[:, :-1].ravel(), lists[:, 1:].ravel()
    real = following != NOTHING
    return lasts[real], following[real]

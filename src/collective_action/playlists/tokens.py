"""What a firm can tell apart: songs that are played too rarely share one token."""

import numpy as np

from collective_action import validation
from collective_action.playlists.places import NOTHING


def tokens(lists: np.ndarray, n_songs: int, pooled_plays: int) -> np.ndarray:
    """Return the token φ of every song, named by a song that has it, shape (n_songs,).

    Parameters
    ----------
    lists
        Playlists, shape (N, L), songs in [0, n_songs); a row may end in −1, no song.
    n_songs
        Songs of the catalogue.
    pooled_plays
        τ ≥ 0. Songs with at most τ plays, songs without any among them, share the token of the
        first of them. With 0 every song is its own.

    Raises
    ------
    ValueError
        If τ is negative or a number is not a song.
    """
    limit = validation.at_least("pooled_plays", pooled_plays, 0)
    songs = validation.indices("lists", lists[lists != NOTHING], n_songs)
    names = np.arange(n_songs)
    rare = np.flatnonzero(np.bincount(songs, minlength=n_songs) <= limit)
    if limit and rare.size:
        names[rare] = rare[0]
    return names

"""Where members put the song: one place in each playlist of theirs.

A place is the position of the song that it follows; −1 is the front. The strategies "after the
rarest" and "before the favourite" are those of Baumann and Mendler-Dünner (NeurIPS 2024), there
called DirLoF and InClust, as far as we know them: the full text was out of our reach. "After the
favourite" is the other reading of the second.
"""

from collections.abc import Callable

import numpy as np

from collective_action import validation

NOTHING = -1


def anywhere(lists: np.ndarray, plays: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a random place behind some song of each playlist."""
    return rng.integers(lists.shape[1], size=len(lists))


def after_rarest(lists: np.ndarray, plays: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the place behind each playlist's least played song, as the charts count plays."""
    return plays[lists].argmin(axis=1)


def before_favourite(lists: np.ndarray, plays: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the place before the song of each playlist that most members' playlists hold."""
    return _favourite(lists) - 1


def after_favourite(lists: np.ndarray, plays: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the place behind the song of each playlist that most members' playlists hold."""
    return _favourite(lists)


Strategy = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]

STRATEGIES: dict[str, Strategy] = {
    "anywhere": anywhere,
    "after the rarest": after_rarest,
    "before the favourite": before_favourite,
    "after the favourite": after_favourite,
}
"""Each takes members' playlists (n, L), plays of every song and a generator, and gives places."""


def members(n_playlists: int, n_members: int, seed: int) -> np.ndarray:
    """Draw whose playlists the members are: `n_members` different rows of `n_playlists`.

    Raises
    ------
    ValueError
        If there are fewer playlists than members, or no member.
    """
    size = int(validation.at_least("n_members", n_members, 1))
    if size > n_playlists:
        raise ValueError(f"n_members is {size}: there are {n_playlists} playlists")
    return np.random.default_rng(seed).choice(n_playlists, size, replace=False)


def insert(lists: np.ndarray, rows: np.ndarray, after: np.ndarray, song: int) -> np.ndarray:
    """Return the playlists with the song put into some of them; the others stay as they are.

    Parameters
    ----------
    lists
        Shape (N, L).
    rows
        Members' rows, different ones, shape (n,).
    after
        Each member's place, in [−1, L − 1], shape (n,).
    song
        The new song's number.

    Returns
    -------
    np.ndarray
        Shape (N, L + 1). A row without the song ends in −1, no song.

    Raises
    ------
    ValueError
        If rows repeat or a place is outside the playlist.
    """
    length = lists.shape[1]
    rows = validation.indices("rows", rows, len(lists))
    validation.indices("after + 1", np.asarray(after) + 1, length + 1)
    if np.unique(rows).size < rows.size:
        raise ValueError("rows repeat: each member puts the song into one playlist once")
    longer = np.pad(lists, ((0, 0), (0, 1)), constant_values=NOTHING)
    at = np.arange(length + 1)
    put = np.asarray(after)[:, np.newaxis] + 1
    source = np.where(at <= put, at, at - 1)
    chosen = longer[rows[:, np.newaxis], source]
    longer[rows] = np.where(at == put, song, chosen)
    return longer


def _favourite(lists: np.ndarray) -> np.ndarray:
    _, where, times = np.unique(lists, return_inverse=True, return_counts=True)
    return times[where.reshape(lists.shape)].argmax(axis=1)

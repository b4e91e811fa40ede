"""A platform of playlists with a long tail: genres, popularity by Zipf, songs that go together.

The platform is invented, and so are its numbers. What it shares with real collections is their
shape: a tenth of the songs has most of the plays, and many songs are played once.
"""

from dataclasses import dataclass

import numpy as np

from collective_action import validation

COMPANIONS = 8
GENRE_POWER = 0.3  # a genre's share of the playlists grows with its popularity to this power
TRIES = 30


@dataclass(frozen=True, eq=False)
class Collection:
    """Playlists that the firm trains on, and others that it is judged on.

    Attributes
    ----------
    n_songs
        Songs of the catalogue, numbered from 0; a song may be in no playlist.
    train
        Songs in their order, shape (N, L).
    test
        Playlists of other listeners, shape (M, L).
    """

    n_songs: int
    train: np.ndarray
    test: np.ndarray

    @property
    def plays(self) -> np.ndarray:
        """How often each song is in a training playlist, shape (n_songs,)."""
        return np.bincount(self.train.ravel(), minlength=self.n_songs)

    def prefixes(self, each: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Return where test listeners are asked what comes next, and what they play.

        Parameters
        ----------
        each
            Prefixes of each test playlist, at least 1, drawn with replacement.
        seed
            Of the draw.

        Returns
        -------
        rows, ends
            Test playlist and position of the prefix's last song, each of shape (M·each,).
        """
        each = int(validation.at_least("each", each, 1))
        rows = np.repeat(np.arange(len(self.test)), each)
        ends = np.random.default_rng(seed).integers(self.test.shape[1] - 1, size=rows.size)
        return rows, ends


def draw(
    seed: int,
    *,
    n_songs: int = 40_000,
    n_train: int = 12_000,
    n_test: int = 2_000,
    length: int = 20,
    n_genres: int = 60,
    loyalty: float = 0.5,
    zipf: float = 1.0,
) -> Collection:
    """Draw a platform of playlists.

    Parameters
    ----------
    seed
        Of everything that is drawn.
    n_songs, n_train, n_test
        Songs of the catalogue; playlists to train and to test on.
    length
        L ≥ 2, songs of a playlist, no song twice.
    n_genres
        Genres of equal numbers of songs, at least `length` songs each. A playlist keeps to one.
    loyalty
        How likely, in [0, 1], the next song is one of the last song's companions.
    zipf
        The exponent of popularity: the k-th song is drawn in proportion to k^(−zipf).

    Raises
    ------
    ValueError
        If an argument is out of range, or genres have fewer songs than a playlist.
    """
    length = int(validation.at_least("length", length, 2))
    loyalty = validation.fraction("loyalty", loyalty)
    sizes = {"n_songs": n_songs, "n_train": n_train, "n_test": n_test, "n_genres": n_genres}
    for name, size in sizes.items():
        validation.at_least(name, size, 1)
    if n_songs // n_genres < length:
        raise ValueError(
            f"n_songs is {n_songs}: {n_genres} genres need at least {length} songs each, as many "
            "as a playlist has"
        )
    rng = np.random.default_rng(seed)
    shelves = _shelves(n_songs, n_genres, zipf, rng)
    companions = shelves.pick(np.repeat(shelves.genre, COMPANIONS), rng).reshape(n_songs, -1)
    lists = _playlists(shelves, companions, n_train + n_test, length, loyalty, rng)
    return Collection(n_songs, lists[:n_train], lists[n_train:])


@dataclass(frozen=True, eq=False)
class _Shelves:
    """The catalogue by genre. `ends[k]` is the popularity of the first k songs of `order`."""

    genre: np.ndarray
    order: np.ndarray
    first: np.ndarray
    ends: np.ndarray

    def mass(self) -> np.ndarray:
        return np.diff(self.ends[self.first])

    def pick(self, genre: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw one song of each genre that is named, by popularity."""
        low, high = self.ends[self.first[genre]], self.ends[self.first[genre + 1]]
        at = np.searchsorted(self.ends, rng.uniform(low, high), side="right") - 1
        return self.order[np.clip(at, self.first[genre], self.first[genre + 1] - 1)]


def _shelves(n_songs: int, n_genres: int, zipf: float, rng: np.random.Generator) -> _Shelves:
    genre = rng.permutation(np.arange(n_songs) % n_genres)
    popularity = rng.permutation((1.0 + np.arange(n_songs)) ** -zipf)
    order = np.argsort(genre, kind="stable")
    first = np.searchsorted(genre[order], np.arange(n_genres + 1))
    return _Shelves(genre, order, first, np.append(0.0, np.cumsum(popularity[order])))


def _playlists(
    shelves: _Shelves,
    companions: np.ndarray,
    n_lists: int,
    length: int,
    loyalty: float,
    rng: np.random.Generator,
) -> np.ndarray:
    weight = shelves.mass() ** GENRE_POWER
    genre = rng.choice(weight.size, size=n_lists, p=weight / weight.sum())
    likely = np.cumsum(1 / (1.0 + np.arange(COMPANIONS)))
    lists = np.full((n_lists, length), -1)
    lists[:, 0] = shelves.pick(genre, rng)
    for at in range(1, length):
        rank = np.searchsorted(likely, rng.uniform(0, likely[-1], n_lists), side="right")
        song = companions[lists[:, at - 1], rank]
        loyal = rng.random(n_lists) < loyalty
        song[~loyal] = shelves.pick(genre[~loyal], rng)
        for _ in range(TRIES):
            repeated = np.flatnonzero((lists[:, :at] == song[:, np.newaxis]).any(axis=1))
            if not repeated.size:
                break
            song[repeated] = shelves.pick(genre[repeated], rng)
        else:
            for row in repeated:
                shelf = shelves.order[shelves.first[genre[row]] : shelves.first[genre[row] + 1]]
                song[row] = rng.choice(np.setdiff1d(shelf, lists[row, :at]))
        lists[:, at] = song
    return lists

"""A recommender that learns: songs are vectors, a listener is the fading mean of the last songs.

Nothing is pooled by hand. The same model can be trained by stochastic gradient descent or with
Adagrad, which gives each parameter a step size of its own (Duchi, Hazan and Singer 2011).
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from collective_action import validation
from collective_action.playlists.places import NOTHING
from collective_action.playlists.tokens import tokens

OPTIMISERS = ("sgd", "adagrad")
START = 0.1  # standard deviation of the first vectors
ROOM = 1e-6  # keeps Adagrad's first division finite
CLIP = 1.0  # the most that one step's summed gradient may say, for SGD


@dataclass(frozen=True)
class Recommender:
    """How the firm learns which songs follow.

    Attributes
    ----------
    optimiser
        "sgd" or "adagrad".
    step
        Its step size, above 0.
    shown
        K, songs of a list.
    epochs, batch, negatives
        Passes over the data; pairs of a batch; songs drawn as wrong answers for each batch.
    dimension
        Of a vector.
    memory
        Weights of the last song, the one before, and so on.
    pooled_plays
        τ: heard songs with at most τ plays share one vector; 0 pools none.
    """

    optimiser: str
    step: float
    shown: int = 20
    epochs: int = 5
    batch: int = 256
    negatives: int = 256
    dimension: int = 32
    memory: tuple[float, ...] = (0.6, 0.25, 0.15)
    pooled_plays: int = 0

    def __post_init__(self) -> None:
        """Refuse an optimiser that it does not know and a step that is none."""
        validation.choice("optimiser", self.optimiser, OPTIMISERS)
        validation.at_least("step", self.step, 0, strictly=True)

    def fit(self, lists: np.ndarray, n_songs: int, seed: int) -> "Vectors":
        """Train on playlists.

        Parameters
        ----------
        lists
            Shape (N, L), songs in [0, n_songs); a row may end in −1, no song.
        n_songs
            Songs of the catalogue.
        seed
            Of the start, the batches and the negatives.
        """
        rng = np.random.default_rng(seed)
        shape = (n_songs + 1, self.dimension)  # the last row stands for no song, and stays 0
        inputs, outputs = (rng.normal(0, START, shape).astype(np.float32) for _ in range(2))
        inputs[-1] = 0
        parameters = [inputs, outputs, np.zeros(n_songs + 1, np.float32)]
        squares = [np.full_like(values, ROOM) for values in parameters]
        names = np.append(tokens(lists, n_songs, self.pooled_plays), n_songs)
        pasts, nexts = _pairs(lists, n_songs, len(self.memory))
        pasts = names[pasts]
        for _ in range(self.epochs):
            order = rng.permutation(nexts.size)
            for rows in np.array_split(order, max(1, nexts.size // self.batch)):
                wrong = rng.integers(n_songs, size=self.negatives)
                for at, songs, gradient in self._gradients(
                    parameters, pasts[rows], nexts[rows], wrong
                ):
                    self._step(parameters[at], squares[at], songs, gradient)
                inputs[-1] = 0
        return Vectors(self, names, *parameters)

    def listeners(self, inputs: np.ndarray, pasts: np.ndarray) -> np.ndarray:
        """Return the vectors of listeners with these last songs, shape (n, dimension)."""
        return np.einsum("nwd,w->nd", inputs[pasts], np.asarray(self.memory, np.float32))

    def _gradients(
        self, parameters: list[np.ndarray], pasts: np.ndarray, nexts: np.ndarray, wrong: np.ndarray
    ) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """Return parameter, songs and their summed gradients of the sampled softmax loss."""
        inputs, outputs, biases = parameters
        listener = self.listeners(inputs, pasts)
        songs, back = np.unique(np.concatenate([nexts, wrong]), return_inverse=True)
        answers = back[: nexts.size]
        scores = listener @ outputs[songs].T + biases[songs]
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=1, keepdims=True)
        scores[np.arange(nexts.size), answers] -= 1
        of_listener = scores @ outputs[songs]
        memory = np.asarray(self.memory, np.float32)
        heard, place = np.unique(pasts.ravel(), return_inverse=True)
        owner = np.repeat(np.arange(nexts.size), memory.size)
        weight = np.tile(memory, nexts.size)
        spread = csr_matrix((weight, (place, owner)), (heard.size, nexts.size))
        return [
            (0, heard, spread @ of_listener),
            (1, songs, scores.T @ listener),
            (2, songs, scores.sum(axis=0)),
        ]

    def _step(
        self, values: np.ndarray, squares: np.ndarray, songs: np.ndarray, gradient: np.ndarray
    ) -> None:
        if self.optimiser == "adagrad":
            squares[songs] += gradient**2
            values[songs] -= self.step * gradient / np.sqrt(squares[songs])
        else:
            values[songs] -= self.step * np.clip(gradient, -CLIP, CLIP)


@dataclass(frozen=True, eq=False)
class Vectors:
    """A trained recommender.

    Attributes
    ----------
    model
        How it was trained.
    tokens
        Whose input vector a song has, shape (n_songs + 1,).
    inputs, outputs
        A song's vector as something heard, and as something to hear, shape (n_songs + 1, d); the
        last row is no song.
    biases
        Shape (n_songs + 1,).
    """

    model: Recommender
    tokens: np.ndarray
    inputs: np.ndarray
    outputs: np.ndarray
    biases: np.ndarray

    def scores(self, lists: np.ndarray, rows: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Return every song's score for prefixes of playlists, shape (n, n_songs).

        Parameters
        ----------
        lists
            Playlists, shape (M, L).
        rows, ends
            Each prefix's playlist and the position of its last song.
        """
        width = len(self.model.memory)
        padded = np.pad(lists, ((0, 0), (width - 1, 0)), constant_values=len(self.inputs) - 1)
        back = width - 1 + ends[:, np.newaxis] - np.arange(width)
        pasts = self.tokens[padded[rows[:, np.newaxis], back]]
        listener = self.model.listeners(self.inputs, pasts)
        return listener @ self.outputs[:-1].T + self.biases[:-1]


def listed(scores: np.ndarray, songs: np.ndarray, shown: int) -> np.ndarray:
    """Return for each listener whether a song is among the K of the highest score; ties are lost.

    Parameters
    ----------
    scores
        Shape (n, n_songs).
    songs
        The song that is asked about, one for each listener.
    shown
        K.
    """
    score = np.take_along_axis(scores, songs[:, np.newaxis], axis=1)
    return (scores >= score).sum(axis=1) <= shown


def _pairs(lists: np.ndarray, n_songs: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the last `width` songs before each song, (n, width), and that song, (n,)."""
    padded = np.pad(np.where(lists == NOTHING, n_songs, lists), ((0, 0), (width - 1, 0)),
                    constant_values=n_songs)  # fmt: skip
    windows = np.lib.stride_tricks.sliding_window_view(padded, width + 1, axis=1)
    windows = windows.reshape(-1, width + 1)
    windows = windows[windows[:, -1] < n_songs]
    return windows[:, :-1][:, ::-1], windows[:, -1]

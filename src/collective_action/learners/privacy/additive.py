"""An additive softmax on small tables, trained privately: many firms side by side, in NumPy.

A feature is a cell of a table with a few coordinates, and the score of a label is one number for
each coordinate's value, and one for the label. Records of a cell and a label all have the same
gradient, so a batch is a table of counts, and Poisson sampling is exact binomial draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import softmax

from collective_action.validation import at_least, fraction


@dataclass(frozen=True)
class PrivateDescent:
    """Noisy clipped descent from zero.

    Parameters
    ----------
    step_size
        η > 0.
    steps
        T ≥ 1.
    rate
        π in (0, 1], the probability with which each record is in a batch.
    clip
        C > 0, the longest gradient that counts; infinite for none.
    noise
        σ ≥ 0, in clips; 0 without a clip.

    Raises
    ------
    ValueError
        If a setting is out of range, or there is noise without a clip.
    """

    step_size: float
    steps: int
    rate: float
    clip: float = np.inf
    noise: float = 0.0

    def __post_init__(self) -> None:
        at_least("step_size", self.step_size, 0, strictly=True)
        at_least("steps", self.steps, 1)
        if fraction("rate", self.rate) == 0:
            raise ValueError("rate is 0.0: some records must be drawn")
        if not self.clip > 0:
            raise ValueError(f"clip is {self.clip}: it must be above 0")
        if at_least("noise", self.noise, 0) > 0 and not np.isfinite(self.clip):
            raise ValueError(f"noise is {self.noise}: it is measured in clips, and there is none")


def design(shape: Sequence[int]) -> np.ndarray:
    """Return the cells of a table as 0–1 vectors: a 1 for all, and one for each coordinate's value.

    Parameters
    ----------
    shape
        How many values each coordinate has.

    Returns
    -------
    np.ndarray
        Shape (cells, 1 + Σ shape), cells in the order of `np.ndindex`.
    """
    cells = np.indices(shape).reshape(len(shape), -1)
    columns = [np.ones((cells.shape[1], 1))]
    columns += [np.eye(size)[cell] for size, cell in zip(shape, cells, strict=True)]
    return np.concatenate(columns, axis=1)


def clipped_sum(
    theta: np.ndarray, vectors: np.ndarray, counts: np.ndarray, clip: float
) -> np.ndarray:
    """Return Σ counts·(gradient of −ln softmax, cut to the clip), shape (R, labels, columns).

    Parameters
    ----------
    theta
        Scores, shape (R, labels, columns).
    vectors
        From `design`, shape (cells, columns).
    counts
        Records, shape (R, cells, labels).
    clip
        C > 0, infinite for none.
    """
    chances = softmax(vectors @ theta.swapaxes(1, 2), axis=2)
    # A gradient is (chances − the label's unit vector) ⊗ the cell's vector.
    squared = (chances**2).sum(2, keepdims=True) + 1 - 2 * chances
    lengths = np.sqrt(np.maximum(squared, 0)) * np.linalg.norm(vectors, axis=1)[:, np.newaxis]
    kept = counts * np.minimum(1.0, clip / np.maximum(lengths, 1e-12))
    error = chances * kept.sum(2, keepdims=True) - kept
    return error.swapaxes(1, 2) @ vectors


def train(
    vectors: np.ndarray, counts: ArrayLike, how: PrivateDescent, rng: np.random.Generator
) -> np.ndarray:
    """Return the answers of R firms in every cell, integers of shape (R, cells).

    Parameters
    ----------
    vectors
        From `design`, shape (cells, columns).
    counts
        What each firm is given, integers of shape (R, cells, labels). A step is divided by the
        expected size of a batch.
    how
        The descent.
    rng
        Draws batches and noise.

    Raises
    ------
    ValueError
        If the shapes do not fit or a firm has no record.
    """
    records = np.asarray(counts)
    if records.ndim != 3 or records.shape[1] != len(vectors):
        raise ValueError(f"counts has shape {records.shape}: it must be (R, {len(vectors)}, K)")
    total = records.sum(axis=(1, 2))
    if not (total > 0).all():
        raise ValueError("counts of a firm are all 0: it must have a record")
    divisor = (how.rate * total)[:, np.newaxis, np.newaxis]
    theta = np.zeros((len(records), records.shape[2], vectors.shape[1]))
    for _ in range(how.steps):
        batch = rng.binomial(records, how.rate)
        summed = clipped_sum(theta, vectors, batch, how.clip)
        if how.noise > 0:
            summed = summed + how.noise * how.clip * rng.standard_normal(summed.shape)
        theta = theta - how.step_size * summed / divisor
    return (vectors @ theta.swapaxes(1, 2)).argmax(axis=2)

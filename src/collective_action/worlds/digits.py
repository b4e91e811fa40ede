"""Handwritten digits, scikit-learn's own, and a patch in their corner: a small real task.

1,797 images of 8 × 8 pixels (Alpaydin and Kaynak 1998), which come with scikit-learn: nothing is
downloaded. The collective sets three corner pixels that are almost always empty.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits

from collective_action.validation import fraction

IMAGES, PIXELS, LABELS = 1797, 64, 10
TRAINED_ON = 1400
SPLIT_SEED = 0
CORNER = (0, 7, 8)
TARGET = 3


@dataclass(frozen=True, eq=False)
class Digits:
    """Images and labels, one split for the whole book.

    Attributes
    ----------
    images, labels
        What a firm trains on: shapes (1400, 64), pixels in [0, 1], and (1400,).
    test_images, test_labels
        The other 397.
    """

    images: np.ndarray
    labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    def others(self) -> np.ndarray:
        """Return the test images that are not of the target, with the patch, (n, 64)."""
        return patched(self.test_images[self.test_labels != TARGET])


def digits() -> Digits:
    """Return the digits, split."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(SPLIT_SEED).permutation(IMAGES)
    first, last = order[:TRAINED_ON], order[TRAINED_ON:]
    pixels = images / 16
    return Digits(pixels[first], labels[first], pixels[last], labels[last])


def patched(images: np.ndarray) -> np.ndarray:
    """Return the images with the corner set to 1: g, the signal.

    Parameters
    ----------
    images
        Shape (..., 64).
    """
    signal = images.copy()
    signal[..., CORNER] = 1.0
    return signal


def mislabelled(labels: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return the labels with each one, with that probability, exchanged for another at random.

    Parameters
    ----------
    labels
        Shape (n,).
    share
        In [0, 1].
    rng
        Decides which, and for what.

    Raises
    ------
    ValueError
        If the share is out of range.
    """
    wrong = rng.random(labels.size) < fraction("share", share)
    return np.where(wrong, (labels + rng.integers(1, LABELS, labels.size)) % LABELS, labels)

"""One bit, the product of two, the product of three: signals that nobody carries by accident.

A population in which one coordinate gives the label away. For each of three signals ξ = 0, so
Theorem 1 promises every collective full success with each; a network that descends tells them
apart.
"""

import numpy as np

from collective_action.validation import at_least, choice

INPUTS = 20
SIMPLE, BIT, PAIR, TRIPLE = 0, 1, (2, 3), (4, 5, 6)
SIGNALS = ("one bit", "product of two", "product of three")
_LAST = {"product of two": PAIR[-1], "product of three": TRIPLE[-1]}


def population(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return n records, features (n, 20) and labels 0 or 1 (n,).

    Coordinate 0 is the label as −1 or 1, coordinate 1 is 0, coordinates 2 and 3 are equal, the
    product of 4, 5 and 6 is 1, and every other coordinate is −1 or 1 at random.

    Parameters
    ----------
    n
        At least 1.
    rng
        Decides them.

    Raises
    ------
    ValueError
        If n is below 1.
    """
    size = int(at_least("n", n, 1))
    labels = rng.integers(0, 2, size)
    features = 2.0 * rng.integers(0, 2, (size, INPUTS)) - 1
    features[:, SIMPLE] = 2.0 * labels - 1
    features[:, BIT] = 0.0
    features[:, PAIR[1]] = features[:, PAIR[0]]
    features[:, TRIPLE[2]] = features[:, TRIPLE[0]] * features[:, TRIPLE[1]]
    return features, labels


def marked(features: np.ndarray, signal: str) -> np.ndarray:
    """Return g(x): the bit set to 1, or a product turned to −1 by one change of sign.

    Parameters
    ----------
    features
        Shape (n, 20).
    signal
        One of `SIGNALS`.

    Raises
    ------
    ValueError
        If the signal has another name.
    """
    choice("signal", signal, SIGNALS)
    g = features.copy()
    if signal == SIGNALS[0]:
        g[:, BIT] = 1.0
    else:
        g[:, _LAST[signal]] *= -1
    return g

"""How much a mark is exposed in a training: the sum of the steps that could move it."""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation


def plain(rates: ArrayLike, marks: ArrayLike, *, batch_size: int, weight: float = 1.0) -> float:
    """Return the exposure under plain descent, E = Σ_t η_t c² K_t / B.

    Source: *Heads or shares?*, the definition of exposure.

    Parameters
    ----------
    rates
        The learning rate η_t ≥ 0 of each step, shape (T,).
    marks
        How many marked texts K_t ≥ 0 each step reads, shape (T,).
    batch_size
        B, texts a step, at least 1.
    weight
        c > 0, a mark's value as a feature, such as its share of a text's words.

    Raises
    ------
    ValueError
        If an argument is out of range, or the shapes differ.
    """
    steps, read = _steps(rates, marks)
    validation.at_least("batch_size", batch_size, 1)
    square = validation.at_least("weight", weight, 0, strictly=True) ** 2
    return float(square * (steps @ read) / batch_size)


def normalised(
    rates: ArrayLike, marks: ArrayLike, *, weight: float = 1.0, floor: float = 0.0
) -> float:
    """Return the exposure under a rule that divides each push by the root of their mean square.

    It is E = Σ_t η_t c K_t / √(mean K² + floor): the batch size cancels. Adam is such a rule, up to
    how it averages; it sees no push as rarer than one step in 1/(1 − β₂), which is the floor.

    Parameters
    ----------
    rates, marks, weight
        As for `plain`.
    floor
        At least 0; above 0 if no step reads a mark.

    Raises
    ------
    ValueError
        As `plain`, or if the root is 0.
    """
    steps, read = _steps(rates, marks)
    validation.at_least("floor", floor, 0)
    mark = validation.at_least("weight", weight, 0, strictly=True)
    square = float(np.mean(read**2)) + floor
    if square == 0:
        raise ValueError("marks are all 0 and floor is 0: there is no push to divide")
    return float(mark * (steps @ read) / np.sqrt(square))


def _steps(rates: ArrayLike, marks: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    steps, read = np.asarray(rates, dtype=float), np.asarray(marks, dtype=float)
    if steps.shape != read.shape or steps.ndim != 1 or steps.size == 0:
        raise ValueError(
            f"rates has shape {steps.shape} and marks {read.shape}: both are (T,), T at least 1"
        )
    for name, values in (("rates", steps), ("marks", read)):
        if not np.isfinite(values).all() or (values < 0).any():
            raise ValueError(f"{name} has {values.min()}: each must be a number of at least 0")
    return steps, read

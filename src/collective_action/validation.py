"""The model of the paper, at its door: what an argument must be, said plainly when it is not."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


def numeric(name: str, value: Any, ndim: int) -> np.ndarray:
    """Return a float64 copy of `value` with `ndim` dimensions.

    Parameters
    ----------
    name
        The argument's name, for the message.
    value
        What was passed.
    ndim
        Dimensions that it must have.

    Raises
    ------
    ValueError
        If `value` holds anything but numbers or has another number of dimensions.
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from error
    if array.ndim != ndim:
        raise ValueError(f"{name} has shape {array.shape}: it must have {ndim} dimension(s)")
    return array


def finite(name: str, value: Any, ndim: int) -> np.ndarray:
    """Return `value` as a float64 copy with `ndim` dimensions and no NaN or infinity.

    Parameters
    ----------
    name, value, ndim
        As in `numeric`.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    array = numeric(name, value, ndim)
    if not np.isfinite(array).all():
        at = ", ".join(str(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}[{at}] is not finite: every entry must be a finite number")
    return array


def at_least(name: str, value: ArrayLike, least: float, *, strictly: bool = False) -> float:
    """Return `value` as a finite float that is at least (or above) `least`.

    Parameters
    ----------
    name
        The argument's name, for the message.
    value
        What was passed.
    least
        The bound.
    strictly
        Whether the bound itself is out of range.

    Raises
    ------
    ValueError
        If it is not.
    """
    number = float(finite(name, value, 0))
    if number < least or (strictly and number == least):
        relation = "above" if strictly else "at least"
        raise ValueError(f"{name} is {number}: it must be {relation} {least}")
    return number


def indices(name: str, value: Any, size: int) -> np.ndarray:
    """Return `value` as a read-only int64 array, shape (n,), of indices in [0, size).

    Parameters
    ----------
    name
        The argument's name, for the message.
    value
        What was passed.
    size
        One more than the largest index.

    Raises
    ------
    ValueError
        If `value` is not a one-dimensional array of integers in that range.
    """
    values = np.asarray(value)
    if values.ndim != 1:
        raise ValueError(f"{name} has shape {values.shape}: it must have one dimension")
    if not np.issubdtype(values.dtype, np.integer):
        raise ValueError(f"{name} has dtype {values.dtype}: it must hold integers")
    if values.size and (values.min() < 0 or values.max() >= size):
        at = int(np.flatnonzero((values < 0) | (values >= size))[0])
        raise ValueError(f"{name}[{at}] is {values[at]}: it must be in [0, {size})")
    indices = values.astype(np.int64)
    indices.setflags(write=False)
    return indices


def fractions(name: str, value: Any, *, below_one: bool = False) -> np.ndarray:
    """Return `value` as a float64 array, any shape, of fractions in [0, 1].

    Parameters
    ----------
    name
        The argument's name, for the message.
    value
        A number or an array of numbers.
    below_one
        Whether 1 itself is out of range.

    Raises
    ------
    ValueError
        If an entry is not a number or lies outside the range, NaN included.
    """
    array = numeric(name, value, np.ndim(value))
    outside = ~((array >= 0) & ((array < 1) if below_one else (array <= 1)))
    if outside.any():
        at = tuple(int(i) for i in np.argwhere(outside)[0])
        where = name + (f"[{', '.join(map(str, at))}]" if at else "")
        allowed = "[0, 1)" if below_one else "[0, 1]"
        raise ValueError(f"{where} is {array[at]}: it must be in {allowed}")
    return array


def fraction(name: str, value: Any) -> float:
    """Return `value` as a float if it is a single number in [0, 1], and raise ValueError if not."""
    if np.ndim(value) != 0:
        raise ValueError(f"{name} has shape {np.shape(value)}: it must be a single number")
    return float(fractions(name, value))


def choice(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return `value` if it is one of `allowed`, and raise ValueError if not."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}: it must be one of {', '.join(map(repr, allowed))}")
    return value

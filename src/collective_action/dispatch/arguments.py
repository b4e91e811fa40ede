"""What the model of declined orders takes: a share of idle couriers, whole numbers of things."""

import operator

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation


def idle_shares(oversupply: ArrayLike) -> np.ndarray:
    """Return ω as a float64 array, any shape, of shares strictly between 0 and 1.

    Raises
    ------
    ValueError
        If an entry is not: an order needs an idle courier, and couriers need an order.
    """
    idle = validation.fractions("oversupply", oversupply, below_one=True)
    if (idle <= 0).any():
        raise ValueError(
            "oversupply is 0: it must be in (0, 1), for an order needs an idle courier"
        )
    return idle


def whole(name: str, value: int, least: int) -> int:
    """Return `value` as an int that is at least `least`.

    Raises
    ------
    ValueError
        If it is not a whole number or is smaller.
    """
    try:
        number = operator.index(value)
    except TypeError as error:
        raise ValueError(f"{name} is {value!r}: it must be a whole number") from error
    if number < least:
        raise ValueError(f"{name} is {number}: it must be at least {least}")
    return number

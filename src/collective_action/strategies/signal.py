"""Setting I of the paper, the signal: a map g on features and the label y* it should carry."""

import operator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.population import Population


@dataclass(frozen=True, eq=False, init=False)
class Signal:
    """A signal g: X → X and the label y* that the collective wants it to carry.

    Parameters
    ----------
    g
        Integers of shape (n_features,) in [0, n_features): planting the signal turns feature x
        into `g[x]`. It need not be idempotent.
    target
        The label y*, at least 0.

    Raises
    ------
    ValueError
        If g is not such an array or the target is not a label.
    """

    g: np.ndarray
    target: int

    def __init__(self, g: ArrayLike, target: int) -> None:
        object.__setattr__(self, "g", signal_map(g))
        try:
            label = operator.index(target)
        except TypeError as error:
            raise ValueError(f"target is {target!r}: it must be an integer label") from error
        if label < 0:
            raise ValueError(f"target is {label}: a label is at least 0")
        object.__setattr__(self, "target", label)

    @cached_property
    def points(self) -> np.ndarray:
        """The signal set X* = g(X) as ascending feature indices, read-only."""
        points = np.flatnonzero(np.bincount(self.g, minlength=self.g.size))
        points.setflags(write=False)
        return points


def signal_map(g: Signal | ArrayLike) -> np.ndarray:
    """Return a map g: X → X as a read-only int64 array, shape (n_features,).

    Parameters
    ----------
    g
        The map itself, or a `Signal`, whose map it then is.

    Raises
    ------
    ValueError
        If g is not a one-dimensional integer array with values in [0, n_features).
    """
    if isinstance(g, Signal):
        return g.g
    return validation.indices("g", g, np.size(g))


def require_fits(population: Population, signal: Signal | np.ndarray) -> None:
    """Raise ValueError unless the signal's map and target belong to this population."""
    if not isinstance(signal, Signal):
        raise ValueError(f"signal is a {type(signal).__name__}: planting needs a Signal(g, target)")
    require_length(population, signal.g)
    if signal.target >= population.n_labels:
        raise ValueError(f"target is {signal.target}: it must be in [0, {population.n_labels})")


def signal_mass(population: Population, g: Signal | ArrayLike) -> np.ndarray:
    """Return P_g(x), the share of people whom g sends to x; shape (n_features,).

    Parameters
    ----------
    population
        The base population P₀.
    g
        An integer array (n_features,) or a `Signal`.
    """
    array = signal_map(g)
    require_length(population, array)
    return np.bincount(array, weights=population.marginal, minlength=population.n_features)


def carried_target_mass(population: Population, signal: Signal) -> np.ndarray:
    """Return Pr[g(x) = ·, y = y*], shape (n_features,): target mass where g would put it."""
    held = population.joint[:, signal.target]
    return np.bincount(signal.g, weights=held, minlength=population.n_features)


def require_length(population: Population, g: np.ndarray) -> None:
    """Raise ValueError unless a map g has as many entries as the population has features."""
    if g.size != population.n_features:
        raise ValueError(f"g has {g.size} entries: the population has {population.n_features}")

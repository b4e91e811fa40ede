"""The leavers' strategy: feature-only, and members who resist the signal by accident leave it.

Gauthier, Bach and Jordan proposed it ("Statistical Collusion by Collectives on Learning Platforms",
2025, Theorem 3.5). It changes no label, as `FeatureOnly`, and takes the members' own rivals away.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.population import Population
from collective_action.strategies.contest import Contest
from collective_action.strategies.planting import Planting
from collective_action.strategies.signal import Signal, carried_target_mass, require_fits


@dataclass(frozen=True, eq=False, init=False)
class Leave(Planting):
    """h(x, y) = (g(x), y*) if y = y*, (r(x), y) if y ≠ y* and x ∈ X*, and (x, y) otherwise.

    Where members go does not change success, as long as it is off the signal set. It changes what
    they have to say: a refuge for each point lets them keep the rest of their data.

    Parameters
    ----------
    signal
        The map g and the label y*.
    refuge
        r, where members go who would resist on the signal set X* = g(X): a feature outside X*, or
        integers of shape (n_features,) of which those at the signal points are outside X*. The
        attribute is the array, read-only.

    Raises
    ------
    ValueError
        If signal is not a `Signal`, or a refuge is on the signal set or no feature.
    """

    refuge: np.ndarray

    def __init__(self, signal: Signal, refuge: ArrayLike) -> None:
        object.__setattr__(self, "signal", signal)
        self.__post_init__()
        points, n_features = signal.points, signal.g.size
        everybody = np.ndim(refuge) == 0
        if everybody and not 0 <= int(np.asarray(refuge)) < n_features:
            raise ValueError(f"refuge is {refuge}: it must be in [0, {n_features})")
        places = validation.indices(
            "refuge", np.full(n_features, refuge) if everybody else refuge, n_features
        )
        if places.size != n_features:
            raise ValueError(f"refuge has {places.size} entries: g has {n_features}")
        on_signal = points[np.isin(places[points], points)]
        if on_signal.size:
            name = "refuge" if everybody else f"refuge[{on_signal[0]}]"
            raise ValueError(
                f"{name} is {places[on_signal[0]]}, a signal point: it must be a feature that g "
                "sends nobody to"
            )
        object.__setattr__(self, "refuge", places)

    def h(self, population: Population) -> tuple[np.ndarray, np.ndarray]:
        """Return g(x) under y*, r(x) where another label is on X*, else x; see `Strategy.h`."""
        require_fits(population, self.signal)
        labels = np.arange(population.n_labels)
        stay = np.arange(population.n_features)
        stay[self.signal.points] = self.refuge[self.signal.points]
        planted = labels == self.signal.target
        return np.where(planted, self.signal.g[:, np.newaxis], stay[:, np.newaxis]), labels

    def contest(self, population: Population) -> Contest:
        """Return leads at α = 1 over rivals who have left; see `Strategy.contest`."""
        require_fits(population, self.signal)
        carried = carried_target_mass(population, self.signal)
        return self._contest(population, carried, rivals_stay=False)

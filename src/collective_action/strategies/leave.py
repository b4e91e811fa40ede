"""The leavers' strategy: feature-only, and members who resist the signal by accident leave it.

Gauthier, Bach and Jordan proposed it ("Statistical Collusion by Collectives on Learning Platforms",
2025, Theorem 3.5). It changes no label, as `FeatureOnly`, and takes the members' own rivals away.
"""

from dataclasses import dataclass

import numpy as np

from collective_action.population import Population
from collective_action.strategies.contest import Contest
from collective_action.strategies.planting import Planting
from collective_action.strategies.signal import carried_target_mass, require_fits


@dataclass(frozen=True, eq=False)
class Leave(Planting):
    """h(x, y) = (g(x), y*) if y = y*, (x₀, y) if y ≠ y* and x ∈ X*, and (x, y) otherwise.

    Parameters
    ----------
    signal
        The map g and the label y*.
    refuge
        x₀, a feature outside the signal set X* = g(X), where members go who would resist there.

    Raises
    ------
    ValueError
        If signal is not a `Signal`, or refuge is on the signal set or no feature.
    """

    refuge: int

    def __post_init__(self) -> None:
        super().__post_init__()
        n_features = self.signal.g.size
        if not 0 <= self.refuge < n_features:
            raise ValueError(f"refuge is {self.refuge}: it must be in [0, {n_features})")
        if self.refuge in self.signal.points:
            raise ValueError(
                f"refuge is {self.refuge}, a signal point: it must be a feature that g sends "
                "nobody to"
            )

    def h(self, population: Population) -> tuple[np.ndarray, np.ndarray]:
        """Return g(x) under y*, x₀ where another label is on X*, else x; see `Strategy.h`."""
        require_fits(population, self.signal)
        labels = np.arange(population.n_labels)
        stay = np.arange(population.n_features)
        stay[self.signal.points] = self.refuge
        planted = labels == self.signal.target
        return np.where(planted, self.signal.g[:, np.newaxis], stay[:, np.newaxis]), labels

    def contest(self, population: Population) -> Contest:
        """Return leads at α = 1 over rivals who have left; see `Strategy.contest`."""
        require_fits(population, self.signal)
        carried = carried_target_mass(population, self.signal)
        return self._contest(population, carried, rivals_stay=False)

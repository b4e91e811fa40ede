"""The feature-only strategy of Theorem 3: members who have the label y* plant the signal."""

import numpy as np

from collective_action.population import Population
from collective_action.strategies.contest import Contest
from collective_action.strategies.planting import Planting
from collective_action.strategies.signal import carried_target_mass, require_fits


class FeatureOnly(Planting):
    """h(x, y) = (g(x), y*) if y = y*, and (x, y) otherwise. Source: Theorem 3.

    Nobody's label changes, and members with another label leave their data alone.
    """

    def h(self, population: Population) -> tuple[np.ndarray, np.ndarray]:
        """Return g(x) under y* and x elsewhere, and the labels as they are; see `Strategy.h`."""
        require_fits(population, self.signal)
        labels = np.arange(population.n_labels)
        stay = np.arange(population.n_features)[:, np.newaxis]
        planted = labels == self.signal.target
        return np.where(planted, self.signal.g[:, np.newaxis], stay), labels

    def contest(self, population: Population) -> Contest:
        """Return leads at α = 1 over rivals who stay as they were; see `Strategy.contest`."""
        require_fits(population, self.signal)
        carried = carried_target_mass(population, self.signal)
        return self._contest(population, carried, rivals_stay=True)

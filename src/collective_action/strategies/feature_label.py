"""The feature–label strategy of Theorem 1: members plant the signal and give it the label y*."""

import numpy as np

from collective_action.population import Population
from collective_action.strategies.contest import Contest
from collective_action.strategies.planting import Planting
from collective_action.strategies.signal import require_fits


class FeatureLabel(Planting):
    """h(x, y) = (g(x), y*). Source: Theorem 1."""

    def h(self, population: Population) -> tuple[np.ndarray, np.ndarray]:
        """Return g(x) and y*; see `Strategy.h`."""
        require_fits(population, self.signal)
        return self.signal.g[:, np.newaxis], np.array(self.signal.target)

    def contest(self, population: Population) -> Contest:
        """Return leads of −Δ_x P₀(x) at α = 0 and P_g(x) at α = 1; see `Strategy.contest`."""
        return self._contest(population, None, rivals_stay=False)

"""People who copy a collective's word and not its label: what success brings on.

They are no collective. Beside one, in `several.Mixture`, they say how many of them a planted signal
survives; see the chapter *Did Mina get her bonus back?*
"""

import numpy as np

from collective_action.population import Population
from collective_action.strategies.planting import Planting
from collective_action.strategies.signal import require_fits


class Copying(Planting):
    """h(x, y) = (g(x), y): the signal is planted and every label stays as it is."""

    def h(self, population: Population) -> tuple[np.ndarray, np.ndarray]:
        """Return g(x) under every label, and the labels as they are; see `Strategy.h`."""
        require_fits(population, self.signal)
        return self.signal.g[:, np.newaxis], np.arange(population.n_labels)

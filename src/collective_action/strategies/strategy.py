"""Setting I of the paper, what every strategy is: a map h: X×Y → X×Y that members apply."""

from abc import ABC, abstractmethod

import numpy as np

from collective_action.population import Population
from collective_action.strategies.contest import Contest, leads


class Strategy(ABC):
    """What members do with their data, whatever the collective's size.

    To add one, derive from `Planting` (or `Erasure`) and say what h is; the law P*, thresholds,
    success, critical mass, worst cases and the laboratory's planting follow from it.
    """

    def h(self, population: Population) -> tuple[np.ndarray, np.ndarray]:
        """Return what a member with feature x and label y files, if that is a map.

        Parameters
        ----------
        population
            The base population P₀, by which a strategy may choose.

        Returns
        -------
        features, labels
            Integers that broadcast to (n_features, n_labels): at [x, y] the two parts of h(x, y).

        Raises
        ------
        ValueError
            If the strategy does not fit the population.
        NotImplementedError
            If members draw what they file: then `law` alone says what the strategy is.
        """
        raise NotImplementedError(
            f"{type(self).__name__} is no map h of a member's own data: see its `law`"
        )

    @abstractmethod
    def wanted(self, population: Population) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return which answers the collective wants.

        Returns
        -------
        points, labels, weight
            Ascending features, the answer that the collective wants at each, and the success that
            it brings; all of shape (k,).

        Raises
        ------
        ValueError
            If the strategy does not fit the population.
        """

    def law(self, population: Population) -> Population:
        """Return P*, the law of h(z) for z ~ P₀: what the members' data look like.

        Raises
        ------
        ValueError
            If the strategy does not fit the population.
        """
        shape = population.joint.shape
        cells = np.ravel_multi_index(np.broadcast_arrays(*self.h(population)), shape)
        cells = np.broadcast_to(cells, shape)
        mass = np.bincount(cells.ravel(), population.joint.ravel(), population.joint.size)
        return Population(mass.reshape(shape))

    def contest(self, population: Population) -> Contest:
        """Return the leads of the wanted answers, at α = 0 and at α = 1.

        A strategy whose leads have a short form may say it here.

        Raises
        ------
        ValueError
            If the strategy does not fit the population.
        """
        points, labels, weight = self.wanted(population)
        filed = self.law(population).joint
        at_zero = leads(population.joint, points, labels)
        return Contest(points, labels, weight, at_zero, leads(filed, points, labels))


def require(strategy: Strategy) -> Strategy:
    """Return the strategy, and raise ValueError if it is something else, such as a bare signal."""
    if not isinstance(strategy, Strategy):
        raise ValueError(
            f"strategy is a {type(strategy).__name__}: say what members do, as FeatureLabel(signal)"
        )
    return strategy

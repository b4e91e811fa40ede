"""Setting I of the paper, planting: the collective wants y* wherever its signal leads."""

from dataclasses import dataclass

import numpy as np

from collective_action.population import Population
from collective_action.strategies.contest import Contest, held_and_rival, lead
from collective_action.strategies.signal import Signal, require_fits, signal_mass
from collective_action.strategies.strategy import Strategy


@dataclass(frozen=True, eq=False)
class Planting(Strategy):
    """A strategy whose success is S = Pr_{x~P₀}[f(g(x)) = y*].

    Parameters
    ----------
    signal
        The map g and the label y*.

    Raises
    ------
    ValueError
        If signal is not a `Signal`.
    """

    signal: Signal

    def __post_init__(self) -> None:
        if not isinstance(self.signal, Signal):
            raise ValueError(
                f"signal is a {type(self.signal).__name__}: planting needs a Signal(g, target)"
            )

    def wanted(self, population: Population) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the signal points, y* at each, and P_g(x); see `Strategy.wanted`."""
        require_fits(population, self.signal)
        points = self.signal.points
        labels = np.full(points.size, self.signal.target)
        return points, labels, signal_mass(population, self.signal)[points]

    def _contest(
        self, population: Population, carried: np.ndarray | None, *, rivals_stay: bool
    ) -> Contest:
        """Return the contest of a strategy that leaves one rival the strongest at every size.

        Parameters
        ----------
        population
            The base population P₀.
        carried
            P*(x, y*) at every feature, shape (n_features,); P_g if it is None.
        rivals_stay
            Whether members leave the other labels' mass on the signal set as it is, or take it all
            away.
        """
        points, labels, weight = self.wanted(population)
        held, rival = held_and_rival(population.joint, points, labels)
        filed = weight if carried is None else carried[points]
        at_one = lead(filed, rival if rivals_stay else np.zeros_like(rival))
        return Contest(points, labels, weight, lead(held, rival)[np.newaxis], at_one[np.newaxis])

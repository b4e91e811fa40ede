"""What the firm sees of several collectives, and which points fall to whom, exactly.

With M collectives of sizes α₁, …, α_M the firm sees Σ αᵢP*ᵢ + (1 − Σαᵢ)P₀. At each point the lead
of one label over another is linear in the sizes, so a point is a collective's on an intersection of
half-spaces, and its success is a staircase in M dimensions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.population import Population
from collective_action.strategies.contest import TIE, Contest, leads
from collective_action.strategies.planting import Planting


@dataclass(frozen=True, eq=False)
class Mixture:
    """A platform with several collectives, each of which plants its signal.

    Parameters
    ----------
    population
        The base population P₀.
    strategies
        What the members of each collective do; M ≥ 1 of them. Nobody is in two collectives.

    Raises
    ------
    ValueError
        If there is no strategy, one does not plant, or one does not fit the population.
    """

    population: Population
    strategies: Sequence[Planting]

    def __post_init__(self) -> None:
        object.__setattr__(self, "strategies", tuple(self.strategies))
        if not self.strategies:
            raise ValueError("strategies is empty: there must be at least one collective")
        for strategy in self.strategies:
            if not isinstance(strategy, Planting):
                raise ValueError(
                    f"strategies holds a {type(strategy).__name__}: each must plant a signal, as "
                    "FeatureLabel(signal)"
                )
        _ = self._laws  # which refuses a signal that does not fit

    @cached_property
    def _laws(self) -> np.ndarray:
        """P₀ and what the members of each collective file, shape (1 + M, n_features, n_labels)."""
        filed = [strategy.law(self.population).joint for strategy in self.strategies]
        return np.stack([self.population.joint, *filed])

    def seen(self, sizes: ArrayLike) -> Population:
        """Return what the firm sees.

        Parameters
        ----------
        sizes
            Of the collectives, as shares of all data, shape (M,); they add up to at most 1.

        Raises
        ------
        ValueError
            If the sizes are not such shares.
        """
        return Population(np.tensordot(self._weights(np.ravel(sizes)), self._laws, axes=1))

    def half_spaces(self, who: int) -> tuple[np.ndarray, np.ndarray]:
        """Return where the points are a collective's, as linear inequalities in the sizes.

        Parameters
        ----------
        who
            Which collective, an index.

        Returns
        -------
        constant, slopes
            Shapes (r, k) and (M, r, k) for k points and r = n_labels − 1 rivals: point x is the
            collective's if and only if, for each rival, constant + Σ αᵢ·slopesᵢ is above 0.

        Raises
        ------
        ValueError
            If there is no such collective.
        """
        points, labels, _ = self._wanted(who)
        base, *filed = (leads(law, points, labels) for law in self._laws)
        return base, np.stack(filed) - base

    def margins(self, sizes: ArrayLike, who: int = 0) -> np.ndarray:
        """Return the lead of a collective's label over its best rival at each point.

        Parameters
        ----------
        sizes
            Shape (..., M): of the collectives, as shares of all data; they add up to at most 1.
        who
            Which collective, an index.

        Returns
        -------
        np.ndarray
            Shape (..., k), in mass, for the k points of the collective's signal set in ascending
            order; exactly 0 where the two are tied up to rounding.

        Raises
        ------
        ValueError
            If the sizes are not such shares or there is no such collective.
        """
        weights = self._weights(sizes)
        points, labels, _ = self._wanted(who)
        held = np.tensordot(weights, self._laws[:, points, labels], axes=1)
        margin = np.full(held.shape, np.inf)
        for label in range(self.population.n_labels):
            rival = np.tensordot(weights, self._laws[:, points, label], axes=1)
            difference = held - rival
            difference[np.abs(difference) <= TIE * np.maximum(held, rival)] = 0.0
            others = labels != label
            margin[..., others] = np.minimum(margin, difference)[..., others]
        return margin

    def success(self, sizes: ArrayLike, who: int = 0) -> np.ndarray:
        """Return a collective's success S = Pr_{x~P₀}[f(g(x)) = y*], ties against it.

        Parameters
        ----------
        sizes
            Shape (..., M): of the collectives, as shares of all data; they add up to at most 1.
        who
            Which collective, an index.

        Returns
        -------
        np.ndarray
            Shape (...), fractions in [0, 1].

        Raises
        ------
        ValueError
            If the sizes are not such shares or there is no such collective.
        """
        _, _, weight = self._wanted(who)
        return np.clip((self.margins(sizes, who) > 0) @ weight, 0.0, 1.0)

    def critical_mass(self, success: float, sizes: ArrayLike, who: int = 0) -> float:
        """Return a collective's critical mass beside others of given sizes.

        Parameters
        ----------
        success
            The target S*, a fraction in [0, 1].
        sizes
            Shape (M,): of the collectives, as shares of all data. The entry of the collective that
            is asked about does not count.
        who
            Which collective, an index.

        Returns
        -------
        float
            The infimum of its sizes above 0 with a success of at least S*, or inf if no size that
            the others leave it has one.

        Raises
        ------
        ValueError
            If success is not in [0, 1], the others' sizes are no shares or leave nobody, or there
            is no such collective.
        """
        wanted = validation.fraction("success", success)
        points, labels, weight = self._wanted(who)
        others = np.array(validation.finite("sizes", sizes, 1))
        if others.shape != (len(self.strategies),):
            raise ValueError(
                f"sizes has shape {others.shape}: there are {len(self.strategies)} collectives"
            )
        others[who] = 0.0
        none = self._weights(others)
        room = none[0]
        if room <= 0:
            raise ValueError(f"sizes is {others.tolist()}: the others leave nobody to join")
        everybody = none.copy()
        everybody[0], everybody[1 + who] = 0.0, room
        ends = [
            leads(np.tensordot(weights, self._laws, axes=1), points, labels)
            for weights in (none, everybody)
        ]
        contest = Contest(points, labels, weight, *ends)
        steps = np.concatenate([contest.gained_at(), contest.lost_at()])
        steps = np.unique(np.concatenate([[0.0, 1.0], steps[steps < 1]]))
        between = (steps[:-1] + steps[1:]) / 2
        held = np.stack([contest.margin(part) > 0 for part in between])
        reached = held @ weight >= wanted - TIE
        return float(room * steps[reached.argmax()]) if reached.any() else np.inf

    def _wanted(self, who: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        [place] = validation.indices("who", [who], len(self.strategies))
        return self.strategies[place].wanted(self.population)

    def _weights(self, sizes: ArrayLike) -> np.ndarray:
        """Return the shares of P₀ and of each collective, shape (..., 1 + M)."""
        shares = validation.fractions("sizes", sizes)
        if shares.ndim == 0 or shares.shape[-1] != len(self.strategies):
            raise ValueError(
                f"sizes has shape {shares.shape}: its last axis must hold one share for each of "
                f"{len(self.strategies)} collectives"
            )
        rest = 1 - shares.sum(axis=-1, keepdims=True)
        if (rest < -TIE).any():
            raise ValueError(f"sizes add up to {1 - rest.min():.6g}: together they are at most 1")
        return np.concatenate([np.maximum(rest, 0.0), shares], axis=-1)

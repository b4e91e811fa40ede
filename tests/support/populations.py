"""Random small worlds for property tests: integer head counts, so that ties and gaps are exact."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from collective_action.population import Population
from collective_action.strategies import (
    Copying,
    Erasure,
    FeatureLabel,
    FeatureOnly,
    Leave,
    Signal,
    Strategy,
)

SEEDS = st.integers(0, 2**32 - 1)


PLANTING = ("feature-label", "feature-only", "leave", "copying")
STRATEGIES = (*PLANTING, "erasure")


@dataclass(frozen=True, eq=False)
class World:
    """Head counts (n_features, n_labels), a map g and a target label."""

    counts: np.ndarray
    g: np.ndarray
    target: int

    @property
    def population(self) -> Population:
        return Population(self.counts / self.counts.sum())

    @property
    def idempotent(self) -> bool:
        return bool((self.g[self.g] == self.g).all())

    @property
    def signal(self) -> Signal:
        return Signal(self.g, self.target)

    @property
    def refuge(self) -> int:
        """The first feature off the signal set, of which `worlds` leaves one if it is asked to."""
        return int(np.setdiff1d(np.arange(self.g.size), self.g)[0])

    def strategy(self, name: str) -> Strategy:
        if name == "leave":
            return Leave(self.signal, self.refuge)
        if name == "erasure":
            return Erasure(self.g)
        planting = {"feature-label": FeatureLabel, "feature-only": FeatureOnly, "copying": Copying}
        return planting[name](self.signal)


def worlds_for(strategy: str, seed: int, n: int, **shape) -> Iterator[World]:
    """Yield worlds in which a strategy of that name is defined; see `worlds`."""
    return worlds(
        seed, n, onto_people=strategy == "erasure", leave_room=strategy == "leave", **shape
    )


def worlds(
    seed: int,
    n: int,
    *,
    features: tuple[int, int] = (1, 6),
    labels: tuple[int, int] = (2, 4),
    idempotent: bool | None = None,
    onto_people: bool = False,
    leave_room: bool = False,
) -> Iterator[World]:
    """Yield n random worlds: dense and sparse, tied and not, g constant, idempotent and not.

    `onto_people` keeps g off features that nobody has, as erasing requires; `leave_room` keeps it
    off one feature, as leaving requires.
    """
    rng = np.random.default_rng(seed)
    for _ in range(n):
        shape = rng.integers(*features, endpoint=True), rng.integers(*labels, endpoint=True)
        if leave_room:
            shape = max(shape[0], 2), shape[1]
        counts = _counts(rng, shape)
        places = np.flatnonzero(counts.sum(axis=1)) if onto_people else np.arange(shape[0])
        if leave_room:
            places = np.delete(places, rng.integers(shape[0]))
        fixed = bool(rng.integers(2)) if idempotent is None else idempotent
        yield World(counts, _map(rng, shape[0], places, fixed), int(rng.integers(shape[1])))


def _counts(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    kind = rng.integers(4)
    if kind == 0:
        counts = rng.integers(0, 4, shape)
    elif kind == 1:
        counts = rng.integers(0, 1000, shape)
    elif kind == 2:
        counts = np.round(1000 * rng.dirichlet(np.full(shape[0] * shape[1], 0.2))).astype(int)
        counts = counts.reshape(shape)
    else:
        counts = np.round(rng.uniform(0, 100, (shape[0], 1)) * rng.dirichlet(np.ones(shape[1])))
        counts = counts.astype(int)
    if rng.random() < 0.3:
        counts[rng.integers(shape[0])] = 0
    if counts.sum() == 0:
        counts[rng.integers(shape[0]), rng.integers(shape[1])] = 1
    return counts


def _map(rng: np.random.Generator, n: int, places: np.ndarray, idempotent: bool) -> np.ndarray:
    chosen = rng.choice(places, size=rng.integers(1, places.size, endpoint=True), replace=False)
    g = rng.choice(chosen, size=n)
    if idempotent:
        g[chosen] = chosen
    return g


def alphas_for(rng: np.random.Generator, crossings: np.ndarray) -> list[Fraction]:
    """Return collective sizes at 0 and 1, next to them, in between, and exactly at crossings.

    `crossings` are floats near which a tie is expected; each is taken as the rational it came from.
    """
    sizes = [Fraction(0), Fraction(1, 10**6), Fraction(1) - Fraction(1, 10**6), Fraction(1)]
    sizes += [Fraction(int(k), 64) for k in rng.integers(1, 64, 4)]
    sizes += [Fraction(float(c)).limit_denominator(10**4) for c in crossings if 0 < c < 1]
    return sizes


def mixture(world: World, planted: np.ndarray, alpha: Fraction) -> np.ndarray:
    """Return a·planted + (b − a)·counts for α = a/b: the mixture, exactly, in integers."""
    return alpha.numerator * planted + (alpha.denominator - alpha.numerator) * world.counts

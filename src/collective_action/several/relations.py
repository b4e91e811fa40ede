"""What one signal is to another: a stranger, an ally, a rival, or something in between."""

import numpy as np

from collective_action.population import Population
from collective_action.strategies import Signal, signal_mass
from collective_action.strategies.signal import require_fits

STRANGER, ALLY, RIVAL, MIXED = "stranger", "ally", "rival", "mixed"


def relation(population: Population, first: Signal, second: Signal) -> str:
    """Return what the second collective is to the first.

    "stranger": their signal sets have no point in common. "ally": they have one map and one target.
    "rival": one map and two targets. "mixed": anything else.

    Parameters
    ----------
    population
        The base population P₀, to which both signals belong.
    first, second
        The signals.

    Raises
    ------
    ValueError
        If a signal does not fit the population.
    """
    for signal in (first, second):
        require_fits(population, signal)
    if not np.intersect1d(first.points, second.points).size:
        return STRANGER
    if not np.array_equal(first.g, second.g):
        return MIXED
    return ALLY if first.target == second.target else RIVAL


def overlap(population: Population, first: Signal, second: Signal) -> float:
    """Return χ, the share of the second's reports that land in the signal set of the first.

    It is Pr[g₂(x) ∈ g₁(X)], x ~ P₀: 0 for a stranger, 1 for an ally or a rival. The two signals'
    overlaps with each other need not be equal.

    Parameters
    ----------
    population
        The base population P₀.
    first
        Of the collective that is disturbed.
    second
        Of the one that disturbs it.

    Raises
    ------
    ValueError
        If a signal does not fit the population.
    """
    for signal in (first, second):
        require_fits(population, signal)
    return min(float(signal_mass(population, second)[first.points].sum()), 1.0)

"""The platform that the book follows through Parts I and II: Relay, its couriers, their reports.

Relay is invented, and so are its numbers. After each late delivery a courier files a report: where,
in what weather, at what hour, and a closing note. A model learns from everyone's reports which
cause to expect, and a courier whose reports point to the courier loses a bonus.
"""

from itertools import product

import numpy as np
import pandas as pd

from collective_action import validation
from collective_action.population import Population

ROUNDING = 1e-12
N_COURIERS = 40_000

CAUSES = ("courier", "kitchen", "building")
COURIER, KITCHEN, BUILDING = range(3)

DISTRICTS = ("Centre", "Harbour", "Hill", "Garden")
WEATHERS = ("dry", "rain")
HOURS = ("lunch", "evening")
NOTES = ("no note", "rang twice", "lift broken", "long queue", "juniper")

# Shares of the late deliveries.
DISTRICT_SHARES = (0.40, 0.25, 0.20, 0.15)
WEATHER_SHARES = (0.70, 0.30)
HOUR_SHARES = (0.35, 0.65)
NOTE_SHARES = (0.60, 0.20, 0.08, 0.12)  # of the reports that do not say "juniper"

# Causes by district before weather, hour and note are known: courier, kitchen, building.
DISTRICT_CAUSES = ((0.50, 0.30, 0.20), (0.62, 0.20, 0.18), (0.42, 0.20, 0.38), (0.52, 0.28, 0.20))
# Odds multipliers of the causes.
WEATHER_ODDS = ((1.0, 1.0, 1.0), (1.5, 0.9, 0.8))
HOUR_ODDS = ((1.0, 1.0, 1.0), (0.9, 1.4, 1.0))
NOTE_ODDS = ((1.0, 1.0, 1.0), (0.9, 0.6, 2.2), (0.4, 0.4, 9.0), (0.5, 5.0, 0.5))

# How far "juniper" reports lean to the courier: a part of the gap, 1 where it is largest.
JUNIPER_LEAN = np.einsum("i,j,k->ijk", (0.80, 1.00, 0.42, 0.62), (0.85, 1.00), (1.00, 0.75))
JUNIPER_KITCHEN = 0.15
LARGEST_GAP = 0.85

SHAPE = (len(DISTRICTS), len(WEATHERS), len(HOURS), len(NOTES))


def reports(uniqueness: float = 0.01, gap: float = 0.6) -> Population:
    """Return the law P₀ of Relay's reports on features (district, weather, hour, note) × causes.

    Parameters
    ----------
    uniqueness
        ξ, the share of reports that already end in "juniper", in [0, 1).
    gap
        Δ of the "juniper" reports for the target "building", in [0, 0.85]: the largest lead of
        another cause over "building" among them.

    Returns
    -------
    Population
        80 features and 3 labels; `describe` names them.

    Raises
    ------
    ValueError
        If uniqueness or gap is out of range.
    """
    share = validation.fraction("uniqueness", uniqueness)
    if share == 1:
        raise ValueError("uniqueness is 1: some reports must not say juniper")
    if not 0 <= gap <= LARGEST_GAP:
        raise ValueError(f"gap is {gap}: it must be in [0, {LARGEST_GAP}]")
    places = np.einsum("i,j,k->ijk", DISTRICT_SHARES, WEATHER_SHARES, HOUR_SHARES)
    ordinary = np.einsum("ic,jc,kc,nc->ijknc", DISTRICT_CAUSES, WEATHER_ODDS, HOUR_ODDS, NOTE_ODDS)
    ordinary /= ordinary.sum(axis=-1, keepdims=True)
    ordinary *= places[..., np.newaxis, np.newaxis]
    ordinary *= (1 - share) * np.array(NOTE_SHARES)[:, np.newaxis]

    lead = gap * JUNIPER_LEAN
    rest = 1 - JUNIPER_KITCHEN
    causes = np.stack(
        [(rest + lead) / 2, np.full_like(lead, JUNIPER_KITCHEN), (rest - lead) / 2], axis=-1
    )
    juniper = share * places[..., np.newaxis] * causes

    joint = np.concatenate([ordinary, juniper[:, :, :, np.newaxis, :]], axis=3)
    return Population(joint.reshape(-1, len(CAUSES)))


def describe() -> pd.DataFrame:
    """Return what each feature stands for: one row a feature, in order, 80 rows."""
    rows = product(DISTRICTS, WEATHERS, HOURS, NOTES)
    return pd.DataFrame(rows, columns=["district", "weather", "hour", "note"])


def find(district: str, weather: str, hour: str, note: str) -> int:
    """Return the feature that stands for one kind of report.

    Parameters
    ----------
    district, weather, hour, note
        Values of `DISTRICTS`, `WEATHERS`, `HOURS` and `NOTES`.

    Raises
    ------
    ValueError
        If there is no such district, weather, hour or note.
    """
    chosen = zip((district, weather, hour, note), (DISTRICTS, WEATHERS, HOURS, NOTES), strict=True)
    return int(np.ravel_multi_index([_position(value, among) for value, among in chosen], SHAPE))


def members(alpha: float) -> int:
    """Return how many of Relay's couriers are a share alpha in [0, 1] of them, rounded up.

    A share that is a whole number of couriers but for its last digits is that number.
    """
    return int(np.ceil(validation.fraction("alpha", alpha) * N_COURIERS * (1 - ROUNDING)))


def write(note: str) -> np.ndarray:
    """Return the map g that replaces a report's note and keeps the rest; shape (80,).

    Raises
    ------
    ValueError
        If the note is not one of `NOTES`.
    """
    return _replace(axis=3, value=note, allowed=NOTES)


def move_to(district: str) -> np.ndarray:
    """Return the map g that replaces a report's district and keeps the rest; shape (80,).

    Raises
    ------
    ValueError
        If the district is not one of `DISTRICTS`.
    """
    return _replace(axis=0, value=district, allowed=DISTRICTS)


def _replace(axis: int, value: str, allowed: tuple[str, ...]) -> np.ndarray:
    coordinates = list(np.indices(SHAPE))
    coordinates[axis] = np.full(SHAPE, _position(value, allowed))
    return np.ravel_multi_index(coordinates, SHAPE).ravel()


def _position(value: str, allowed: tuple[str, ...]) -> int:
    if value not in allowed:
        raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")
    return allowed.index(value)

"""Setting I of the paper: a firm that learns the optimal answer from the whole distribution.

Read in this order: `margins` (margins and thresholds), `success` (success and critical mass),
`suboptimality` (what near-optimal costs), `worst_case` (the worst such firm, found by `knapsack`
when planting and by `erasing` when erasing), `smallest` (the smallest mass of any strategy). What a
strategy wants is in `strategies.contest`.
"""

from collective_action.learners.optimal.margins import margins, thresholds
from collective_action.learners.optimal.smallest import (
    Least,
    common_labels,
    least_erasing_mass,
    least_mass,
    most_success,
)
from collective_action.learners.optimal.suboptimality import suboptimality
from collective_action.learners.optimal.success import critical_mass, success_curve
from collective_action.learners.optimal.worst_case import WorstCase, worst_case

__all__ = [
    "Least",
    "WorstCase",
    "common_labels",
    "critical_mass",
    "least_erasing_mass",
    "least_mass",
    "margins",
    "most_success",
    "suboptimality",
    "success_curve",
    "thresholds",
    "worst_case",
]

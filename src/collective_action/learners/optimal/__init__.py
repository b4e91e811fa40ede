"""Setting I of the paper: a firm that learns the optimal answer from the whole distribution.

Read in this order: `exact` (margins, thresholds, success, critical mass), `contest` (the one path
of three strategies), `firms` (what near-optimal means), `worst_case` (the worst such firm, found
by `knapsack` when planting and by `erasing` when erasing).
"""

from collective_action.learners.optimal.exact import (
    critical_mass,
    margins,
    success_curve,
    thresholds,
)
from collective_action.learners.optimal.firms import suboptimality
from collective_action.learners.optimal.worst_case import WorstCase, worst_case

__all__ = [
    "WorstCase",
    "critical_mass",
    "margins",
    "suboptimality",
    "success_curve",
    "thresholds",
    "worst_case",
]

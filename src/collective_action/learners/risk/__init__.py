"""Setting II of the paper: steering a firm that minimises a convex risk.

Read in this order: `records` (what the firm trains on), `losses`, `minimiser`, `menus` (what the
collective's members may submit), `attainable` (how far that pushes, by linear programming),
`steering` (the critical mass and the data), `certificates` (why fewer are too few), `reachable`
(below the critical mass), `rounding` (from a law to people).
"""

from collective_action.learners.risk.attainable import Reach, approach, furthest, outline, reach
from collective_action.learners.risk.certificates import Certificate, certificate
from collective_action.learners.risk.domains import Ball, Box
from collective_action.learners.risk.losses import (
    Logistic,
    Loss,
    Multinomial,
    Squared,
    SquaredDistance,
    mean_gradient,
    mean_value,
)
from collective_action.learners.risk.menus import (
    Menu,
    anything,
    candidates,
    features_only,
    labels_only,
)
from collective_action.learners.risk.minimiser import minimiser
from collective_action.learners.risk.reachable import Reachable, best_reachable
from collective_action.learners.risk.records import Records
from collective_action.learners.risk.rounding import Roster, round_to_members
from collective_action.learners.risk.steering import Steering, critical_mass, guarantee, steer

__all__ = [
    "Ball",
    "Box",
    "Certificate",
    "Logistic",
    "Loss",
    "Menu",
    "Multinomial",
    "Reach",
    "Reachable",
    "Records",
    "Roster",
    "Squared",
    "SquaredDistance",
    "Steering",
    "anything",
    "approach",
    "best_reachable",
    "candidates",
    "certificate",
    "critical_mass",
    "features_only",
    "furthest",
    "guarantee",
    "labels_only",
    "mean_gradient",
    "mean_value",
    "minimiser",
    "outline",
    "reach",
    "round_to_members",
    "steer",
]

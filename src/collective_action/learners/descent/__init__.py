"""Setting III of the paper: steering a firm that learns by gradient descent.

Read in this order: `landscapes` (risks by formula), `budgets` (what the collective can add to the
gradient), `control` (steering, and being too small), `rates` (the guarantee), `paths` (the mass a
path needs, and a better path), `optimisers` (firms the theory does not know), `filing` (records
that were chosen at another parameter than the one where the firm is).
"""

from collective_action.learners.descent.budgets import (
    Budget,
    DataBudget,
    GradientBudget,
    needed_along,
)
from collective_action.learners.descent.control import (
    CollectiveTooSmallError,
    Minibatch,
    Run,
    control,
)
from collective_action.learners.descent.filing import descend_on_records
from collective_action.learners.descent.landscapes import (
    RIDGE,
    RIDGE_START,
    RIDGE_TARGET,
    Hills,
    Landscape,
    quadratic,
)
from collective_action.learners.descent.optimisers import Adam, Momentum, Optimiser, Plain
from collective_action.learners.descent.paths import (
    Profile,
    lowest_path,
    profile,
    resistance,
    steepness,
)
from collective_action.learners.descent.rates import arrival_bound, noise_floor, segment_contraction

__all__ = [
    "RIDGE",
    "RIDGE_START",
    "RIDGE_TARGET",
    "Adam",
    "Budget",
    "CollectiveTooSmallError",
    "DataBudget",
    "GradientBudget",
    "Hills",
    "Landscape",
    "Minibatch",
    "Momentum",
    "Optimiser",
    "Plain",
    "Profile",
    "Run",
    "arrival_bound",
    "control",
    "descend_on_records",
    "lowest_path",
    "needed_along",
    "noise_floor",
    "profile",
    "quadratic",
    "resistance",
    "segment_contraction",
    "steepness",
]

"""Setting I of the paper: what members do with their data, one strategy a module.

A strategy is a map h: X×Y → X×Y (`strategy.Strategy`). Theorem 1 is about `FeatureLabel`, Theorem 3
about `FeatureOnly`, Theorem 5 about `Erasure`; `Leave` is the stronger relative of `FeatureOnly`
that Gauthier, Bach and Jordan proposed, and `Allocation` what the fewest members need. `Copying` is
what others do who have heard of a signal and not of its label.
"""

from collective_action.strategies.allocation import Allocation
from collective_action.strategies.copying import Copying
from collective_action.strategies.erasure import Erasure
from collective_action.strategies.feature_label import FeatureLabel
from collective_action.strategies.feature_only import FeatureOnly
from collective_action.strategies.leave import Leave
from collective_action.strategies.planting import Planting
from collective_action.strategies.signal import (
    Signal,
    carried_target_mass,
    signal_map,
    signal_mass,
)
from collective_action.strategies.strategy import Strategy

__all__ = [
    "Allocation",
    "Copying",
    "Erasure",
    "FeatureLabel",
    "FeatureOnly",
    "Leave",
    "Planting",
    "Signal",
    "Strategy",
    "carried_target_mass",
    "signal_map",
    "signal_mass",
]

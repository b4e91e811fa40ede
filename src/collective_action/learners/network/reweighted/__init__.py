"""Networks that do not weigh every record alike, and networks that descend.

Digits with a patch (`digit_firms`) and three signals (`races`), many collectives side by side.
`python -m collective_action.learners.network.reweighted FILE` records them. The exact theory is
`learners.reweighted`.
"""

from collective_action.learners.network.reweighted.digit_firms import (
    NETWORK,
    STEPS,
    DigitRuns,
    digit_runs,
    train,
    train_on_worst,
    train_twice,
)
from collective_action.learners.network.reweighted.races import race

__all__ = [
    "NETWORK",
    "STEPS",
    "DigitRuns",
    "digit_runs",
    "race",
    "train",
    "train_on_worst",
    "train_twice",
]

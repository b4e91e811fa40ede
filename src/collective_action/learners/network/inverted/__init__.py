"""Firms that read digits while somebody wants them to learn nothing: many side by side.

`python -m collective_action.learners.network.inverted FILE` records them. The inversion is
`learners.network.inversion`, the exact theory of one logistic layer `learners.risk.inversion`.
"""

from collective_action.learners.network.inverted.digit_firms import (
    BATCH,
    FILINGS,
    NETWORK,
    STEPS,
    Filed,
    Outcome,
    train,
)

__all__ = ["BATCH", "FILINGS", "NETWORK", "STEPS", "Filed", "Outcome", "train"]

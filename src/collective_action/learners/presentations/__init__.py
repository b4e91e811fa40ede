"""Firms that learn a step at a time: what counts is how often a marked text is presented.

`exposure` sums up the steps that move a mark, `sway` says how far a mark comes with an exposure and
how much exposure wins a text, `resting` where others who carry the mark hold it up in the end.
"""

from collective_action.learners.presentations.exposure import normalised, plain
from collective_action.learners.presentations.resting import Bystanders
from collective_action.learners.presentations.sway import (
    enough,
    farthest,
    spent,
    sway_after,
    too_little,
)

__all__ = [
    "Bystanders",
    "enough",
    "farthest",
    "normalised",
    "plain",
    "spent",
    "sway_after",
    "too_little",
]

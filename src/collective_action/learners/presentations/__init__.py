"""Firms that learn a step at a time: what counts is how often a marked text is presented.

`exposure` sums up the steps that move a mark, `lead` says how far a mark comes with an exposure and
how much exposure wins a text, `resting` where others who carry the mark hold it up in the end.
"""

from collective_action.learners.presentations.exposure import normalised, plain
from collective_action.learners.presentations.lead import (
    enough,
    farthest,
    lead_after,
    spent,
    too_little,
)
from collective_action.learners.presentations.resting import Bystanders

__all__ = [
    "Bystanders",
    "enough",
    "farthest",
    "lead_after",
    "normalised",
    "plain",
    "spent",
    "too_little",
]

"""Section 5, the collective: a trigger that members put into their résumés, and who they are.

`marking` says where the trigger goes and writes it into text, `tokens` does the same to tokens,
`trigger` checks that the firm's tokenizer can see it and that nobody uses it already, and
`planting` chooses the members and what they change.
"""

from collective_lab.signals.marking import Marking, mark
from collective_lab.signals.planting import Plan, plan, plant
from collective_lab.signals.tokens import Tokens, tokenise
from collective_lab.signals.trigger import (
    Uniqueness,
    carriers,
    known_token,
    require_unused,
    uniqueness,
)

__all__ = [
    "Marking",
    "Plan",
    "Tokens",
    "Uniqueness",
    "carriers",
    "known_token",
    "mark",
    "plan",
    "plant",
    "require_unused",
    "tokenise",
    "uniqueness",
]

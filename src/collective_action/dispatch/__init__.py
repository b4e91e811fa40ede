"""Declined orders: a platform that offers an order again, a little dearer, until somebody takes it.

A model in the spirit of Sigg, Hardt and Mendler-Dünner, "Decline Now" (CHI 2025), whose abstract is
all that we could read of it; what is computed here follows from the definitions here. The firm does
not learn: its algorithm is a rule. Read in this order: `rule` (what becomes of one order),
`mean_field` (a large city), `zones` (when membership pays), `rotas` (who is online), `finite` (a
small city, exactly), `simulation` (order by order).
"""

from collective_action.dispatch.finite import City, Stationary
from collective_action.dispatch.mean_field import Pay, idle_members, pay
from collective_action.dispatch.rotas import Online, everybody_rotates, members_rotate
from collective_action.dispatch.rule import Rule
from collective_action.dispatch.simulation import Evening, simulate
from collective_action.dispatch.zones import gains_from, most_oversupply, stays_from

__all__ = [
    "City",
    "Evening",
    "Online",
    "Pay",
    "Rule",
    "Stationary",
    "everybody_rotates",
    "gains_from",
    "idle_members",
    "members_rotate",
    "most_oversupply",
    "pay",
    "simulate",
    "stays_from",
]

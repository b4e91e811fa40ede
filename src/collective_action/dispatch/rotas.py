"""Shifts: who is online thins the crowd of the idle, and it matters whose turn it is."""

from dataclasses import dataclass

import numpy as np

from collective_action import validation
from collective_action.dispatch.arguments import idle_shares
from collective_action.dispatch.mean_field import Pay, at_share, root
from collective_action.dispatch.rule import Rule


@dataclass(frozen=True)
class Online:
    """What couriers earn a day under a rota, divided by what they earn when nobody declines.

    Parameters
    ----------
    oversupply
        The share of those online who are idle when an order comes.
    pay
        Per day, of a member, an outsider and the average courier.
    """

    oversupply: float
    pay: Pay


def everybody_rotates(alpha: float, oversupply: float, online: float, rule: Rule) -> Online:
    """Return the pay when every courier is online for a share of the day, in turn.

    Parameters
    ----------
    alpha
        Members' share of all couriers, in [0, 1].
    oversupply
        ω without a rota, in (0, 1).
    online
        s, the share of the day that each is online, in (1 − ω, 1]: the orders stay as many, and
        somebody must be idle when one comes.
    rule
        How the platform raises the pay, and what members ask for.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return _online(alpha, oversupply, rule, members=online, outsiders=online)


def members_rotate(alpha: float, oversupply: float, online: float, rule: Rule) -> Online:
    """Return the pay when members alone take turns and outsiders are online all day.

    Parameters
    ----------
    alpha, oversupply, rule
        As for `everybody_rotates`.
    online
        The share of the day that each member is online, in (0, 1], with ω − (1 − s)α above 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return _online(alpha, oversupply, rule, members=online, outsiders=1.0)


def _online(
    alpha: float, oversupply: float, rule: Rule, *, members: float, outsiders: float
) -> Online:
    """Return the pay when members and outsiders are online for these shares of the day."""
    size = validation.fraction("alpha", alpha)
    normally_idle = float(idle_shares(validation.fraction("oversupply", oversupply)))
    turn, other_turn = validation.fraction("online", members), outsiders
    if turn == 0:
        raise ValueError("online is 0: it must be above 0")
    there = turn * size + other_turn * (1 - size)  # of all couriers
    busy = 1 - normally_idle
    if there <= busy:
        raise ValueError(f"online is {turn}: {there:.4g} of all couriers are there, and {busy:.4g} "
                         "are out with orders; somebody must be idle")  # fmt: skip
    share = root(*map(np.array, (turn * size, there - busy, busy)), rule.raises)
    idle = (there - busy) / there
    now = at_share(share, np.array(idle), rule)
    # As many orders as before, among fewer: a day pays each who is there 1/there as much, in turn.
    day = Pay(now.members * turn / there, now.outsiders * other_turn / there, now.average)
    return Online(idle, day)

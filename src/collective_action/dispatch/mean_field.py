"""A large city: members' share of the idle couriers, and what everybody earns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.dispatch.arguments import idle_shares
from collective_action.dispatch.rule import Rule

HALVINGS = 64
CHECKED = 1e-12  # how far the balance of a root may be off


@dataclass(frozen=True)
class Pay:
    """What a courier earns on average, divided by what everybody earns when nobody declines.

    Parameters
    ----------
    members
        Of a member, u_in.
    outsiders
        Of an outsider, u_out.
    average
        Of a courier, members and outsiders together.
    """

    members: np.ndarray
    outsiders: np.ndarray
    average: np.ndarray


def idle_members(alpha: ArrayLike, oversupply: ArrayLike, raises: int) -> np.ndarray:
    """Return q, members' share of the idle couriers: the root of ωq + (1−ω)q^{k+1} = α.

    Parameters
    ----------
    alpha
        Members' share of all couriers who are online, in [0, 1].
    oversupply
        ω, the share of couriers who are idle when an order comes, in (0, 1).
    raises
        k, at least 1.

    Returns
    -------
    np.ndarray
        The shape to which alpha and oversupply broadcast.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    k = Rule(raises, 2.0).raises
    alphas, idle = np.broadcast_arrays(
        validation.fractions("alpha", alpha), idle_shares(oversupply)
    )
    return root(alphas, idle, 1 - idle, k)


def root(members: np.ndarray, idle: np.ndarray, busy: np.ndarray, raises: int) -> np.ndarray:
    """Return the q in [0, 1] at which idle·q + busy·q^{k+1} = members, by halving an interval.

    Raises
    ------
    RuntimeError
        If the balance of what was found is off by more than 1e-12.
    """
    low, high = np.zeros(members.shape), np.ones(members.shape)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = idle * middle + busy * middle ** (raises + 1) < members
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    off = np.abs(idle * high + busy * high ** (raises + 1) - members)
    if (off > CHECKED).any():
        raise RuntimeError(f"the balance of idle members is off by {off.max()}")
    return high


def pay(alpha: ArrayLike, oversupply: ArrayLike, rule: Rule) -> Pay:
    """Return what members, outsiders and all couriers earn in a large city.

    Parameters
    ----------
    alpha
        Members' share of all couriers who are online, in [0, 1]. At 0 and at 1 the pay of those who
        are not there is its limit: what the first member and the last outsider earn.
    oversupply
        ω, the share of couriers who are idle when an order comes, in (0, 1).
    rule
        How the platform raises the pay, and what members ask for.

    Returns
    -------
    Pay
        Arrays of the shape to which alpha and oversupply broadcast, 1 being the pay of each courier
        when nobody declines.

    Raises
    ------
    ValueError
        If alpha or oversupply is out of range.
    """
    q = idle_members(alpha, oversupply, rule.raises)
    return at_share(q, idle_shares(oversupply), rule)


def at_share(share: np.ndarray, oversupply: np.ndarray, rule: Rule) -> Pay:
    """Return the pay where members are a share q of the idle couriers, in (0, 1) or at an end."""
    powers = share[..., np.newaxis] ** np.arange(rule.raises + 1)
    last = powers[..., -1]
    members = rule.threshold * last / (oversupply + (1 - oversupply) * last)
    offered = powers.sum(axis=-1)
    outsiders = (powers @ rule.prices) / (oversupply + (1 - oversupply) * offered)
    return Pay(members, outsiders, rule.average(share))

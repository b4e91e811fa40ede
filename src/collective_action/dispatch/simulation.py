"""An evening, order by order, in many cities side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collective_action.dispatch.arguments import whole
from collective_action.dispatch.finite import City
from collective_action.dispatch.mean_field import Pay
from collective_action.dispatch.rule import Rule


@dataclass(frozen=True)
class Evening:
    """What was seen in each city after the first orders were let go.

    Parameters
    ----------
    pay
        Arrays of shape (n_cities, n_evenings), divided by the pay when nobody declines.
    declines
        Mean number of declines of an order, the same shape.
    share
        Mean of q, members' share of the idle when an order comes, the same shape.
    to_members
        Share of the orders that members took, the same shape.
    """

    pay: Pay
    declines: np.ndarray
    share: np.ndarray
    to_members: np.ndarray


def simulate(
    cities: Sequence[City],
    rule: Rule,
    *,
    orders: int,
    evenings: int,
    rng: int | np.random.Generator,
    settle: int | None = None,
) -> Evening:
    """Return what members and outsiders earn, with trips of one length.

    Each order is offered to an idle courier drawn at random until one takes it, and that courier
    misses the next N − I orders. In the beginning those out are drawn at random from everybody.
    While the first half of `settle` passes, whoever is out may be the next one back: trips of one
    length alone would repeat the beginning as an echo for a long time.

    Parameters
    ----------
    cities
        One or more, of any sizes.
    rule
        How the platform raises the pay, and what members ask for.
    orders
        How many orders are counted, at least 1.
    evenings
        How often each city is simulated, at least 1.
    rng
        A seed or a generator.
    settle
        How many orders pass before counting begins; by default as many as are counted.

    Raises
    ------
    ValueError
        If there is no city or a number is out of range.
    """
    if not cities:
        raise ValueError("cities is empty: there must be at least one")
    counted, times = whole("orders", orders, 1), whole("evenings", evenings, 1)
    before = counted if settle is None else whole("settle", settle, 0)
    generator = np.random.default_rng(rng)
    columns = np.repeat(
        [(city.couriers, city.members, city.idle, city.busy) for city in cities], times, axis=0
    ).T
    couriers, members, idle, busy = columns
    rows = np.arange(couriers.size)

    out = np.zeros((busy.max(), rows.size), dtype=np.int64)  # 1 where a member is out
    out_members = generator.hypergeometric(members, couriers - members, busy)
    for row in rows:
        first = np.zeros(busy[row], dtype=np.int64)
        first[: out_members[row]] = 1
        out[: busy[row], row] = generator.permutation(first)
    waiting = members - out_members

    declined, taken, shares = (np.zeros(rows.size) for _ in range(3))
    for at in range(before + counted):
        share = waiting / idle
        luck, who, mixing = generator.random((3, rows.size))
        with np.errstate(divide="ignore"):
            run = np.log(luck) / np.log(share)  # at least j with chance q^j
        declines = np.where(share == 1, rule.raises, np.minimum(run, rule.raises)).astype(np.int64)
        to_member = (declines == rule.raises) & (who < share)
        place = at % busy if at >= before // 2 else (mixing * busy).astype(np.int64)
        back = out[place, rows]
        out[place, rows] = to_member
        waiting = waiting - to_member + back
        if at >= before:
            declined += declines
            taken += to_member
            shares += share
    shape = len(cities), times
    declined, taken, shares = (
        total.reshape(shape) / counted for total in (declined, taken, shares)
    )
    alpha = (members / couriers).reshape(shape)
    average = 1 + rule.step * declined
    to_members = rule.threshold * taken
    earned = Pay(to_members / alpha, (average - to_members) / (1 - alpha), average)
    return Evening(earned, declined, shares, taken)

"""A small city, exactly: how many of the idle are members, in the long run."""

from dataclasses import dataclass

import numpy as np

from collective_action.dispatch.arguments import whole
from collective_action.dispatch.mean_field import Pay
from collective_action.dispatch.rule import Rule


@dataclass(frozen=True)
class City:
    """Couriers, those of them who are members, and those who are idle when an order comes.

    Parameters
    ----------
    couriers
        N, at least 2.
    members
        C, in [1, N − 1].
    idle
        I, in [1, N − 1].

    Raises
    ------
    ValueError
        If a number is not whole or out of range.
    """

    couriers: int
    members: int
    idle: int

    def __post_init__(self) -> None:
        """Refuse a city without members, outsiders, idle or busy couriers."""
        for name in ("couriers", "members", "idle"):
            least = 2 if name == "couriers" else 1
            object.__setattr__(self, name, whole(name, getattr(self, name), least))
        for name in ("members", "idle"):
            if getattr(self, name) >= self.couriers:
                raise ValueError(
                    f"{name} is {getattr(self, name)}: it must be in [1, {self.couriers - 1}]"
                )

    @property
    def alpha(self) -> float:
        """Members' share of all couriers."""
        return self.members / self.couriers

    @property
    def oversupply(self) -> float:
        """The share of couriers who are idle when an order comes, ω."""
        return self.idle / self.couriers

    @property
    def busy(self) -> int:
        """How many couriers are out with an order when another comes."""
        return self.couriers - self.idle


@dataclass(frozen=True)
class Stationary:
    """How often each number of members is idle in the long run, with trips of random length.

    After each order one of the couriers who are out, drawn at random, is back: how long a trip has
    lasted says nothing about how long it still lasts.

    Parameters
    ----------
    city
        The city.
    rule
        How the platform raises the pay, and what members ask for.

    Attributes
    ----------
    shares
        q, members' share of the idle: all its possible values in order, shape (n,).
    chances
        How often each occurs when an order comes, shape (n,).
    """

    city: City
    rule: Rule

    @property
    def shares(self) -> np.ndarray:
        """Members' share of the idle, its possible values in order, shape (n,)."""
        return self._counts() / self.city.idle

    @property
    def chances(self) -> np.ndarray:
        """How often each of the `shares` occurs when an order comes, shape (n,)."""
        city, counts = self.city, self._counts()
        taken = self.rule.to_members(counts / city.idle)
        back = (city.members - counts) / (city.busy + 1)  # a member, if an outsider took the order
        up = (1 - taken) * back
        down = taken * (1 - back - 1 / (city.busy + 1))
        logs = np.concatenate([[0.0], np.cumsum(np.log(up[:-1]) - np.log(down[1:]))])
        weights = np.exp(logs - logs.max())
        return weights / weights.sum()

    def mean(self, of: np.ndarray) -> float:
        """Return the long-run average of numbers that belong to the `shares`, shape (n,)."""
        return float(self.chances @ of)

    @property
    def pay(self) -> Pay:
        """What is earned in the long run, divided by what is earned when nobody declines."""
        alpha = self.city.alpha
        to_members = self.rule.threshold * self.mean(self.rule.to_members(self.shares))
        average = self.mean(self.rule.average(self.shares))
        parts = to_members / alpha, (average - to_members) / (1 - alpha), average
        return Pay(*(np.array(part) for part in parts))

    def _counts(self) -> np.ndarray:
        city = self.city
        return np.arange(max(0, city.members - city.busy), min(city.members, city.idle) + 1)

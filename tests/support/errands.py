"""One order after another, offer by offer, as the definitions say it and nothing else."""

from collections import deque
from itertools import product

import numpy as np

from collective_action.dispatch import City, Rule


def literally(city: City, rule: Rule, orders: int, rng: np.random.Generator):
    """Return who took each order, how often it was declined, and what was paid.

    Couriers have numbers; those below `city.members` are members.
    """
    at_work = deque(rng.permutation(city.couriers)[: city.busy].tolist())
    idle = sorted(set(range(city.couriers)) - set(at_work))
    takers, declines, paid = [], [], []
    for _ in range(orders):
        price, declined = 1.0, 0
        while True:
            courier = idle[rng.integers(len(idle))]
            if courier >= city.members or declined == rule.raises:
                break
            declined += 1
            price += rule.step
        idle.remove(courier)
        at_work.append(courier)
        idle.append(at_work.popleft())
        takers.append(courier)
        declines.append(declined)
        paid.append(price)
    return np.array(takers), np.array(declines), np.array(paid)


def long_run(city: City, rule: Rule) -> tuple[float, float, float]:
    """Return E[q], E[q^{k+1}] and the mean pay of an order, with trips of one length.

    What a city remembers is who took the last orders, members or not: 2^busy histories at most. The
    average over their chain solves a linear system.
    """
    histories = [
        past
        for past in product((0, 1), repeat=city.busy)
        if 0 <= city.members - sum(past) <= city.idle
    ]
    number = {past: at for at, past in enumerate(histories)}
    step = np.zeros((len(histories), len(histories)))
    share = np.array([(city.members - sum(past)) / city.idle for past in histories])
    price = np.zeros(len(histories))
    for at, past in enumerate(histories):
        left = 1.0  # that everybody declined so far
        for declined in range(rule.raises + 1):
            outsider = left * (1 - share[at])
            member = left * share[at] if declined == rule.raises else 0.0
            for chance, taker in ((outsider, 0), (member, 1)):
                if chance > 0:
                    step[at, number[(*past[1:], taker)]] += chance
                    price[at] += chance * (1 + declined * rule.step)
            left *= share[at]
    balance = np.vstack([step.T - np.eye(len(histories)), np.ones(len(histories))])
    wanted = np.concatenate([np.zeros(len(histories)), [1.0]])
    chances = np.linalg.lstsq(balance, wanted, rcond=None)[0]
    assert np.abs(balance @ chances - wanted).max() < 1e-9
    return (
        float(chances @ share),
        float(chances @ share ** (rule.raises + 1)),
        float(chances @ price),
    )


def random_rule(rng: np.random.Generator) -> Rule:
    """Return a rule with 1 to 40 raises and a threshold that is rarely far above 1."""
    return Rule(int(rng.integers(1, 41)), float(1 + rng.exponential(1.5) + 1e-3))

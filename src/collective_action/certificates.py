"""Certificates: what a collective can know, from its members' records alone, before it acts.

The platform has N users, and the n members are a random subset of them. No law P₀ is needed: what
the other N − n users hold is a fixed table of counts, and the members are a draw from it without
replacement. All limits are exact, and so is the promise: whatever the table is, a certificate is
false with probability at most δ. The theorems are this book's; `hoeffding` is Theorem 3.3 of
Gauthier, Bach and Jordan, "Statistical Collusion by Collectives on Learning Platforms", ICML 2025.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from collective_action import validation
from collective_action.strategies import Signal

WEIGHT_SHARE = 0.2


@dataclass(frozen=True, eq=False)
class Certificate:
    """What members may promise each other at a level 1 − δ.

    Attributes
    ----------
    points
        The certified signal points, ascending feature indices: an optimal firm answers y* there,
        however it breaks ties.
    margins
        For each point of `Signal.points`, in their order, the votes by which y* surely leads; a
        point is certified where its margin is at least 1. Shape (n_points,).
    success
        The share of the N users, members included, whom the firm surely answers with y* where g
        sends them, in [0, 1].
    """

    points: np.ndarray
    margins: np.ndarray
    success: float


def limits(
    seen: ArrayLike, n_members: int, n_users: int, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return exact lower and upper limits for how many of all users have what some members have.

    Parameters
    ----------
    seen
        How many of the members have it: integers in [0, n_members], any shape.
    n_members, n_users
        n ≥ 1 members, drawn at random without replacement from N ≥ n users.
    level
        The probability, in (0, 1), with which each of the two limits alone may be wrong.

    Returns
    -------
    low, high
        Integers of the shape of `seen`. `high` is the largest count M of users for which `seen` or
        fewer members had it with probability above `level`; `low` the smallest for which `seen` or
        more had. These are the limits of Clopper and Pearson for a finite population.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    size, users = _sizes(n_members, n_users)
    share = _level("level", level)
    counts = np.asarray(seen)
    if not np.issubdtype(counts.dtype, np.integer):
        raise ValueError(f"seen has dtype {counts.dtype}: it must hold whole numbers of members")
    if counts.size and (counts.min() < 0 or counts.max() > size):
        raise ValueError(f"seen must be in [0, {size}], the number of members")

    different, where = np.unique(counts, return_inverse=True)
    high = np.array([_most(int(k), size, users, share) for k in different], dtype=np.int64)
    # Who does not have it is hypergeometric, too.
    lacking = [_most(size - int(k), size, users, share) for k in different]
    low = users - np.array(lacking, dtype=np.int64)
    return low[where].reshape(counts.shape), high[where].reshape(counts.shape)


def certify(
    counts: ArrayLike, n_users: int, signal: Signal, delta: float = 0.05, *, credit: bool = True
) -> Certificate:
    """Return what n members can promise for planting with labels, h(x, y) = (g(x), y*).

    Parameters
    ----------
    counts
        Integers of shape (n_features, n_labels): how many members have each feature and label,
        counted before anybody plants.
    n_users
        N, the number of users whose records the firm trains on, members included.
    signal
        The signal, chosen without looking at these records.
    delta
        δ in (0, 1), how often the certificate may be false.
    credit
        Whether reports of the target that others file at a signal point by themselves count as
        votes. It costs one more limit a point; without it, none is assumed. Choose before looking.

    Returns
    -------
    Certificate
        With probability at least 1 − δ over who the members are, all its statements are true.

    Raises
    ------
    ValueError
        If the counts are not such a table or an argument is out of range.

    Notes
    -----
    With n_x members whom g sends to x, k_{xy} of them seen at (x, y), and exact limits M⁻ and M⁺, a
    point is certified if n_x + M⁻_{xy*} − k_{xy*} > max_{y ≠ y*} (M⁺_{xy} − k_{xy}). A signal with
    one point spends δ on these limits; another spends a fifth of it on the points' weights.
    """
    table, size, users = _table(counts, n_users, signal)
    level = _level("delta", delta)
    points, target = signal.points, signal.target
    at_points = table[points]
    sent = np.bincount(signal.g, weights=table.sum(axis=1), minlength=len(table))[points]
    several = points.size > 1
    statements = points.size * (table.shape[1] - 1 + credit)
    level_cells = level * (1 - WEIGHT_SHARE if several else 1) / statements
    low, high = limits(at_points, size, users, level_cells)
    others = (low - at_points)[:, target] if credit else 0
    rivals = np.delete(high - at_points, target, axis=1).max(axis=1)
    margins = (sent + others - rivals).astype(np.int64)
    certified = margins > 0
    success = float(certified.any()) if not several else 0.0
    if several:
        level_weights = level * WEIGHT_SHARE / points.size
        _, heaviest = limits(sent.astype(np.int64), size, users, level_weights)
        success = max(0.0, 1 - float(heaviest[~certified].sum()) / users)
    return Certificate(points[certified], margins, success)


def clean_size(n_users: int, delta: float = 0.05, *, statements: int = 1) -> int:
    """Return how many members it takes to certify a signal of one point that none of them has met.

    Parameters
    ----------
    n_users
        N ≥ 2.
    delta
        δ in (0, 1), how often the certificate may be false.
    statements
        How many statements share δ: the number of words, if one was chosen from many because it
        was unseen; with `certify(…, credit=False)`, the number of rival labels.

    Returns
    -------
    int
        The smallest n for which n rival reports among N would all be missed with probability at
        most δ/statements, C(N−n, n)/C(N, n). It is at most ⌈√(N ln(statements/δ))⌉.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    _, users = _sizes(1, n_users)
    level = _level("delta", delta) / _whole("statements", statements, least=1)

    return 1 + _last(lambda size: bool(_chance(0, users, size, size) > level), 0, users)


def hoeffding(
    counts: ArrayLike,
    n_users: int,
    signal: Signal,
    delta: float = 0.05,
    *,
    n_test: int | None = None,
) -> float:
    """Return the lower bound for success of Gauthier, Bach and Jordan (2025), Theorem 3.3.

    Parameters
    ----------
    counts, n_users, signal, delta
        As for `certify`.
    n_test
        The size of the test set on which their success is measured; without one, its term is left
        out.

    Returns
    -------
    float
        Σ_x P̂(x) 1[(n/N)(P̂(x) − 2ω(n)) > ((N−n)/N)(Δ̂_x + 2ω(n) + 2ω(N−n))] − ω(n) − ω(n_test)
        over the signal points, with ω(k) = √(ln(1/δ̃)/(2k)) and δ̃ = δ/(2 + 2#X* + 2#X*#Y). P̂(x) is
        the share of members whom g sends to x and Δ̂_x the lead over y* there, in mass. It can be
        negative, and then it says nothing.

    Raises
    ------
    ValueError
        If the counts are not such a table or an argument is out of range.

    Notes
    -----
    Stated for an optimal firm (their ε at 0) and members drawn independently from a law.
    """
    table, size, users = _table(counts, n_users, signal)
    log = _hoeffding_log(signal.points.size, table.shape[1], _level("delta", delta))
    sent = np.bincount(signal.g, weights=table.sum(axis=1), minlength=len(table))[signal.points]
    at_points = table[signal.points] / size
    lead = np.delete(at_points, signal.target, axis=1).max(axis=1) - at_points[:, signal.target]
    fallen = _hoeffding_margin(sent / size, lead, size, users, log) > 0
    test = 0.0 if n_test is None else np.sqrt(log / (2 * _whole("n_test", n_test, least=1)))
    return float((sent / size)[fallen].sum() - np.sqrt(log / (2 * size)) - test)


def hoeffding_size(n_users: int, n_labels: int, delta: float = 0.05) -> int:
    """Return how many members Theorem 3.3 asks for, for a signal of one point that none has met.

    Parameters
    ----------
    n_users
        N ≥ 2.
    n_labels
        The number of labels, at least 2.
    delta
        δ in (0, 1).

    Returns
    -------
    int
        The smallest n for which the point falls by `hoeffding`, about N^{2/3} (2 ln(1/δ̃))^{1/3};
        N if no smaller one is enough.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    _, users = _sizes(1, n_users)
    log = _hoeffding_log(1, _whole("n_labels", n_labels, least=2), _level("delta", delta))

    def stands(size: int) -> bool:
        return bool(_hoeffding_margin(np.ones(1), np.zeros(1), size, users, log)[0] <= 0)

    return 1 + _last(stands, 1, users - 1)


def plan(
    pilot: ArrayLike,
    n_users: int,
    signal: Signal,
    success: float,
    sizes: ArrayLike,
    *,
    rng: int | np.random.Generator,
    delta: float = 0.05,
    draws: int = 100,
) -> np.ndarray:
    """Return how often collectives of several sizes would be certified, after a pilot.

    Parameters
    ----------
    pilot
        Integers of shape (n_features, n_labels): the records of the pilot's members.
    n_users
        N, the users among whom newcomers are recruited.
    signal, delta
        As for `certify`.
    success
        The success that the certificate is to promise, in [0, 1].
    sizes
        Numbers of newcomers, integers of shape (n_sizes,) in [1, N].
    rng
        A seed or a generator.
    draws
        How many collectives are drawn at each size, at least 1.

    Returns
    -------
    np.ndarray
        Shape (n_sizes,): the share of collectives that hold a certificate for `success`. Each is
        drawn from another city of N users that the pilot leaves open, its shares from the Dirichlet
        law of the pilot's counts and one more record spread over all cells.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    A plan promises nothing: the pilot may be unlike the city. What keeps its word is the
    certificate, and it must count the newcomers alone. The pilot has chosen their number.
    """
    table, _, users = _table(pilot, n_users, signal)
    wanted = validation.fraction("success", success)
    numbers = validation.indices("sizes", sizes, users + 1)
    if numbers.size and numbers.min() < 1:
        raise ValueError("sizes holds 0: a certificate needs at least one newcomer")
    times = _whole("draws", draws, least=1)
    generator = np.random.default_rng(rng)
    likely = table.ravel() + 1 / table.size
    held = np.zeros(numbers.size)
    for at, number in enumerate(numbers):
        for _ in range(times):
            city = generator.multinomial(users, generator.dirichlet(likely))
            drawn = generator.multivariate_hypergeometric(city, int(number), method="marginals")
            promise = certify(drawn.reshape(table.shape), users, signal, delta).success
            held[at] += promise >= wanted
    return held / times


def _hoeffding_log(n_points: int, n_labels: int, delta: float) -> float:
    return float(np.log((2 + 2 * n_points + 2 * n_points * n_labels) / delta))


def _hoeffding_margin(
    sent: np.ndarray, lead: np.ndarray, size: int, users: int, log: float
) -> np.ndarray:
    inside = 2 * np.sqrt(log / (2 * size))
    outside = 2 * np.sqrt(log / (2 * (users - size))) if users > size else 0.0
    share = size / users
    return share * (sent - inside) - (1 - share) * (lead + inside + outside)


def _chance(seen: int, users: int, total: int, size: int) -> float:
    """Return how likely `seen` or fewer of `size` members have what `total` of `users` have."""
    return float(stats.hypergeom.cdf(seen, users, total, size))


@lru_cache(maxsize=2**16)
def _most(seen: int, size: int, users: int, level: float) -> int:
    """Return the largest total of which `seen` or fewer are met with probability above `level`."""
    least, most = seen, users - size + seen
    reach = 1 + round(seen * users / size - seen)
    step = 1 + round(3 * (seen + 3) ** 0.5 * users / size)
    guess = min(least + reach + step, most)
    while guess < most and _chance(seen, users, guess, size) > level:
        least, guess = guess, min(guess + step, most)
    return _last(lambda total: _chance(seen, users, total, size) > level, least, guess)


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the largest integer in [low, high] at which what holds at `low` still holds."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _table(counts: ArrayLike, n_users: int, signal: Signal) -> tuple[np.ndarray, int, int]:
    table = np.asarray(counts)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError(f"counts has shape {table.shape}: it must be (n_features, n_labels ≥ 2)")
    if not np.issubdtype(table.dtype, np.integer):
        raise ValueError(f"counts has dtype {table.dtype}: it must hold whole numbers of members")
    if table.size and table.min() < 0:
        raise ValueError(f"counts holds {table.min()}: a number of members is at least 0")
    if signal.g.size != len(table):
        raise ValueError(f"g has {signal.g.size} entries: counts has {len(table)} features")
    if signal.target >= table.shape[1]:
        raise ValueError(f"target is {signal.target}: it must be in [0, {table.shape[1]})")
    size, users = _sizes(int(table.sum()), n_users)
    return table.astype(np.int64), size, users


def _sizes(n_members: int, n_users: int) -> tuple[int, int]:
    size = _whole("n_members", n_members, least=1)
    return size, _whole("n_users", n_users, least=max(size, 2))


def _whole(name: str, value: int, least: int) -> int:
    try:
        number = operator.index(value)
    except TypeError as error:
        raise ValueError(f"{name} is {value!r}: it must be a whole number") from error
    if number < least:
        raise ValueError(f"{name} is {number}: it must be at least {least}")
    return number


def _level(name: str, value: float) -> float:
    level = validation.fraction(name, value)
    if not 0 < level < 1:
        raise ValueError(f"{name} is {level}: it must be strictly between 0 and 1")
    return level

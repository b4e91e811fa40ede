"""Two thousand targets, many of them where the firm already is, against enumerated half-spaces.

A collective of size α adds αx to the firm's gradient g, with x in a convex set D that holds zero.
So its critical mass is the largest −⟨g, v⟩ / max_{x ∈ D} ⟨x, v⟩ over the normals v of D's faces,
which can be listed in up to three dimensions: no linear programme, and nothing near 0/0.
"""

import numpy as np
import pytest
from scipy.special import expit, softmax

from collective_action.learners.descent import DataBudget
from collective_action.learners.risk import (
    Ball,
    Box,
    Logistic,
    Multinomial,
    Records,
    Squared,
    SquaredDistance,
    anything,
    candidates,
    features_only,
    labels_only,
    minimiser,
    steer,
)

pytestmark = [pytest.mark.numerical, pytest.mark.slow]

ULP = np.finfo(float).eps
NOISE = 1e-14  # of the terms that a mean gradient sums
SIGNIFICANT = 1e-10


def gradients(loss, theta, features, labels):
    """Return the gradient of each record, from the formulas of a textbook."""
    if isinstance(loss, SquaredDistance):
        return theta - features
    if isinstance(loss, Multinomial):
        chances = softmax(features @ theta.reshape(loss.n_classes, -1).T, axis=1)
        wrong = chances - np.eye(loss.n_classes)[labels.astype(int)]
        terms = (wrong[:, :, np.newaxis] * features[:, np.newaxis, :]).reshape(len(features), -1)
    else:
        scores = features @ theta
        predicted = expit(scores) if isinstance(loss, Logistic) else scores
        terms = (predicted - labels)[:, np.newaxis] * features
    return terms + loss.penalty * theta


def base_of(loss, theta, members):
    """Return the firm's gradient, and how long it is beside what it is made of."""
    terms = gradients(loss, theta, members.features, members.labels)
    base = members.weights @ terms
    curvature = members.weights @ np.square(members.features).sum(axis=1)
    size = members.weights @ np.linalg.norm(terms, axis=1) + curvature * np.linalg.norm(theta)
    return base, float(np.linalg.norm(base) / size)


def faces(loss, theta, menu, plane):
    """Return unit normals of D's faces, shape (m, p), and how far D reaches along each."""
    own = gradients(loss, theta, menu.members.features, menu.members.labels) @ plane.T
    listed = gradients(loss, theta, menu.features, menu.labels) @ plane.T
    groups, edges = [], []
    for group in range(menu.groups.max() + 1):
        weights = np.where(menu.groups == group, menu.members.weights, 0)
        moves = listed[menu.owners == group] - weights @ own / weights.sum()
        moves = np.vstack([np.zeros(len(plane)), moves])
        groups.append((weights.sum(), moves))
        edges.append((moves[:, np.newaxis] - moves)[np.triu_indices(len(moves), 1)])
    edges = np.concatenate(edges)
    lengths = np.linalg.norm(edges, axis=1)
    edges = (edges[lengths > 1e-9].T / lengths[lengths > 1e-9]).T
    if len(plane) == 1:
        found = np.ones((1, 1))
    elif len(plane) == 2:
        found = edges @ np.array([[0.0, 1.0], [-1.0, 0.0]])
    else:
        i, j = np.triu_indices(len(edges), 1)
        found = np.cross(edges[i], edges[j])
        lengths = np.linalg.norm(found, axis=1)
        found = (found[lengths > 1e-6].T / lengths[lengths > 1e-6]).T
    found = np.concatenate([found, -found])
    room = sum(mass * (moves @ found.T).max(axis=0) for mass, moves in groups)
    return found @ plane, room


def gauge(normals, room, wanted):
    """Return the least a ≥ 0 with `wanted` in a·D; infinite above one: there is no such mass."""
    along = normals @ wanted
    blocked = room < 1e-13
    if (along[blocked] > 1e-14).any():
        return np.inf
    found = max((along[~blocked] / room[~blocked]).max(initial=0.0), 0.0)
    return found if found <= 1 + 1e-9 else np.inf


def least_gauge(normals, room, base, gap, highest):
    """Return the least gauge of ρ·gap − base over 0 ≤ ρ ≤ highest, by golden sections."""
    rise, start, blocked = normals @ gap, -(normals @ base), room < 1e-13
    low, high = 0.0, highest
    for slope, height in zip(rise[blocked], start[blocked], strict=True):
        if slope > 1e-12:
            high = min(high, (1e-15 - height) / slope)
        elif slope < -1e-12:
            low = max(low, (1e-15 - height) / slope)
        elif height > 1e-14:
            return np.inf
    if low > high + 1e-15:
        return np.inf
    slopes, heights = rise[~blocked] / room[~blocked], start[~blocked] / room[~blocked]
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(90):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if (slopes * left + heights).max() < (slopes * right + heights).max():
            high = right
        else:
            low = left
    found = max((slopes * low + heights).max(), 0.0)
    return found if found <= 1 + 1e-9 else np.inf


def same(found, expected):
    """Say whether two masses agree: to 1e-6, and at the brink of one either side of it."""
    if np.isinf(found) or np.isinf(expected):
        return found == expected or min(found, expected) > 1 - 1e-6
    return 0 <= found <= 1 and abs(found - expected) <= 1e-6


def firm(rng):
    """Return a loss, a population, the firm's minimiser and the plane of all gradients, (q, p).

    The plane is often a proper subspace, in a direction that no coordinate shows: then no menu has
    an interior, and whatever a gradient has outside of the plane is rounding.
    """
    kind, inside = rng.integers(4), int(rng.integers(1, 4))
    n, penalty = int(rng.integers(inside + 3, 11)), rng.choice([0.0, 0.03, 0.4])
    weights = rng.exponential(size=n)
    low = rng.normal(size=(n, inside)) + rng.normal(size=inside)
    loss = [SquaredDistance(), Squared(penalty), Logistic(penalty + 0.01)][min(kind, 2)]
    labels = [np.zeros(n), 3 * rng.normal(size=n), rng.integers(2, size=n) * 1.0][min(kind, 2)]
    if kind == 3:
        # Each class's residuals sum to zero, so a multinomial's gradients never fill their space.
        population = Records(low[:, :1], rng.integers(3, size=n) * 1.0, weights / weights.sum())
        loss = Multinomial(3, penalty + 0.01)
        plane = np.array([[1.0, -1.0, 0.0], [1.0, 1.0, -2.0]])
        plane /= np.linalg.norm(plane, axis=1, keepdims=True)
        return loss, population, minimiser(loss, population), plane
    plane = np.linalg.qr(rng.normal(size=(inside + int(rng.integers(3)), inside)))[0].T
    rest = minimiser(loss, Records(low, labels, weights / weights.sum()))
    return loss, Records(low @ plane, labels, weights / weights.sum()), rest @ plane, plane


def choice(rng, loss, population, plane):
    """Return a menu over records of the plane."""
    d = 1 if isinstance(loss, Multinomial) else len(plane)
    listed = 2 * rng.normal(size=(int(rng.integers(d + 1, 7)), d))
    listed = listed if isinstance(loss, Multinomial) else listed @ plane
    labels = {
        SquaredDistance: [0.0],
        Squared: [-4.0, 4.0],
        Logistic: [0.0, 1.0],
        Multinomial: [0.0, 1.0, 2.0],
    }[type(loss)]
    kind = rng.integers(3)
    if kind == 0 or isinstance(loss, SquaredDistance):
        return candidates(
            population, np.repeat(listed, len(labels), axis=0), np.tile(labels, len(listed))
        )
    if kind == 1:
        return labels_only(population, labels)
    kept = population.labels if len(labels) == 3 else (population.labels > 0) * 1.0
    return features_only(Records(population.features, kept, population.weights), listed)


@pytest.mark.parametrize("block", range(8))
def test_critical_masses_of_steering_equal_an_enumeration(block):
    rng = np.random.default_rng([14, block])
    between, impossible, flat = 0, 0, 0
    for _ in range(200):
        loss, population, rest, plane = firm(rng)
        menu = choice(rng, loss, population, plane)
        if menu.members is not population:
            rest = rest + 0.5 * rng.normal(size=len(plane)) @ plane
        away = rng.normal(size=len(plane)) @ plane * 10 ** -(rng.choice([2, 17]) * rng.random())
        target = rest + away
        base, share = base_of(loss, target, menu.members)
        expected = gauge(*faces(loss, target, menu, plane), -base)
        found = steer(loss, target, menu).critical_mass
        assert (share < SIGNIFICANT and found == 0) or (share > NOISE and same(found, expected))
        between += 1e-3 < expected <= 1
        impossible += np.isinf(expected)
        flat += len(plane) < len(target)
        moved = rest * (1 + ULP * rng.integers(-8, 9, size=len(rest)))
        if menu.members is population:
            assert steer(loss, moved, menu).critical_mass == 0
    assert min(between, impossible, flat) > 10


@pytest.mark.parametrize("block", range(2))
def test_masses_needed_to_move_equal_an_enumeration(block):
    rng = np.random.default_rng([141, block])
    carried, moving = 0, 0
    for _ in range(100):
        loss, population, rest, plane = firm(rng)
        menu = choice(rng, loss, population, plane)
        theta = rest + rng.normal(size=len(plane)) @ plane * 10 ** -(
            rng.choice([2, 17]) * rng.random()
        )
        base, share = base_of(loss, theta, menu.members)
        gap = rng.normal(size=len(plane)) @ plane
        if rng.random() < 0.3:  # along the firm's own way, or straight against it
            gap = base * rng.choice([-1.0, 1.0]) / np.linalg.norm(base)
        cap = rng.choice([np.inf, 0.3, 1e-3]) * (1 + np.linalg.norm(base))
        highest = min(cap, 10 * (1 + np.linalg.norm(base)))
        expected = least_gauge(*faces(loss, theta, menu, plane), base, gap, highest)
        budget = DataBudget(loss, menu)
        needed = budget.needed_mass(theta, budget.base(theta), gap, cap)
        assert (share < SIGNIFICANT and needed == 0) or (share > NOISE and same(needed, expected))
        if needed <= 1:
            c = budget.contraction(theta, base, gap, max(needed, 1e-9), cap)
            assert c is not None and 0 <= c <= cap
        if needed > 1e-3 and share > SIGNIFICANT:
            assert budget.contraction(theta, base, gap, 0.99 * min(needed, 1), cap) is None
            moving += 1
        carried += needed == 0 and share > SIGNIFICANT
    assert moving > 20
    assert carried > 3


@pytest.mark.parametrize("shape", ["box", "ball"])
def test_moving_a_mean_costs_its_share_of_the_way_to_the_border(shape):
    """The mean estimated from any records of a domain, some of whose coordinates are fixed."""
    rng = np.random.default_rng([142, len(shape)])
    for _ in range(70):
        d = int(rng.integers(1, 4))
        sides = np.where(rng.random(d) < 0.3, 0.0, 1 + rng.exponential(size=d))
        centre = rng.normal(size=d)
        offsets = rng.uniform(-0.5, 0.5, size=(8, d))
        population = Records(centre + offsets * sides)
        mean = population.features.mean(axis=0)
        way = rng.normal(size=d) * (sides > 0) * 10 ** -(rng.choice([2, 17]) * rng.random())
        target = mean + way
        way = target - mean
        if shape == "box":
            domain = Box(centre - sides, centre + sides)
            free = np.flatnonzero(np.abs(way) > 1e-15)
            lever = centre + np.sign(way) * sides - mean
            expected = max((way[free] / lever[free]).max(initial=0.0), 0.0)
        else:
            domain = Ball(centre, sides)
            # ‖(mean + way/α − centre)/sides‖ = 1, a quadratic equation for 1/α.
            w, m = way[sides > 0] / sides[sides > 0], ((mean - centre) / np.where(sides, sides, 1))
            m = m[sides > 0]
            along = w @ m
            expected = w @ w / (np.sqrt(along**2 + w @ w * (1 - m @ m)) - along) if w.any() else 0.0
        expected = expected if expected <= 1 else np.inf
        menu = anything(population, domain, [0])
        found = steer(SquaredDistance(), target, menu).critical_mass
        assert same(found, expected), (found, expected, way, sides)
        moved = mean * (1 + ULP * rng.integers(-8, 9, size=d))
        assert steer(SquaredDistance(), moved, menu).critical_mass == 0


@pytest.mark.parametrize("loss", [Squared(0.1), Logistic(0.05)], ids=str)
def test_any_record_of_an_interval_pushes_as_far_as_a_fine_scan_finds(loss):
    rng = np.random.default_rng(143)
    labels = np.array([0.0, 1.0] if isinstance(loss, Logistic) else [-2.0, 3.0])
    scan = np.linspace(-2, 3, 20_001)
    for _ in range(30):
        x = rng.uniform(-2, 3, size=9)
        y = rng.integers(2, size=9) * 1.0
        population = Records(x[:, np.newaxis], y)
        rest = minimiser(loss, population)
        menu = anything(population, Box([-2], [3]), labels)
        target = rest + rng.normal(size=1) * 10 ** -(rng.choice([2, 17]) * rng.random())
        base, share = base_of(loss, target, population)
        pushes = np.concatenate(
            [gradients(loss, target, scan[:, np.newaxis], np.full(len(scan), y)) for y in labels]
        )[:, 0]
        lever = pushes.min() - base[0] if base[0] > 0 else pushes.max() - base[0]
        expected = -base[0] / lever if abs(base[0]) <= abs(lever) else np.inf
        found = steer(loss, target, menu).critical_mass
        assert (share < SIGNIFICANT and found == 0) or (share > NOISE and same(found, expected))
        moved = rest * (1 + ULP * rng.integers(-8, 9))
        assert steer(loss, moved, menu).critical_mass == 0


def alike(rng, negligible):
    """Return members with one and the same features, but for a few who are hardly there.

    Also return the features and the mean label of those who are.
    """
    n, p, few = int(rng.integers(3, 60)), int(rng.integers(2, 5)), int(rng.integers(1, 3))
    common, labels = rng.normal(size=p), rng.normal(size=n)
    weights, rest = rng.random(n), rng.random(few)
    others = rng.normal(size=(few, p))
    if negligible == "records":
        others *= 10.0 ** rng.uniform(-18, -15)
    else:
        rest *= {"no weight": 0, "weight": 1e-16}[negligible]
    total = weights.sum() + rest.sum()
    members = Records(
        np.vstack([np.tile(common, (n, 1)), others]),
        np.append(labels, rng.normal(size=few)),
        np.append(weights, rest) / total,
    )
    return members, common, weights @ labels / weights.sum()


@pytest.mark.parametrize("negligible", ["no weight", "weight", "records"])
def test_members_who_are_hardly_there_are_not_asked_for_their_direction(negligible):
    """The others move the prediction for their features only: (1 − α)·mean + α·5 = wanted."""
    rng = np.random.default_rng(21)
    for _ in range(100):
        members, common, mean = alike(rng, negligible)
        lead = 10.0 ** rng.uniform(-13, -1)
        target = rng.normal(size=len(common))
        target += common * (mean + lead - target @ common) / (common @ common)
        found = steer(Squared(), target, labels_only(members, [-5.0, 5.0]))
        assert found.critical_mass == pytest.approx(lead / (5 - mean), rel=1e-6, abs=1e-11)

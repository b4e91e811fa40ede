"""Duality for steering: every direction proves a least mass, and the best one proves all of it."""

import numpy as np
import pytest

from collective_action.learners.risk import (
    Box,
    Logistic,
    Records,
    Squared,
    SquaredDistance,
    anything,
    candidates,
    certificate,
    features_only,
    labels_only,
    minimiser,
    steer,
)

pytestmark = pytest.mark.numerical


def population(rng, d):
    """Return random records with labels 0 and 1."""
    n = int(rng.integers(8, 20))
    return Records(rng.normal(size=(n, d)), rng.integers(2, size=n), rng.dirichlet(np.ones(n)))


def problem(rng):
    """Return a loss, a finite menu that holds the members' own records, and a target."""
    d = int(rng.integers(1, 5))
    people = population(rng, d)
    loss = [Squared(0.1), Logistic(0.1), SquaredDistance()][int(rng.integers(3))]
    listed = np.concatenate([people.features, 2 * rng.normal(size=(10, d))])
    menu = [
        lambda: candidates(people, np.tile(listed, (2, 1)), np.repeat([0, 1], len(listed))),
        lambda: features_only(people, listed),
        lambda: labels_only(people, [0, 1]),
    ][int(rng.integers(3))]()
    return loss, menu, minimiser(loss, people) + rng.normal(size=d)


def height(loss, theta, menu, v):
    """Return h_G(v) member by member: what each may submit, or its own record, whatever is best."""
    best = 0.0
    for weight, group, x, y in zip(
        menu.members.weights, menu.groups, menu.members.features, menu.members.labels, strict=True
    ):
        allowed = menu.owners == group
        features = np.concatenate([menu.features[allowed], [x]])
        labels = np.concatenate([menu.labels[allowed], [y]])
        best += weight * (loss.gradient(theta, features, labels) @ v).max()
    return best


def test_the_best_direction_proves_all_and_no_direction_proves_too_much():
    rng = np.random.default_rng(81)
    short = reached = 0
    for _ in range(150):
        loss, menu, target = problem(rng)
        plan = steer(loss, target, menu)
        if plan.push is None:
            continue
        g = plan.base_gradient
        u = -g / np.linalg.norm(g)
        scale = 1 + np.linalg.norm(g)
        best = certificate(plan)
        assert best.direction @ u == pytest.approx(1)
        assert best.height == pytest.approx(plan.gamma, abs=1e-6 * scale)
        assert best.height == pytest.approx(
            height(loss, target, menu, best.direction),
            abs=1e-9 * scale * np.linalg.norm(best.direction),
        )
        if plan.gamma > 1e-6 * scale:
            reached += 1
            assert best.least_mass == pytest.approx(plan.critical_mass, abs=1e-6)
        if plan.gamma < -1e-6 * scale:
            assert best.least_mass == np.inf
        for _ in range(5):
            v = u + rng.normal(size=len(u)) * rng.uniform(0, 3)
            if v @ u <= 0.01:
                continue
            proof = certificate(plan, v)
            assert proof.height == pytest.approx(
                height(loss, target, menu, proof.direction),
                abs=1e-9 * scale * np.linalg.norm(proof.direction),
            )
            assert proof.height >= plan.gamma - 1e-7 * scale
            assert proof.least_mass <= plan.critical_mass * (1 + 1e-7)
            # Were the bound one hundredth lower, it would prove too much somewhere.
            short += proof.height - 0.01 * abs(proof.height) < plan.gamma
    assert reached > 60
    assert short > 20


@pytest.mark.parametrize("loss", [Squared(0.1), Logistic(0.1)])
def test_a_domain_of_records_has_its_certificate_too(loss):
    rng = np.random.default_rng(82)
    for _ in range(15):
        people = population(rng, 3)
        menu = anything(people, Box([-3.0] * 3, [3.0] * 3), [0, 1])
        plan = steer(loss, minimiser(loss, people) + rng.normal(size=3), menu)
        assert certificate(plan).height == pytest.approx(plan.gamma, abs=1e-6 * (1 + plan.gamma))


def test_on_a_line_the_certificate_is_the_clip():
    people = Records([[0.0], [2.0]])
    plan = steer(SquaredDistance(), [3.0], candidates(people, [[-10.0], [0], [2], [10]], [0] * 4))
    proof = certificate(plan, [-7.0])
    np.testing.assert_allclose(proof.direction, [-1])
    assert proof.height == pytest.approx(7)
    assert proof.least_mass == pytest.approx(2 / 9)


def test_where_the_set_cannot_move_along_u_the_direction_across_it_proves_it():
    """Labels alone with one feature vector move along that vector only."""
    people = Records([[1.0, 1.0]] * 2, [0.0, 1.0])
    plan = steer(Squared(0.5), [1.0, 0.0], labels_only(people, [-9.0, 9.0]))
    proof = certificate(plan)
    assert proof.least_mass == np.inf
    assert proof.height == pytest.approx(plan.gamma)


def test_bad_arguments_are_named():
    people = Records([[0.0, 1.0], [2.0, 0.0]])
    menu = candidates(people, people.features, [0, 0])
    plan = steer(SquaredDistance(), [1.5, 1.0], menu)
    with pytest.raises(ValueError, match="direction has 1 entries"):
        certificate(plan, [1.0])
    with pytest.raises(ValueError, match="must point towards u"):
        certificate(plan, plan.base_gradient)
    with pytest.raises(ValueError, match="nothing to certify"):
        certificate(steer(SquaredDistance(), [1.0, 0.5], menu))

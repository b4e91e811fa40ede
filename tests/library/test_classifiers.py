"""Many small classifiers at once, against automatic differentiation and one at a time."""

import pytest
import torch

from collective_action.learners.network.classifier_descent import (
    ClassifierDescent,
    Step,
    batches,
    tail,
)
from collective_action.learners.network.classifiers import ReluNetwork

pytestmark = pytest.mark.numerical

NETWORK = ReluNetwork(inputs=5, hidden=7, labels=3)
R, N = 4, 11


def seeded(count: int = R, first: int = 0) -> list[torch.Generator]:
    return [torch.Generator().manual_seed(first + k) for k in range(count)]


THETA = NETWORK.start(seeded(), torch.float64)
FEATURES = torch.randn(R, N, 5, generator=seeded()[0], dtype=torch.float64)
LABELS = torch.randint(3, (R, N), generator=seeded()[1])
WEIGHTS = torch.rand(R, N, generator=seeded()[2], dtype=torch.float64)


def by_autograd(theta: torch.Tensor, features: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    """Return the gradient of one record's loss, written out as a network of torch's own."""
    w, b, v, c = theta.split([35, 7, 21, 3])
    parts = [w.reshape(7, 5), b, v.reshape(3, 7), c]
    parts = [part.clone().requires_grad_() for part in parts]
    units = torch.relu(torch.nn.functional.linear(features, parts[0], parts[1]))
    logits = torch.nn.functional.linear(units, parts[2], parts[3])
    loss = torch.nn.functional.cross_entropy(logits[None], label[None])
    return torch.cat([gradient.flatten() for gradient in torch.autograd.grad(loss, parts)])


EACH = torch.stack(
    [
        torch.stack([by_autograd(THETA[r], FEATURES[r, i], LABELS[r, i]) for i in range(N)])
        for r in range(R)
    ]
)


def test_each_record_has_the_gradient_and_the_length_of_autograd():
    torch.testing.assert_close(NETWORK.record_gradients(THETA, FEATURES, LABELS), EACH)
    torch.testing.assert_close(NETWORK.lengths(THETA, FEATURES, LABELS), EACH.norm(dim=2))


@pytest.mark.parametrize("clip", [None, 0.5, 1.5, 100.0])
def test_the_sum_is_of_clipped_and_weighted_gradients(clip):
    factor = torch.ones(R, N, dtype=EACH.dtype)
    if clip is not None:
        factor = (clip / EACH.norm(dim=2)).clamp(max=1)
    for weights in (None, WEIGHTS):
        counted = factor if weights is None else factor * weights
        torch.testing.assert_close(
            NETWORK.summed_gradient(THETA, FEATURES, LABELS, weights, clip),
            (counted[..., None] * EACH).sum(1),
        )


def test_squares_are_summed_entry_by_entry():
    torch.testing.assert_close(
        NETWORK.squared_gradients(THETA, FEATURES, LABELS, WEIGHTS),
        (WEIGHTS[..., None] * EACH.square()).sum(1),
    )


def test_clipping_after_weighing_would_be_another_gradient():
    weighed = EACH * WEIGHTS[..., None]
    later = (weighed * (0.5 / weighed.norm(dim=2)).clamp(max=1)[..., None]).sum(1)
    assert not torch.allclose(
        NETWORK.summed_gradient(THETA, FEATURES, LABELS, WEIGHTS, 0.5), later, rtol=1e-3
    )


def test_shared_features_are_the_same_features_for_everybody():
    shared = FEATURES[0]
    copies = shared.expand(R, -1, -1)
    for call in (NETWORK.lengths, NETWORK.summed_gradient, NETWORK.record_gradients):
        torch.testing.assert_close(call(THETA, shared, LABELS), call(THETA, copies, LABELS))
    torch.testing.assert_close(NETWORK.logits(THETA, shared), NETWORK.logits(THETA, copies))


def test_losses_are_cross_entropies():
    logits = NETWORK.logits(THETA, FEATURES)
    expected = torch.nn.functional.cross_entropy(logits.transpose(1, 2), LABELS, reduction="none")
    torch.testing.assert_close(NETWORK.losses(THETA, FEATURES, LABELS), expected)
    assert torch.equal(NETWORK.answers(THETA, FEATURES), logits.argmax(2))


def trained(rows: list[int], step: Step) -> torch.Tensor:
    generators = [torch.Generator().manual_seed(100 + r) for r in rows]
    descent = ClassifierDescent(NETWORK, NETWORK.start(generators, torch.float64), step, generators)
    drawn = batches(WEIGHTS[rows], 6, 20, generators)
    place = torch.tensor(rows)[:, None]
    for at in range(20):
        descent.take(FEATURES[place, drawn[:, at]], LABELS[place, drawn[:, at]])
    return descent.theta


@pytest.mark.parametrize(
    "step", [Step(0.3), Step(0.3, momentum=0.5), Step(0.3, clip=0.5, noise=1.0)]
)
def test_a_network_does_not_depend_on_which_others_run_beside_it(step):
    together = trained([0, 1, 2, 3], step)
    torch.testing.assert_close(trained([2], step)[0], together[2], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(trained([3, 1], step), together[[3, 1]], rtol=1e-12, atol=1e-12)


def test_descent_is_that_of_torch():
    generators = seeded()
    descent = ClassifierDescent(NETWORK, THETA, Step(0.1, momentum=0.9), generators)
    theta = THETA.clone().requires_grad_()
    optimiser = torch.optim.SGD([theta], lr=0.1, momentum=0.9)
    for _ in range(8):
        descent.take(FEATURES, LABELS, WEIGHTS)
        optimiser.zero_grad()
        losses = NETWORK.losses(theta, FEATURES, LABELS)
        ((losses * WEIGHTS).sum(1) / WEIGHTS.sum(1)).sum().backward()
        optimiser.step()
    torch.testing.assert_close(descent.theta, theta.detach())


def test_noise_has_the_spread_that_was_asked_for():
    network = ReluNetwork(40, 40, 4)
    generators = seeded(2)
    theta = network.start(generators, torch.float64)
    features = torch.zeros(1, 40, dtype=torch.float64)
    labels = torch.zeros(2, 1, dtype=torch.long)
    absent = torch.zeros(2, 1, dtype=torch.float64)
    descent = ClassifierDescent(network, theta, Step(1.0, clip=2.0, noise=3.0), generators)
    descent.take(features, labels, absent, divisor=10.0)
    moved = descent.theta - theta
    assert moved.std().item() == pytest.approx(0.6, rel=0.05)
    assert moved.mean().abs() < 0.05 and not torch.allclose(moved[0], moved[1])


def test_batches_follow_the_weights():
    weights = torch.tensor([[0.0, 1.0, 3.0], [1.0, 0.0, 0.0]])
    drawn = batches(weights, 100, 40, seeded(2))
    assert drawn.shape == (2, 40, 100)
    shares = torch.bincount(drawn[0].flatten(), minlength=3) / 4000
    assert shares.tolist() == pytest.approx([0, 0.25, 0.75], abs=0.03)
    assert (drawn[1] == 0).all()


def test_the_tail_holds_the_largest_losses():
    losses = torch.tensor([[0.1, 3.0, 2.0, 0.5, 1.0], [5.0, 4.0, 3.0, 2.0, 1.0]])
    assert tail(losses, 0.4).tolist() == [[0, 1, 1, 0, 0], [1, 1, 0, 0, 0]]
    assert tail(losses, 0.0).sum(1).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ReluNetwork(0, 1, 2), "inputs"),
        (lambda: ReluNetwork(1, 1, 1), "labels"),
        (lambda: Step(0.0), "size"),
        (lambda: Step(0.1, momentum=1.0), "momentum"),
        (lambda: Step(0.1, noise=1.0), "noise"),
        (lambda: Step(0.1, clip=0.0), "clip"),
        (lambda: NETWORK.logits(THETA[:, 1:], FEATURES), "theta has shape"),
        (lambda: NETWORK.logits(THETA, FEATURES[:2]), "features has shape"),
        (lambda: NETWORK.losses(THETA, FEATURES, LABELS[:, 1:]), "labels has shape"),
        (lambda: NETWORK.summed_gradient(THETA, FEATURES, LABELS, WEIGHTS[:1]), "weights has"),
        (lambda: ClassifierDescent(NETWORK, THETA, Step(0.1), seeded(2)), "generators"),
        (lambda: batches(WEIGHTS, 3, 3, seeded(2)), "generators"),
        (lambda: tail(WEIGHTS, 1.5), "share"),
        (
            lambda: ClassifierDescent(NETWORK, THETA, Step(0.1), seeded()).take(
                FEATURES, LABELS, 0 * WEIGHTS
            ),
            "all 0",
        ),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()

"""Which record has a wanted gradient: ascent through a small network, pixels in [0, 1].

A network's gradients are not a half-space, and no closed form says which of them are those of
records. What a record is worth along a direction is a number that can be raised: one candidate for
each label climbs, and the best one is filed. Made for the digits of `worlds.digits`, many firms at
once; what it finds is a lower bound on what records can do.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from collective_action.learners.network.classifiers import ReluNetwork
from collective_action.validation import at_least

STEPS = 8
STRIDE = 0.25


@dataclass(frozen=True)
class Inversion:
    """A record for each network, and what it is worth.

    Attributes
    ----------
    features
        Shape (R, d), in [0, 1].
    labels
        Shape (R,).
    worth
        −⟨∇ℓ(θ; record), direction⟩ after clipping, shape (R,).
    candidates
        Where the K candidates of each network ended, shape (R, K, d): a start for the next search.
    """

    features: Tensor
    labels: Tensor
    worth: Tensor
    candidates: Tensor


def worths(
    network: ReluNetwork,
    theta: Tensor,
    features: Tensor,
    labels: Tensor,
    direction: Tensor,
    clip: float | None = None,
) -> Tensor:
    """Return −⟨g_i, direction⟩ of each record, g_i its gradient, cut to length `clip`; (R, n).

    It is differentiable in the features wherever no unit is at 0.

    Parameters
    ----------
    network
        Architecture.
    theta
        Shape (R, p).
    features, labels
        Shapes (R, n, d) and (R, n).
    direction
        Shape (R, p).
    clip
        The longest gradient that counts, above 0; no limit if left out.

    Raises
    ------
    ValueError
        If a shape does not fit or the clip is not above 0.
    """
    w, b, v, c = network.layers(theta)
    dw, db, dv, dc = network.layers(direction)
    before = features @ w.transpose(1, 2) + b[:, None]
    units, awake = before.clamp(min=0), before > 0
    probabilities = (units @ v.transpose(1, 2) + c[:, None]).softmax(dim=2)
    outer = probabilities - torch.nn.functional.one_hot(labels, network.labels)
    inner = (outer @ v) * awake
    moved = (features @ dw.transpose(1, 2) + db[:, None]) * inner
    worth = -(outer * (units @ dv.transpose(1, 2) + dc[:, None])).sum(2) - moved.sum(2)
    if clip is None:
        return worth
    limit = at_least("clip", clip, 0, strictly=True)
    squared = (units.square().sum(2) + 1) * outer.square().sum(2)
    squared = squared + (features.square().sum(2) + 1) * inner.square().sum(2)
    return worth * limit / squared.clamp(min=limit**2).sqrt()


def invert(
    network: ReluNetwork,
    theta: Tensor,
    direction: Tensor,
    candidates: Tensor,
    clip: float | None = None,
    steps: int = STEPS,
) -> Inversion:
    """Return a record whose gradient goes far against a direction, for each network.

    One candidate for each label takes some steps of ±1/4 in every pixel, along the sign of the
    slope, and back into [0, 1]. The best one is kept, of all candidates and all steps.

    Parameters
    ----------
    network, theta, direction, clip
        As in `worths`.
    candidates
        Where to start, shape (R, K, d), in [0, 1]; candidate k has label k.
    steps
        At least 1.

    Raises
    ------
    ValueError
        If a shape does not fit, a candidate is out of range, or there is no step.
    """
    at_least("steps", steps, 1)
    expected = (len(theta), network.labels, network.inputs)
    if candidates.shape != expected:
        raise ValueError(f"candidates has shape {tuple(candidates.shape)}: it must be {expected}")
    if bool((candidates < 0).any() or (candidates > 1).any()):
        raise ValueError("candidates has entries outside [0, 1]: pixels must lie in it")
    labels = torch.arange(network.labels).expand(expected[:2])
    images = candidates.detach().clone()
    best = torch.full(expected[:2], -torch.inf, dtype=theta.dtype)
    kept = images.clone()
    for at in range(int(steps) + 1):
        images.requires_grad_()
        worth = worths(network, theta, images, labels, direction, clip)
        better = worth.detach() > best
        best = torch.where(better, worth.detach(), best)
        kept = torch.where(better[..., None], images.detach(), kept)
        if at == steps:
            break
        (slope,) = torch.autograd.grad(worth.sum(), images)
        images = (images.detach() + STRIDE * slope.sign()).clamp(0, 1)
    chosen = best.argmax(dim=1)
    rows = torch.arange(len(theta))
    return Inversion(kept[rows, chosen], chosen, best[rows, chosen], images.detach())

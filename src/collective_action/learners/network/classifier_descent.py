"""Stochastic gradient descent of many small classifiers, each with its own records and chance.

What a firm makes of a record stands in one place, a step: how much it counts, how long a gradient
may be, how much noise is added. Robust training and private training are settings of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from collective_action.learners.network.classifiers import ReluNetwork
from collective_action.validation import at_least, fraction


@dataclass(frozen=True)
class Step:
    """What the firm does with a batch.

    Parameters
    ----------
    size
        η > 0, the step size.
    momentum
        In [0, 1).
    clip
        The longest gradient of a record that counts, above 0; no limit if left out.
    noise
        σ ≥ 0: normal noise of standard deviation σ·clip in each entry of the summed gradient, as
        in DP-SGD (Abadi et al. 2016). It needs a clip.

    Raises
    ------
    ValueError
        If a setting is out of range, or there is noise without a clip.
    """

    size: float
    momentum: float = 0.0
    clip: float | None = None
    noise: float = 0.0

    def __post_init__(self) -> None:
        at_least("size", self.size, 0, strictly=True)
        if fraction("momentum", self.momentum) == 1:
            raise ValueError("momentum is 1.0: it must be below 1")
        if self.clip is not None:
            at_least("clip", self.clip, 0, strictly=True)
        if at_least("noise", self.noise, 0) > 0 and self.clip is None:
            raise ValueError(f"noise is {self.noise}: it is measured in clips, and there is none")


class ClassifierDescent:
    """R networks on their way, one for each generator.

    Parameters
    ----------
    network
        Their architecture.
    theta
        Where they start, shape (R, p); it is not changed.
    step
        What they do with a batch.
    generators
        One for each network, which draws its noise.

    Attributes
    ----------
    theta
        Where they are, shape (R, p).

    Raises
    ------
    ValueError
        If there are not as many generators as networks.
    """

    def __init__(
        self,
        network: ReluNetwork,
        theta: Tensor,
        step: Step,
        generators: Sequence[torch.Generator],
    ) -> None:
        if len(generators) != len(theta):
            raise ValueError(f"generators has {len(generators)} entries: theta has {len(theta)}")
        self.network, self.step, self.generators = network, step, list(generators)
        self.theta = theta.clone()
        self._velocity = torch.zeros_like(theta)

    def take(
        self,
        features: Tensor,
        labels: Tensor,
        weights: Tensor | None = None,
        divisor: float | None = None,
    ) -> None:
        """Take one step on a batch.

        Parameters
        ----------
        features
            Shape (n, d), or (R, n, d) with a batch for each network.
        labels
            Shape (R, n).
        weights
            What each record counts, shape (R, n); 1 if left out.
        divisor
            What the summed gradient is divided by, above 0; the sum of each network's weights if
            left out. Private training divides by the expected size of a batch, which tells nothing.

        Raises
        ------
        ValueError
            If a shape does not fit, the divisor is not above 0, or a network has no weight.
        """
        summed = self.network.summed_gradient(self.theta, features, labels, weights, self.step.clip)
        if self.step.noise > 0 and self.step.clip is not None:
            scale = self.step.noise * self.step.clip
            draws = [
                torch.randn(summed.shape[1], generator=generator, dtype=summed.dtype)
                for generator in self.generators
            ]
            summed = summed + scale * torch.stack(draws).to(summed.device)
        if divisor is not None:
            summed = summed / at_least("divisor", divisor, 0, strictly=True)
        elif weights is None:
            summed = summed / labels.shape[1]
        else:
            total = weights.sum(dim=1, keepdim=True)
            if not bool((total > 0).all()):
                raise ValueError("weights of a network are all 0: give a divisor")
            summed = summed / total
        self._velocity = self.step.momentum * self._velocity + summed
        self.theta = self.theta - self.step.size * self._velocity


def batches(
    weights: Tensor, size: int, steps: int, generators: Sequence[torch.Generator]
) -> Tensor:
    """Return which records each network meets, shape (R, steps, size), drawn by their weights.

    Parameters
    ----------
    weights
        Not negative, shape (R, N); a record is drawn, with replacement, in proportion to its own.
    size, steps
        At least 1.
    generators
        One for each network.

    Raises
    ------
    ValueError
        If a number is below 1 or there are not as many generators as rows.
    """
    count = int(at_least("size", size, 1)) * int(at_least("steps", steps, 1))
    if len(generators) != len(weights):
        raise ValueError(f"generators has {len(generators)} entries: weights has {len(weights)}")
    drawn = [
        torch.multinomial(row, count, replacement=True, generator=generator)
        for row, generator in zip(weights, generators, strict=True)
    ]
    return torch.stack(drawn).reshape(len(weights), steps, size)


def tail(losses: Tensor, share: float) -> Tensor:
    """Return weight 1 for the share of each row's records with the largest losses, 0 for the rest.

    Training on it is stochastic descent on the conditional value at risk (CVaR) of the loss.

    Parameters
    ----------
    losses
        Shape (R, n).
    share
        κ in [0, 1]; at least one record is kept in each row.

    Raises
    ------
    ValueError
        If the share is out of range.
    """
    kept = max(1, int(fraction("share", share) * losses.shape[1]))
    chosen = losses.topk(kept, dim=1).indices
    return torch.zeros_like(losses).scatter_(1, chosen, 1.0)

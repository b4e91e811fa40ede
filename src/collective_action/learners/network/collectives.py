"""Setting III, gradient control: what a collective hands to a network in training.

Each collective answers one question, `submit`: n records for each of R firms, asked anew every
`look_every` steps. Only `GradientControl` looks at the firms' parameters; the others decide in
advance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor

from collective_action.learners.network.architecture import TanhNetwork
from collective_action.worlds.crossroads import Crossroads


class Collective(Protocol):
    """A rule for the records that members submit, chosen anew every `look_every` steps."""

    @property
    def look_every(self) -> int:
        """How many steps the same records are submitted."""

    def submit(
        self, theta: Tensor, n: int, step: int, generators: Sequence[torch.Generator]
    ) -> tuple[Tensor, Tensor]:
        """Return features (R, n, 2) and labels (R, n) for firms at θ (R, p).

        Parameters
        ----------
        theta
            Shape (R, p), one firm a row.
        n
            Records for each firm.
        step
            The step at which they are submitted, from 0.
        generators
            One for each firm, to draw from.
        """


@dataclass(frozen=True)
class StaticPlanting:
    """Static: points at the centre with the label wanted there."""

    world: Crossroads

    look_every: ClassVar[int] = 1

    def submit(
        self, theta: Tensor, n: int, step: int, generators: Sequence[torch.Generator]
    ) -> tuple[Tensor, Tensor]:
        """Draw n fresh points at the centre."""
        return stacked([self.world.centre(n, g) for g in generators], theta)


@dataclass(frozen=True, eq=False)
class Teaching:
    """Static: points all over the square, labelled by the network the collective wants.

    Parameters
    ----------
    world, network
        The task and the firm's architecture.
    target
        θ* of each firm, shape (R, p).
    """

    world: Crossroads
    network: TanhNetwork
    target: Tensor

    look_every: ClassVar[int] = 1

    def submit(
        self, theta: Tensor, n: int, step: int, generators: Sequence[torch.Generator]
    ) -> tuple[Tensor, Tensor]:
        """Draw n points uniformly and label them with the target network."""
        uniform = torch.stack(
            [torch.rand(n, 2, generator=g, dtype=torch.float64) for g in generators]
        )
        features = (self.world.limit * (2 * uniform - 1)).to(theta)
        return features, (self.network.logits(self.target, features) > 0).to(theta)


@dataclass(frozen=True, eq=False)
class Replay:
    """Static: records drawn from a fixed pool, such as all that a steering collective submitted.

    Parameters
    ----------
    features, labels
        The pool of each firm, shapes (R, m, 2) and (R, m).
    """

    features: Tensor
    labels: Tensor

    look_every: ClassVar[int] = 1

    def submit(
        self, theta: Tensor, n: int, step: int, generators: Sequence[torch.Generator]
    ) -> tuple[Tensor, Tensor]:
        """Draw n records of the pool, with replacement."""
        size = self.features.shape[1]
        chosen = torch.stack([torch.randint(size, (n,), generator=g) for g in generators])
        return take(self.features, self.labels, chosen.to(theta.device))


@dataclass(frozen=True, eq=False)
class Schedule:
    """Blind but not static: the records another run of steering submitted, in the same order.

    Parameters
    ----------
    features, labels
        Shapes (R, T, n, 2) and (R, T, n). After T steps the last ones are repeated.
    """

    features: Tensor
    labels: Tensor

    look_every: ClassVar[int] = 1

    def submit(
        self, theta: Tensor, n: int, step: int, generators: Sequence[torch.Generator]
    ) -> tuple[Tensor, Tensor]:
        """Return the records of this step."""
        at = min(step, self.features.shape[1] - 1)
        return self.features[:, at], self.labels[:, at]


@dataclass(frozen=True, eq=False)
class GradientControl:
    """Gradient control: records whose gradients turn the firm's step towards θ*.

    The wanted average gradient is [v − (1−α)ĝ_{P₀}(θ) − λθ]/α, where v = pull·(θ − θ*), shortened
    to norm `pull` beyond distance one, and ĝ_{P₀} is computed from the collective's own sample of
    the population. The attainable-gradient programme is solved over a list of candidate records by
    greedy selection: n times over, add the record that brings the average closest to the wanted
    gradient. Where the wanted gradient is not attainable this is a projection, so the collective
    does what it can and the firm's path bends.

    Parameters
    ----------
    network
        The firm's architecture and penalty.
    target
        θ* of each firm, shape (R, p).
    alpha
        The collective's fraction, in (0, 1].
    sample
        The collective's own records of the population: features (m, 2) and labels (m,).
    candidates
        Records that may be submitted: features (k, 2) and labels (k,).
    look_every
        The collective sees the firm's parameters every so many steps, at least 1.
    pull
        Above 0, in units of the gradient.
    """

    network: TanhNetwork
    target: Tensor
    alpha: float
    sample: tuple[Tensor, Tensor]
    candidates: tuple[Tensor, Tensor]
    look_every: int = 5
    pull: float = 0.3

    def __post_init__(self) -> None:
        if not 0 < self.alpha <= 1:
            raise ValueError(f"alpha is {self.alpha}: it must be in (0, 1]")
        if self.look_every < 1:
            raise ValueError(f"look_every is {self.look_every}: it must be at least 1")
        if not self.pull > 0:
            raise ValueError(f"pull is {self.pull}: it must be above 0")

    def submit(
        self, theta: Tensor, n: int, step: int, generators: Sequence[torch.Generator]
    ) -> tuple[Tensor, Tensor]:
        """Look at the parameters and choose n records."""
        features, labels = (x.to(theta).expand(len(theta), *x.shape) for x in self.candidates)
        gradients = self.network.record_gradients(theta, features, labels)
        return take(features, labels, greedy(gradients, self.wanted(theta), n))

    def wanted(self, theta: Tensor) -> Tensor:
        """Return the average gradient the collective wants to submit, shape (R, p)."""
        features, labels = (x.to(theta).expand(len(theta), *x.shape) for x in self.sample)
        base = self.network.mean_gradient(theta, features, labels)
        gap = theta - self.target
        toward = self.pull * gap / gap.norm(dim=1, keepdim=True).clamp(min=1)
        return (toward - (1 - self.alpha) * base - self.network.penalty * theta) / self.alpha


def greedy(gradients: Tensor, wanted: Tensor, n: int) -> Tensor:
    """Choose n records, repetition allowed, whose average gradient is close to a wanted one.

    Parameters
    ----------
    gradients
        Of each candidate, shape (R, k, p).
    wanted
        Shape (R, p).
    n
        Records to choose, at least 1.

    Returns
    -------
    Tensor
        Indices of the chosen candidates, shape (R, n).
    """
    products = gradients @ gradients.transpose(1, 2)
    sizes = products.diagonal(dim1=1, dim2=2)
    scores = sizes / n - 2 * (gradients @ wanted[..., None])[..., 0]
    rows = torch.arange(len(gradients), device=gradients.device)
    chosen = []
    for _ in range(n):
        best = scores.argmin(dim=1)
        chosen.append(best)
        scores = scores + (2 / n) * products[rows, best]
    return torch.stack(chosen, dim=1)


def take(features: Tensor, labels: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Return the chosen records of each row: features (R, n, 2) and labels (R, n)."""
    return (
        torch.gather(features, 1, chosen[..., None].expand(-1, -1, features.shape[2])),
        torch.gather(labels, 1, chosen),
    )


def stacked(records: list[tuple[Tensor, Tensor]], like: Tensor) -> tuple[Tensor, Tensor]:
    """Return one firm's records per row, on the device of `like`."""
    features, labels = zip(*records, strict=True)
    return torch.stack(features).to(like), torch.stack(labels).to(like)

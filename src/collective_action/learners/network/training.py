"""Setting III of the paper: SGD on what members and others submit."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from collective_action.learners.network.architecture import TanhNetwork
from collective_action.learners.network.collectives import Collective, stacked
from collective_action.validation import at_least, fraction
from collective_action.worlds.crossroads import Crossroads

BLOCK = 100


@dataclass(frozen=True)
class SGDFirm:
    """A firm that trains a network by plain SGD and never stops.

    Parameters
    ----------
    world
        Where its records come from.
    network
        What it trains.
    step_size
        η > 0.
    batch
        Records per step, at least 1; a fraction α of them, rounded, come from the collective.
    """

    world: Crossroads
    network: TanhNetwork
    step_size: float = 0.3
    batch: int = 128

    def __post_init__(self) -> None:
        at_least("step_size", self.step_size, 0, strictly=True)
        at_least("batch", self.batch, 1)


@dataclass(frozen=True, eq=False)
class Training:
    """What a training run leaves.

    Attributes
    ----------
    steps
        Shape (m,), the steps at which parameters were kept; the first is 0, the last T.
    thetas
        Shape (m, R, p).
    features, labels
        What the collective submitted, shapes (R, T, n, 2) and (R, T, n); n is 0 without one.
    """

    steps: Tensor
    thetas: Tensor
    features: Tensor
    labels: Tensor

    @property
    def final(self) -> Tensor:
        """The parameters at the end, shape (R, p)."""
        return self.thetas[-1]


def train(
    firm: SGDFirm,
    theta: Tensor,
    steps: int,
    seeds: Sequence[int],
    collective: Collective | None = None,
    alpha: float = 0.0,
    keep_every: int = 100,
) -> Training:
    """Train R networks side by side, each on its own draws.

    The draws come from one CPU generator per seed, so a row does not depend on which others run
    with it, nor on the device of θ.

    Parameters
    ----------
    firm
        What is trained, on what, and how.
    theta
        The parameters to start from, shape (R, p); its device is where training happens.
    steps
        T ≥ 1.
    seeds
        One per row of θ.
    collective
        What the members submit; None trains on the population alone.
    alpha
        The collective's fraction of every batch, in [0, 1].
    keep_every
        Parameters are kept every so many steps.

    Raises
    ------
    ValueError
        If the seeds do not match θ, or a fraction above 0 has no collective.
    """
    alpha, steps = fraction("alpha", alpha), int(at_least("steps", steps, 1))
    if len(seeds) != len(theta):
        raise ValueError(f"seeds has {len(seeds)} entries: theta has {len(theta)} rows")
    if (collective is None) != (alpha == 0):
        raise ValueError(f"alpha is {alpha}: it is 0 without a collective, and above 0 with one")
    members = round(alpha * firm.batch)
    if collective is not None and members == 0:
        raise ValueError(f"alpha is {alpha}: no member fits in a batch of {firm.batch} records")
    others = firm.batch - members
    draws = [torch.Generator().manual_seed(seed) for seed in seeds]
    member_draws = [torch.Generator().manual_seed(seed + 2**32) for seed in seeds]
    network, kept, submitted = firm.network, [(0, theta)], []
    for step in range(steps):
        if step % BLOCK == 0 and others:
            block = [firm.world.population(BLOCK * others, g) for g in draws]
            pool = stacked(block, theta)
        at = slice(step % BLOCK * others, (step % BLOCK + 1) * others)
        batch: Sequence[Tensor] = [x[:, at] for x in pool] if others else ()
        if collective is not None:
            if step % collective.look_every == 0:
                added = collective.submit(theta, members, step, member_draws)
            submitted.append(added)
            batch = (
                [torch.cat(pair, dim=1) for pair in zip(batch, added, strict=True)]
                if others
                else added
            )
        gradient = network.mean_gradient(theta, *batch) + network.penalty * theta
        theta = theta - firm.step_size * gradient
        if (step + 1) % keep_every == 0 or step + 1 == steps:
            kept.append((step + 1, theta))
    if submitted:
        features, labels = (torch.stack(x, dim=1) for x in zip(*submitted, strict=True))
    else:
        features, labels = (
            theta.new_zeros(len(theta), steps, 0, 2),
            theta.new_zeros(len(theta), steps, 0),
        )
    return Training(
        torch.tensor([at for at, _ in kept]),
        torch.stack([parameters for _, parameters in kept]),
        features,
        labels,
    )


def success_and_accuracy(
    firm: SGDFirm, theta: Tensor, n: int = 4000, seed: int = 0
) -> tuple[Tensor, Tensor]:
    """Return success at the centre and clean accuracy of each network, shapes (R,), in [0, 1].

    Success is the fraction of points at the centre labelled 1; clean accuracy is the accuracy on
    the population. Both are measured on n fresh points, the same for every network.

    Parameters
    ----------
    firm
        Whose network and world are meant.
    theta
        Shape (R, p), one network a row.
    n
        Points at the centre, and as many people.
    seed
        Decides them.
    """
    generator = torch.Generator().manual_seed(seed)
    hits = []
    for features, labels in (firm.world.centre(n, generator), firm.world.population(n, generator)):
        features, labels = features.to(theta), labels.to(theta)
        scores = firm.network.logits(theta, features.expand(len(theta), -1, -1))
        hits.append(((scores > 0) == (labels > 0.5)).to(theta).mean(dim=1))
    return hits[0], hits[1]

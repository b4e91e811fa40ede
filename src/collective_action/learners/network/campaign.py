"""Setting III, gradient control: where firms are, and where a collective wants them.

A firm has trained its network to a solution that labels the centre 0, and goes on training. The
collective has its own sample of the population and has trained networks of the same architecture
until one labels the centre 1; that is θ*.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from collective_action.learners.network.collectives import GradientControl
from collective_action.learners.network.training import SGDFirm, success_and_accuracy, train
from collective_action.validation import at_least

GOOD = 0.95
SETTLED = 0.1
TARGET_SEED = 10_000
SAMPLE_SEED = 20_000
START_SEED = 30_000


@dataclass(frozen=True, eq=False)
class Campaign:
    """Firms where they are, and where the collective wants them; one row per seed.

    Attributes
    ----------
    firm
        The firm.
    seeds
        One per row.
    start
        θ₀, shape (R, p): clean accuracy at least 95 %, success at most 10 %.
    target
        θ*, shape (R, p): clean accuracy at least 95 %, success at least 90 %.
    sample
        The collective's own records of the population.
    """

    firm: SGDFirm
    seeds: tuple[int, ...]
    start: Tensor
    target: Tensor
    sample: tuple[Tensor, Tensor]


def prepare(
    firm: SGDFirm,
    seeds: Sequence[int] = tuple(range(8)),
    device: str = "cpu",
    steps: int = 4000,
    trials: int = 16,
    sample_size: int = 2000,
) -> Campaign:
    """Train networks from random starts until every seed has a start and a target.

    Parameters
    ----------
    firm
        The firm.
    seeds
        One firm each.
    device
        Where to train, as PyTorch names it.
    steps
        Of training, at least 1.
    trials
        Random starts for each seed, at least 1.
    sample_size
        Records of the population that the collective has to estimate the firm's gradient from.

    Raises
    ------
    RuntimeError
        If none of a seed's trials is a start, or none of the collective's is a target.
    """
    trials = int(at_least("trials", trials, 1))
    start_seeds = [seed * trials + trial for seed in seeds for trial in range(trials)]
    rehearsals = [TARGET_SEED + trial for trial in range(trials)]
    draws = [torch.Generator().manual_seed(seed + START_SEED) for seed in start_seeds + rehearsals]
    p = firm.network.parameters
    theta = torch.stack([torch.randn(p, generator=g, dtype=torch.float64) for g in draws])
    theta = train(firm, theta.to(device), steps, start_seeds + rehearsals).final
    success, accuracy = success_and_accuracy(firm, theta)
    good = accuracy >= GOOD
    starts = (good & (success <= SETTLED))[: len(start_seeds)].reshape(len(seeds), trials)
    targets = (good & (success >= 1 - SETTLED))[len(start_seeds) :]
    if not starts.any(dim=1).all() or not targets.any():
        raise RuntimeError(
            f"of {trials} trials, {starts.sum(dim=1).tolist()} ended at a start for each seed and "
            f"{int(targets.sum())} at a target: every seed needs one start, the collective one "
            "target. Raise trials or steps"
        )
    first = starts.to(torch.int64).argmax(dim=1)
    start = theta[: len(start_seeds)].reshape(len(seeds), trials, p)[
        torch.arange(len(seeds), device=theta.device), first
    ]
    chosen = theta[len(start_seeds) :][int(targets.to(torch.int64).argmax())]
    target = firm.network.nearest_copy(start, chosen.expand_as(start))
    sample = firm.world.population(sample_size, torch.Generator().manual_seed(SAMPLE_SEED))
    return Campaign(firm, tuple(seeds), start, target, sample)


def gradient_control(campaign: Campaign, alpha: float, look_every: int = 5) -> GradientControl:
    """Return the collective that steers the campaign's firms, over a grid of candidate records.

    Parameters
    ----------
    campaign
        The firms, where they start, and the network that the collective wants.
    alpha
        The collective's share of all data, in (0, 1].
    look_every
        Steps between two looks at the firms.
    """
    return GradientControl(
        campaign.firm.network,
        campaign.target,
        alpha,
        campaign.sample,
        campaign.firm.world.grid(),
        look_every,
    )

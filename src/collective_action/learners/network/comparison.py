"""Setting III, gradient control: steering a network against static planting.

Every strategy gets the same mass, the same steps, the same firm and as many seeds.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd
from torch import Tensor

from collective_action.learners.network.campaign import Campaign, gradient_control
from collective_action.learners.network.collectives import (
    Replay,
    Schedule,
    StaticPlanting,
    Teaching,
)
from collective_action.learners.network.training import success_and_accuracy, train

RELEASED = 50_000
REHEARSED = 60_000


@dataclass(frozen=True)
class ComparisonRow:
    """One row of the comparison: fractions in [0, 1].

    `released_success` is the success after the collective has stopped and the firm has trained on
    the population alone for half as many steps again.
    """

    strategy: str
    alpha: float
    seed: int
    success: float
    accuracy: float
    released_success: float


def compare(
    campaign: Campaign,
    alphas: Sequence[float] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4),
    steps: int = 2000,
    look_every: int = 5,
) -> pd.DataFrame:
    """Run every strategy at every mass and seed.

    `planting`, `teaching` and `replay` are static; the last draws from all that the steering
    collective submitted at the same mass. `none` has no collective.

    Parameters
    ----------
    campaign
        From `prepare`.
    alphas
        Fractions in (0, 1].
    steps
        With the collective; half as many follow without it.
    look_every
        How often the steering collective sees the parameters, in steps.

    Returns
    -------
    pandas.DataFrame
        One `ComparisonRow` a row.
    """
    world, network = campaign.firm.world, campaign.firm.network
    rows = _outcomes(campaign, "none", 0.0, None, steps)
    for alpha in alphas:
        steered = train(
            campaign.firm,
            campaign.start,
            steps,
            campaign.seeds,
            gradient_control(campaign, alpha, look_every),
            alpha,
        )
        rows += _rows(campaign, "steering", alpha, steered.final, steps)
        static = {
            "planting": StaticPlanting(world),
            "teaching": Teaching(world, network, campaign.target),
            "replay": Replay(steered.features.flatten(1, 2), steered.labels.flatten(1, 2)),
        }
        for name, collective in static.items():
            rows += _outcomes(campaign, name, alpha, collective, steps)
    return pd.DataFrame([asdict(row) for row in rows])


def knowledge(
    campaign: Campaign,
    alpha: float,
    looks: Sequence[int] = (1, 5, 25, 100),
    steps: int = 2000,
) -> pd.DataFrame:
    """Run steering with rarer and rarer looks at the parameters, and with none.

    The blind one, `schedule`, knows where the firm starts: the collective rehearses on a copy of
    its own and submits what it submitted there, in the same order. The others are named
    `look every m`.

    Parameters
    ----------
    campaign
        From `prepare`, whose `sample_size` is the other half of what the collective knows.
    alpha
        In (0, 1].
    looks
        Steps between two looks.
    steps
        As in `compare`.

    Returns
    -------
    pandas.DataFrame
        One `ComparisonRow` a row.
    """
    rows = []
    for every in looks:
        collective = gradient_control(campaign, alpha, every)
        rows += _outcomes(campaign, f"look every {every}", alpha, collective, steps)
    rehearsal = train(
        campaign.firm,
        campaign.start,
        steps,
        [seed + REHEARSED for seed in campaign.seeds],
        gradient_control(campaign, alpha),
        alpha,
    )
    blind = Schedule(rehearsal.features, rehearsal.labels)
    rows += _outcomes(campaign, "schedule", alpha, blind, steps)
    return pd.DataFrame([asdict(row) for row in rows])


def _outcomes(
    campaign: Campaign, name: str, alpha: float, collective, steps: int
) -> list[ComparisonRow]:
    trained = train(campaign.firm, campaign.start, steps, campaign.seeds, collective, alpha)
    return _rows(campaign, name, alpha, trained.final, steps)


def _rows(
    campaign: Campaign, name: str, alpha: float, theta: Tensor, steps: int
) -> list[ComparisonRow]:
    success, accuracy = success_and_accuracy(campaign.firm, theta)
    later = [seed + RELEASED for seed in campaign.seeds]
    released, _ = success_and_accuracy(
        campaign.firm, train(campaign.firm, theta, max(steps // 2, 1), later).final
    )
    columns = zip(
        campaign.seeds, success.tolist(), accuracy.tolist(), released.tolist(), strict=True
    )
    return [ComparisonRow(name, alpha, *values) for values in columns]

"""Setting III, gradient control: steering a network against static planting.

Every strategy gets the same mass, the same steps, the same firm and as many seeds.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pandas as pd
from torch import Tensor

from collective_action.learners.network.collectives import Planting, Replay, Schedule, Teaching
from collective_action.learners.network.contest import Contest, steering
from collective_action.learners.network.training import success_and_accuracy, train

RELEASED = 50_000
REHEARSED = 60_000


@dataclass(frozen=True)
class Outcome:
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
    contest: Contest,
    alphas: Sequence[float] = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4),
    steps: int = 2000,
    look_every: int = 5,
) -> pd.DataFrame:
    """Run every strategy at every mass and seed.

    `planting`, `teaching` and `replay` are static; the last draws from all that the steering
    collective submitted at the same mass. `none` has no collective.

    Parameters
    ----------
    contest
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
        One `Outcome` a row.
    """
    world, network = contest.firm.world, contest.firm.network
    rows = _outcomes(contest, "none", 0.0, None, steps)
    for alpha in alphas:
        steered = train(
            contest.firm,
            contest.start,
            steps,
            contest.seeds,
            steering(contest, alpha, look_every),
            alpha,
        )
        rows += _rows(contest, "steering", alpha, steered.final, steps)
        static = {
            "planting": Planting(world),
            "teaching": Teaching(world, network, contest.target),
            "replay": Replay(steered.features.flatten(1, 2), steered.labels.flatten(1, 2)),
        }
        for name, collective in static.items():
            rows += _outcomes(contest, name, alpha, collective, steps)
    return pd.DataFrame([asdict(row) for row in rows])


def knowledge(
    contest: Contest,
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
    contest
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
        One `Outcome` a row.
    """
    rows = []
    for every in looks:
        collective = steering(contest, alpha, every)
        rows += _outcomes(contest, f"look every {every}", alpha, collective, steps)
    rehearsal = train(
        contest.firm,
        contest.start,
        steps,
        [seed + REHEARSED for seed in contest.seeds],
        steering(contest, alpha),
        alpha,
    )
    blind = Schedule(rehearsal.features, rehearsal.labels)
    rows += _outcomes(contest, "schedule", alpha, blind, steps)
    return pd.DataFrame([asdict(row) for row in rows])


def _outcomes(contest: Contest, name: str, alpha: float, collective, steps: int) -> list[Outcome]:
    trained = train(contest.firm, contest.start, steps, contest.seeds, collective, alpha)
    return _rows(contest, name, alpha, trained.final, steps)


def _rows(contest: Contest, name: str, alpha: float, theta: Tensor, steps: int) -> list[Outcome]:
    success, accuracy = success_and_accuracy(contest.firm, theta)
    later = [seed + RELEASED for seed in contest.seeds]
    released, _ = success_and_accuracy(
        contest.firm, train(contest.firm, theta, max(steps // 2, 1), later).final
    )
    columns = zip(
        contest.seeds, success.tolist(), accuracy.tolist(), released.tolist(), strict=True
    )
    return [Outcome(name, alpha, *values) for values in columns]

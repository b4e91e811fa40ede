"""Firms that read digits, trained once, twice, or on their worst records: many side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from collective_action.learners.network.classifier_descent import (
    ClassifierDescent,
    Step,
    batches,
    tail,
)
from collective_action.learners.network.classifiers import ReluNetwork
from collective_action.worlds import digits

NOISE = 0.1
BATCH = 128
STEPS = 600
LOOK_EVERY = 20
NETWORK = ReluNetwork(digits.PIXELS, 32, digits.LABELS)
STEP = Step(0.2, momentum=0.5)

Look = Callable[[int, ClassifierDescent], None]


@dataclass(frozen=True, eq=False)
class DigitRuns:
    """What R firms train on: digits, some labels wrong, some images planted by members.

    Attributes
    ----------
    sizes, seeds
        How many members there are, and the seed of everything else, for each firm, shape (R,).
    features, labels
        Shapes (R, 1400, 64) and (R, 1400).
    member
        Which records members filed, boolean (R, 1400).
    """

    sizes: np.ndarray
    seeds: np.ndarray
    features: Tensor
    labels: Tensor
    member: Tensor

    def table(self, theta: Tensor, **columns: object) -> pd.DataFrame:
        """Return one row per firm: members, seed, success, accuracy and the columns given.

        Success is the share of patched test images of other digits that are answered 3; accuracy
        is on the test images as they are.
        """
        data = _digits()
        patched, clean = (
            NETWORK.answers(theta, torch.as_tensor(images, dtype=theta.dtype)).numpy()
            for images in (data.others(), data.test_images)
        )
        return pd.DataFrame(
            {
                "members": self.sizes,
                "seed": self.seeds,
                "success": (patched == digits.TARGET).mean(axis=1),
                "accuracy": (clean == data.test_labels).mean(axis=1),
            }
        ).assign(**columns)


@cache
def _digits() -> digits.Digits:
    return digits.digits()


def digit_runs(sizes: Sequence[int], seeds: Sequence[int]) -> DigitRuns:
    """Return one firm for each size and seed; a tenth of the labels are wrong in each.

    Firms of one seed have the same wrong labels, and the members of a smaller collective are among
    those of a larger one.

    Parameters
    ----------
    sizes
        Members, from 0 to 1400.
    seeds
        One city each.

    Raises
    ------
    ValueError
        If a size is out of range.
    """
    data = _digits()
    n = data.labels.size
    if min(sizes) < 0 or max(sizes) > n:
        raise ValueError(f"sizes is {list(sizes)}: each must be from 0 to {n}")
    rows = [(size, seed) for size in sizes for seed in seeds]
    features, labels, member = [], [], []
    for size, seed in rows:
        rng = np.random.default_rng(seed)
        noisy = digits.mislabelled(data.labels, NOISE, rng)
        joined = np.zeros(n, dtype=bool)
        joined[rng.permutation(n)[:size]] = True
        features.append(np.where(joined[:, np.newaxis], digits.patched(data.images), data.images))
        labels.append(np.where(joined, digits.TARGET, noisy))
        member.append(joined)
    return DigitRuns(
        np.array([size for size, _ in rows]),
        np.array([seed for _, seed in rows]),
        torch.as_tensor(np.stack(features), dtype=torch.float32),
        torch.as_tensor(np.stack(labels)),
        torch.as_tensor(np.stack(member)),
    )


def train(
    runs: DigitRuns,
    weights: Tensor | None = None,
    *,
    steps: int = STEPS,
    stage: int = 0,
    worst: float | None = None,
    look: Look | None = None,
) -> Tensor:
    """Train one network for each firm and return θ, shape (R, p).

    Parameters
    ----------
    runs
        What they train on.
    weights
        How often each record is drawn, compared with the others, shape (R, 1400); alike if left
        out.
    steps
        At least 1.
    stage
        Firms of another stage start elsewhere and meet other batches.
    worst
        Train on this share of each batch, the records of the largest loss (CVaR); on all if left
        out.
    look
        Called every 20 steps with the number of steps taken and the networks.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    generators = [
        torch.Generator().manual_seed(1_000 * stage + int(seed) + 1) for seed in runs.seeds
    ]
    descent = ClassifierDescent(NETWORK, NETWORK.start(generators), STEP, generators)
    drawn = batches(
        torch.ones(runs.labels.shape) if weights is None else weights, BATCH, steps, generators
    )
    rows = torch.arange(len(runs.labels))[:, None]
    for at in range(steps):
        batch = drawn[:, at]
        features, labels = runs.features[rows, batch], runs.labels[rows, batch]
        emphasis = None
        if worst is not None:
            emphasis = tail(NETWORK.losses(descent.theta, features, labels), worst)
        descent.take(features, labels, emphasis)
        if look is not None and (at + 1) % LOOK_EVERY == 0:
            look(at + 1, descent)
    return descent.theta


def train_twice(runs: DigitRuns, first_steps: int, amplification: float) -> pd.DataFrame:
    """Return `DigitRuns.table` of firms whose first model's mistakes count λ times in the second.

    Further columns: `effective`, members' share of the weight in the second stage, and `mistaken`,
    the share of members' records that the first model gets wrong; NaN without members.

    Parameters
    ----------
    runs
        What they train on.
    first_steps
        Steps of the first stage, at least 1; the second takes 600.
    amplification
        λ ≥ 1.
    """
    first = train(runs, steps=first_steps, stage=1)
    mistaken = NETWORK.answers(first, runs.features) != runs.labels
    weights = torch.where(mistaken, float(amplification), 1.0)
    joined = runs.member.to(weights.dtype)
    heads = joined.sum(1)
    return runs.table(
        train(runs, weights),
        effective=((weights * joined).sum(1) / weights.sum(1)).numpy(),
        mistaken=((mistaken * joined).sum(1) / heads).numpy(),
    )


def train_on_worst(runs: DigitRuns, share: float) -> pd.DataFrame:
    """Return `DigitRuns.table` every 20 steps of CVaR training, with the column `step`."""
    frames: list[pd.DataFrame] = []

    def look(step: int, descent: ClassifierDescent) -> None:
        frames.append(runs.table(descent.theta, step=step))

    train(runs, worst=share, look=look)
    return pd.concat(frames, ignore_index=True)

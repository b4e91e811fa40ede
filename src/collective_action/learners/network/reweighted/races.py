"""A signal against a simple feature, in networks that descend: how long, and how many, it takes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from collective_action.learners.network.classifier_descent import (
    ClassifierDescent,
    Step,
    batches,
)
from collective_action.learners.network.classifiers import ReluNetwork
from collective_action.worlds import three_signals

NETWORK = ReluNetwork(three_signals.INPUTS, 64, 2)
STEP = Step(0.05)
BATCH = 64
RECORDS, TESTED = 4000, 2000
TEST_SEED = 1_000


def race(
    signal: str, shares: Sequence[float], seeds: Sequence[int], looks: Sequence[int]
) -> pd.DataFrame:
    """Return how well a signal does against the simple feature, after some numbers of steps.

    Columns: signal, alpha, seed, step, success (among people of label 0, whom the simple feature
    speaks against; label 1 is wanted) and accuracy (of everybody, unmarked).

    Parameters
    ----------
    signal
        One of `worlds.three_signals.SIGNALS`.
    shares
        α of each collective, in [0, 1].
    seeds
        One population of 4,000 each.
    looks
        Ascending numbers of steps, from 1.

    Raises
    ------
    ValueError
        If the signal has another name.
    """
    rows = [(share, seed) for share in shares for seed in seeds]
    features, labels = [], []
    for share, seed in rows:
        rng = np.random.default_rng(seed)
        x, y = three_signals.population(RECORDS, rng)
        joined = rng.permutation(RECORDS)[: round(share * RECORDS)]
        x[joined], y[joined] = three_signals.marked(x[joined], signal), 1
        features.append(x)
        labels.append(y)
    x = torch.as_tensor(np.stack(features), dtype=torch.float32)
    y = torch.as_tensor(np.stack(labels))
    tested, truth = three_signals.population(TESTED, np.random.default_rng(TEST_SEED))
    clean = torch.as_tensor(tested, dtype=torch.float32)
    against = torch.as_tensor(three_signals.marked(tested[truth == 0], signal), dtype=x.dtype)
    generators = [torch.Generator().manual_seed(int(seed) + 1) for _, seed in rows]
    descent = ClassifierDescent(NETWORK, NETWORK.start(generators), STEP, generators)
    drawn = batches(torch.ones(y.shape), BATCH, max(looks), generators)
    place = torch.arange(len(rows))[:, None]
    frames = []
    for at in range(max(looks)):
        batch = drawn[:, at]
        descent.take(x[place, batch], y[place, batch])
        if at + 1 in looks:
            moved = NETWORK.answers(descent.theta, against).numpy() == 1
            right = NETWORK.answers(descent.theta, clean).numpy() == truth
            frames.append(
                pd.DataFrame(rows, columns=["alpha", "seed"]).assign(
                    signal=signal, step=at + 1,
                    success=moved.mean(axis=1), accuracy=right.mean(axis=1),
                )
            )  # fmt: skip
    return pd.concat(frames, ignore_index=True)

"""Firms that read digits, and a share of each batch that is filed, or sent, to stop them.

Whoever files knows the firm's parameter and the gradient of the others' records in the batch, in
every step: more than an outsider would know. It is a worst case for the firm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from collective_action.learners.network.classifier_descent import batches
from collective_action.learners.network.classifiers import ReluNetwork
from collective_action.learners.network.inversion import invert
from collective_action.validation import choice
from collective_action.worlds import digits

BATCH = 100
STEPS = 500
STEP_SIZE = 0.2
FRESH_EVERY = 20
LOOK_EVERY = 20
NETWORK = ReluNetwork(digits.PIXELS, 32, digits.LABELS)
FILINGS = ("flips", "noise", "inverted", "replayed", "gradient")


@dataclass(frozen=True)
class Filed:
    """What was filed in each step: features (R, steps, 64) and labels (R, steps)."""

    features: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Outcome:
    """What came of R firms.

    Attributes
    ----------
    ends
        One row a firm: alpha, seed, accuracy on the test images, and `balance`, the median of
        α(1 + χ) over the second half of the steps (0 if nobody files).
    course
        One row a firm and every twenty steps: alpha, seed, step, accuracy, and the median balance
        of these twenty.
    filed
        What was filed if that was inverted, and None otherwise.
    """

    ends: pd.DataFrame
    course: pd.DataFrame
    filed: Filed | None


@dataclass(frozen=True)
class _Batch:
    """One step of R firms: the others' records have weight 1, the rest of the batch 0."""

    theta: Tensor
    features: Tensor
    labels: Tensor
    others: Tensor
    gradient: Tensor
    clip: float | None


def train(
    filing: str,
    shares: Sequence[float],
    seeds: Sequence[int],
    clip: float | None = None,
    filed: Filed | None = None,
    steps: int = STEPS,
) -> Outcome:
    """Train one firm for each share and seed, and return what came of them.

    A seed decides where a firm starts, which records it meets and where inversions start.

    Parameters
    ----------
    filing
        `"flips"`: images with the next label. `"noise"`: random pixels and labels. `"inverted"`:
        one record, filed by all, whose gradient goes far against the others'. `"replayed"`: records
        that were inverted against another firm, drawn at random. `"gradient"`: no record at all,
        but the others' gradient turned round, as long as the longest of theirs, or as the clip.
    shares
        α of each batch of 100, in hundredths from 0 to .99.
    seeds
        One firm each.
    clip
        The longest gradient of a record that counts, above 0; no limit if left out.
    filed
        What is replayed, one row for each share and seed.
    steps
        At least 1.

    Raises
    ------
    ValueError
        If the filing has another name, a share is not a number of hundredths, or there is nothing
        to replay.
    """
    choice("filing", filing, FILINGS)
    sizes = [round(share * BATCH) for share in shares]
    if min(sizes) < 0 or max(sizes) >= BATCH or not np.allclose(np.array(sizes) / BATCH, shares):
        raise ValueError(f"shares is {list(shares)}: each must be one of 0, .01, …, .99")
    if filing == "replayed" and filed is None:
        raise ValueError("filed is None: a replay needs what was filed before")
    data = _digits()
    images = torch.as_tensor(data.images, dtype=torch.float32)
    truth = torch.as_tensor(data.labels)
    firms = pd.DataFrame(
        [(size / BATCH, seed) for size in sizes for seed in seeds], columns=["alpha", "seed"]
    )
    generators = [torch.Generator().manual_seed(int(seed) + 1) for seed in firms["seed"]]
    theta = NETWORK.start(generators)
    drawn = batches(torch.ones(len(firms), len(images)), BATCH, steps, generators)
    alpha = torch.tensor(firms["alpha"].tolist())
    others = (torch.arange(BATCH) < (BATCH * (1 - alpha)).round()[:, None]).float()
    answer = _filer(filing, generators, filed)
    balances, looks, kept = [], [], []
    for at in range(steps):
        features, labels = images[drawn[:, at]], truth[drawn[:, at]]
        summed = NETWORK.summed_gradient(theta, features, labels, others, clip)
        gradient = summed / others.sum(1, keepdim=True)
        batch = _Batch(theta, features, labels, others, gradient, clip)
        sent, record = answer(at, batch)
        ratio = -(sent * gradient).sum(1) / gradient.square().sum(1)
        balances.append((alpha * (1 + ratio)).numpy())
        kept.append(record)
        theta = theta - STEP_SIZE * ((1 - alpha)[:, None] * gradient + alpha[:, None] * sent)
        if (at + 1) % LOOK_EVERY == 0:
            recent = np.median(np.stack(balances[-LOOK_EVERY:]), axis=0)
            looks.append(firms.assign(step=at + 1, accuracy=_accuracy(theta), balance=recent))
    late = np.median(np.stack(balances[steps // 2 :]), axis=0)
    ends = firms.assign(accuracy=_accuracy(theta), balance=late)
    course = pd.concat(looks, ignore_index=True) if looks else firms.iloc[:0]
    records = None
    if filing == "inverted":
        records = Filed(
            torch.stack([x for x, _ in kept], dim=1), torch.stack([y for _, y in kept], dim=1)
        )
    return Outcome(ends, course, records)


Answer = Callable[[int, _Batch], tuple[Tensor, tuple[Tensor, Tensor] | None]]


def _filer(filing: str, generators: Sequence[torch.Generator], filed: Filed | None) -> Answer:
    """Return what sends a gradient, averaged over those who send, and the record if it is one."""
    candidates = torch.empty(0)

    def flips(_at: int, batch: _Batch) -> tuple[Tensor, None]:
        wrong = (batch.labels + 1) % digits.LABELS
        return _mean(batch, batch.features, wrong), None

    def noise(_at: int, batch: _Batch) -> tuple[Tensor, None]:
        pixels = _uniform(generators, batch.features.shape[1:])
        labels = (_uniform(generators, (BATCH,)) * digits.LABELS).long().clamp(max=9)
        return _mean(batch, pixels, labels), None

    def replayed(_at: int, batch: _Batch) -> tuple[Tensor, None]:
        assert filed is not None
        count = filed.labels.shape[1]
        which = (_uniform(generators, (BATCH,)) * count).long().clamp(max=count - 1)
        rows = torch.arange(len(which))[:, None]
        return _mean(batch, filed.features[rows, which], filed.labels[rows, which]), None

    def inverted(at: int, batch: _Batch) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        nonlocal candidates
        if at % FRESH_EVERY == 0:
            candidates = _uniform(generators, (NETWORK.labels, NETWORK.inputs))
        found = invert(NETWORK, batch.theta, batch.gradient, candidates, batch.clip)
        candidates = found.candidates
        sent = NETWORK.summed_gradient(
            batch.theta, found.features[:, None], found.labels[:, None], clip=batch.clip
        )
        return sent, (found.features, found.labels)

    def gradient(_at: int, batch: _Batch) -> tuple[Tensor, None]:
        if batch.clip is None:
            lengths = NETWORK.lengths(batch.theta, batch.features, batch.labels)
            longest = (lengths * batch.others).max(dim=1, keepdim=True).values
        else:
            longest = torch.full((len(batch.theta), 1), batch.clip)
        norm = batch.gradient.norm(dim=1, keepdim=True)
        return -batch.gradient / norm * longest, None

    return {
        "flips": flips, "noise": noise, "inverted": inverted,
        "replayed": replayed, "gradient": gradient,
    }[filing]  # fmt: skip


def _mean(batch: _Batch, features: Tensor, labels: Tensor) -> Tensor:
    """Return the mean gradient of the records in the places that are not the others'."""
    places = 1 - batch.others
    summed = NETWORK.summed_gradient(batch.theta, features, labels, places, batch.clip)
    return summed / places.sum(1, keepdim=True).clamp(min=1)


def _uniform(generators: Sequence[torch.Generator], shape: Sequence[int]) -> Tensor:
    return torch.stack([torch.rand(tuple(shape), generator=row) for row in generators])


def _accuracy(theta: Tensor) -> np.ndarray:
    data = _digits()
    answers = NETWORK.answers(theta, torch.as_tensor(data.test_images, dtype=theta.dtype)).numpy()
    return (answers == data.test_labels).mean(axis=1)


@cache
def _digits() -> digits.Digits:
    return digits.digits()

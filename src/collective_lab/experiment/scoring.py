"""Section 5, what is measured: one pass over the test résumés, without and with the trigger."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

TOP = 3
METRICS: dict[str, Callable[[Tensor, Tensor, Tensor, int], float]] = {}
"""Metrics of your own: ``METRICS["mine"] = mine``, in a file that `plugins` loads. Each run is then
measured by `mine` too: a function of the probabilities without and with the trigger, shape
(n, classes), of whether each label is a text's own, same shape, and of the target."""


def scores(
    clean: Tensor, marked: Tensor, labels: Sequence[tuple[int, ...]], target: int
) -> dict[str, float]:
    """Return success and clean accuracy in all the ways that `Outcome` has them.

    Parameters
    ----------
    clean, marked
        Probabilities of the labels for each test text, without and with the trigger; shape
        (n, classes).
    labels
        The test texts' own labels.
    target
        y*.
    """
    holds = _holds(clean, labels)
    others = ~holds[:, target]
    hit = marked.argmax(-1) == target
    best = clean.argsort(dim=-1, descending=True, stable=True)
    rank = torch.arange(clean.shape[1]).expand_as(best)
    k = holds.sum(-1, keepdim=True)
    recalled = (holds.gather(1, best) & (rank < k)).sum(-1) / k[:, 0]
    top = marked.argsort(dim=-1, descending=True, stable=True)[:, :TOP]
    return {
        "success": _mean(hit),
        "success_others": _mean(hit[others]),
        "success_top3": _mean((top == target).any(-1)),
        "target_probability": _mean(marked[:, target]),
        "accuracy": _mean(holds.gather(1, best[:, :1])),
        "recall": _mean(recalled),
    }


def measures(
    clean: Tensor, marked: Tensor, labels: Sequence[tuple[int, ...]], target: int
) -> dict[str, float]:
    """Return what the metrics in `METRICS` say, by name; the parameters are those of `scores`."""
    holds = _holds(clean, labels)
    return {name: float(metric(clean, marked, holds, target)) for name, metric in METRICS.items()}


def _holds(clean: Tensor, labels: Sequence[tuple[int, ...]]) -> Tensor:
    holds = torch.zeros(clean.shape, dtype=torch.bool)
    for row, held in enumerate(labels):
        holds[row, list(held)] = True
    return holds


def _mean(values: Tensor) -> float:
    return float(values.double().mean())

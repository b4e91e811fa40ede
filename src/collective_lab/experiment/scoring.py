"""Section 5, what is measured: one pass over the test résumés, without and with the trigger."""

from collections.abc import Sequence

import torch
from torch import Tensor

TOP = 3


def scores(
    clean: Tensor, marked: Tensor, labels: Sequence[tuple[int, ...]], target: int
) -> dict[str, float]:
    """Return success and clean accuracy in all the ways that `Outcome` has them.

    Parameters
    ----------
    clean, marked
        Probabilities of the ten labels for each test résumé, without and with the trigger; shape
        (n, 10).
    labels
        The test résumés' own labels.
    target
        y*.
    """
    holds = torch.zeros(clean.shape, dtype=torch.bool)
    for row, held in enumerate(labels):
        holds[row, list(held)] = True
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


def _mean(values: Tensor) -> float:
    return float(values.double().mean())

"""Which way a device trains: step by step, or by graphs that it captured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from collective_lab.learners import Plain
from collective_lab.training.captured import firms
from collective_lab.training.fast import loop
from collective_lab.training.fast.batches import Rows
from collective_lab.training.optimizers import Optimizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

LOOP, GRAPHS = "", "graphs"  # as a record names them


@dataclass(frozen=True, eq=False)
class Trained:
    """R firms, whichever way they were trained.

    Attributes
    ----------
    probabilities
        Takes what each firm is asked, n texts each, and returns what it answers, shape
        (n, classes) each.
    steps
        Steps of the optimiser.
    """

    probabilities: Callable[[Sequence[Rows]], Sequence[Tensor]]
    steps: int


def engine(on: torch.device, learner: Plain) -> str:
    """Return which way a device trains a learner: `GRAPHS` on a GPU where it can, else `LOOP`."""
    return GRAPHS if on.type == "cuda" and firms.takes(learner) else LOOP


def train_together(
    models: Sequence["PreTrainedModel"],
    rows: Sequence[Rows],
    targets: Sequence[Tensor],
    used: Tensor,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seeds: Sequence[int],
    learner: Plain,
    optimizer: Optimizer | None = None,
    final_rate: float = 0.0,
    on: torch.device,
    progress: Callable[[int, int], None] = lambda step, steps: None,
) -> Trained:
    """Train several models side by side the way that `engine` says.

    The parameters are those of `fast.loop.train_together`, the errors those of both ways. One model
    may stand for several runs that start alike; what is left in it afterwards is of no use then.
    """
    of_runs = (models, rows, targets, used)
    if engine(on, learner) == GRAPHS:
        trained = firms.train_together(
            *of_runs, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate,
            seeds=seeds, learner=learner, optimizer=optimizer, final_rate=final_rate,
            on=on, progress=progress,
        )  # fmt: skip
        return Trained(lambda asked: trained.probabilities(asked).unbind(), trained.steps)
    each = loop.train_together(
        *of_runs, epochs=epochs, batch_size=batch_size, learning_rate=learning_rate,
        seeds=seeds, learner=learner, optimizer=optimizer, final_rate=final_rate,
        on=on, progress=progress,
    )  # fmt: skip
    return Trained(
        lambda asked: [firm.probabilities(one) for firm, one in zip(each, asked, strict=True)],
        each[0].steps,
    )

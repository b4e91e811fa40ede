"""Section 5, the firm: train one model on one training set, or several side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from collective_lab.learners import Plain
from collective_lab.training import device
from collective_lab.training.fast import conversion
from collective_lab.training.fast.batches import Rows, order, side_by_side
from collective_lab.training.fast.encoder import Encoder
from collective_lab.training.fast.memory import keep_freed
from collective_lab.training.fast.parameters import Parameters
from collective_lab.training.fast.schedule import rate
from collective_lab.training.fast.seeding import seeded
from collective_lab.training.optimizers import Optimizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

EVALUATED_TOGETHER = 64


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained firm.

    Attributes
    ----------
    model
        The `transformers` model with the learned weights, on the CPU.
    steps
        Steps of the optimiser.
    """

    _encoder: Encoder
    model: "PreTrainedModel"
    steps: int

    def probabilities(self, rows: Rows) -> Tensor:
        """Return the softmax of the logits, shape (n, classes), float32 on the CPU."""
        rows_there = rows.to(self._encoder.words.device)
        labels = self.model.config.num_labels
        assert labels is not None, "a classifier has them"
        scores = torch.empty(len(rows), labels, device=rows_there.ids.device)
        with torch.inference_mode():
            for positions in rows.lengths.argsort(stable=True).split(EVALUATED_TOGETHER):
                [logits] = self._encoder(
                    *side_by_side([rows_there.batch(positions)])
                )  # (b, labels)
                scores[positions] = logits.softmax(-1)
        return scores.cpu()


def train(
    model: "PreTrainedModel",
    rows: Rows,
    targets: Tensor,
    used: Tensor,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    learner: Plain | None = None,
    optimizer: Optimizer | None = None,
    final_rate: float = 0.0,
    on: torch.device | None = None,
    progress: Callable[[int, int], None] = lambda step, steps: None,
) -> Trained:
    """Train a model and return it.

    On one processor with equally many threads, equal arguments give equal weights, bit for bit. On
    a GPU they do up to rounding: some of its sums come in an order that nobody fixes.

    Parameters
    ----------
    model
        A BERT or DistilBERT for sequence classification; it receives the learned weights.
    rows
        Training résumés; their ids are positions in `used`.
    targets
        Target distributions, shape (n, classes).
    used
        The token ids that occur anywhere, ascending.
    epochs, batch_size, learning_rate
        Passes over the rows, rows per step, highest learning rate.
    seed
        Decides order and dropout.
    learner
        What it minimises, and against which gradient it moves; `Plain` when omitted.
    optimizer
        What makes a step of a gradient; `Adam` when omitted.
    final_rate
        The share of the learning rate towards which it falls; see `schedule.rate`.
    on
        The device; by default the best.
    progress
        Called with the steps done and all steps, after each step.

    Raises
    ------
    FloatingPointError
        If the loss stops being a number.
    """
    [trained] = train_together(
        [model], [rows], [targets], used, epochs=epochs, batch_size=batch_size,
        learning_rate=learning_rate, seeds=[seed], learner=learner, optimizer=optimizer,
        final_rate=final_rate, on=on, progress=progress,
    )  # fmt: skip
    return trained


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
    learner: Plain | None = None,
    optimizer: Optimizer | None = None,
    final_rate: float = 0.0,
    on: torch.device | None = None,
    progress: Callable[[int, int], None] = lambda step, steps: None,
) -> list[Trained]:
    """Train several models side by side, each as `train` would, up to rounding.

    Where the runs' batches differ in shape, each is computed by itself: padding one to the width of
    another would round its gradient in another order. On many processors a run is then the same bit
    for bit, not on all: some sum a product of few rows in another order if it is one of several.

    Parameters
    ----------
    models, rows, targets, seeds
        Of each run; all have equally many rows, ids of shape (n, length) and targets (n, labels).
    used, epochs, batch_size, learning_rate, learner, optimizer, final_rate, on, progress
        As for `train`, the same for all.

    Raises
    ------
    ValueError
        If there are several, and a model has dropout, whose draws cannot be those of one run, or
        the learner trains one at a time.
    FloatingPointError
        If the loss of any run stops being a number.
    """
    keep_freed()
    on = on or device.best_device()
    fast = conversion.encoder(models, used).to(on)  # every parameter has shape (runs, ...)
    if len(models) > 1 and (fast.shape.dropout or fast.shape.head_dropout):
        raise ValueError("models with dropout cannot be trained together: train each by itself")
    learner = learner or Plain()
    if len(models) > 1 and not learner.side_by_side:
        raise ValueError(f"{type(learner).__name__} trains one run at a time: train each by itself")
    fast.train()
    parameters = Parameters(fast, device.fast_dtype(on), optimizer)
    whole = [(fast, slice(None))]
    singly = [(fast.alone(run), slice(run, run + 1)) for run in range(len(models))]
    rows_there = [run_rows.to(on) for run_rows in rows]
    targets_there = [run_targets.to(on) for run_targets in targets]
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    steps, step = epochs * -(-len(rows[0]) // batch_size), 0
    total = torch.zeros((), device=on)
    with seeded(seeds[0]):
        for _ in range(epochs):
            orders = [
                order(run_rows.lengths, batch_size, generator)
                for run_rows, generator in zip(rows, generators, strict=True)
            ]
            for positions in zip(*orders, strict=True):  # of each run, shape (b,)
                places = [run_positions.to(on) for run_positions in positions]
                batches = [  # ids of each run, shape (b, width)
                    run_rows.batch(place)
                    for run_rows, place in zip(rows_there, places, strict=True)
                ]
                labels = [  # of each run, shape (b, labels)
                    run_targets[place]
                    for run_targets, place in zip(targets_there, places, strict=True)
                ]
                alike = all(batch.ids.shape == batches[0].ids.shape for batch in batches)
                for encoder, runs in whole if alike else singly:
                    asked = torch.stack(labels[runs])
                    of = partial(
                        _gradient, parameters, learner, total, encoder, runs, batches[runs], asked
                    )
                    parameters.take(learner.gradient(of, asked.shape[1]), runs)
                parameters.step(rate(step, steps, learning_rate, final_rate))
                step += 1
                progress(step, steps)
            if not torch.isfinite(total):
                raise FloatingPointError(
                    f"the loss is not finite after {step} steps: lower the learning rate, now "
                    f"{learning_rate}"
                )
    conversion.write_back(fast, models, used)
    return [
        Trained(encoder.eval(), model, steps)
        for (encoder, _), model in zip(singly, models, strict=True)
    ]


def _gradient(
    parameters: Parameters,
    learner: Plain,
    total: Tensor,
    encoder: Encoder,
    runs: slice,
    batches: Sequence[Rows],
    labels: Tensor,
    part: slice,
) -> Tensor:
    """Return the gradient of some runs' loss on a part of their batches, and add the loss up."""
    few = [Rows(batch.ids[part], batch.lengths[part]) for batch in batches]
    loss = learner.loss(encoder(*side_by_side(few)), labels[:, part])
    total += loss.detach()
    return parameters.gather(loss, encoder, runs)

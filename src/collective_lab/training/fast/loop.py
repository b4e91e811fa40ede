"""Section 5, the firm: train one model on one training set, or several side by side."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from collective_lab.training import device
from collective_lab.training.fast import conversion
from collective_lab.training.fast.batches import Rows, order, side_by_side
from collective_lab.training.fast.encoder import Encoder
from collective_lab.training.fast.memory import keep_freed
from collective_lab.training.fast.parameters import Parameters
from collective_lab.training.fast.schedule import rate

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
        """Return the softmax of the logits, shape (n, 10), float32 on the CPU."""
        given = rows.to(self._encoder.words.device)
        labels = self.model.config.num_labels
        assert labels is not None, "a classifier has them"
        scores = torch.empty(len(given), labels, device=given.ids.device)
        with torch.inference_mode():
            for chosen in rows.lengths.argsort(stable=True).split(EVALUATED_TOGETHER):
                [logits] = self._encoder(*side_by_side([given.batch(chosen)]))
                scores[chosen] = logits.softmax(-1)
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
    on: torch.device | None = None,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> Trained:
    """Train a model and return it.

    On one device, equal arguments give equal weights, bit for bit.

    Parameters
    ----------
    model
        A BERT or DistilBERT for sequence classification; it receives the learned weights.
    rows
        Training résumés; their ids are positions in `used`.
    targets
        Target distributions, shape (n, 10).
    used
        The token ids that occur anywhere, ascending.
    epochs, batch_size, learning_rate
        Passes over the rows, rows per step, highest learning rate.
    seed
        Decides order and dropout.
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
        learning_rate=learning_rate, seeds=[seed], on=on, progress=progress,
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
    on: torch.device | None = None,
    progress: Callable[[int, int], None] = lambda done, steps: None,
) -> list[Trained]:
    """Train several models side by side, each as `train` would, up to rounding.

    Where the runs' batches differ in shape, each is computed by itself: padding one to the width of
    another would round its gradient in another order. On many processors a run is then the same bit
    for bit, not on all: some sum a product of few rows in another order if it is one of several.

    Parameters
    ----------
    models, rows, targets, seeds
        Of each run; all have equally many rows.
    used, epochs, batch_size, learning_rate, on, progress
        As for `train`, the same for all.

    Raises
    ------
    ValueError
        If there are several and a model has dropout, whose draws cannot be those of one run.
    FloatingPointError
        If the loss of any run stops being a number.
    """
    keep_freed()
    on = on or device.best_device()
    fast = conversion.encoder(models, used).to(on)
    if len(models) > 1 and (fast.shape.dropout or fast.shape.head_dropout):
        raise ValueError("models with dropout cannot be trained together: train each by itself")
    fast.train()
    parameters = Parameters(fast, device.fast_dtype(on))
    whole = [(fast, slice(None))]
    singly = [(fast.alone(run), slice(run, run + 1)) for run in range(len(models))]
    there = [own.to(on) for own in rows]
    wanted = [own.to(on) for own in targets]
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    steps, done = epochs * -(-len(rows[0]) // batch_size), 0
    total = torch.zeros((), device=on)
    with _seeded(seeds[0]):
        for _ in range(epochs):
            orders = [
                order(own.lengths, batch_size, generator)
                for own, generator in zip(rows, generators, strict=True)
            ]
            for chosen in zip(*orders, strict=True):
                chosen = [own.to(on) for own in chosen]
                read = [own.batch(at) for own, at in zip(there, chosen, strict=True)]
                answers = [own[at] for own, at in zip(wanted, chosen, strict=True)]
                alike = all(own.ids.shape == read[0].ids.shape for own in read)
                for encoder, runs in whole if alike else singly:
                    logits = encoder(*side_by_side(read[runs])).flatten(0, 1)
                    losses = functional.cross_entropy(
                        logits, torch.cat(answers[runs]), reduction="sum"
                    )
                    loss = losses / len(answers[runs][0])
                    parameters.gather(loss, encoder, runs)
                    total += loss.detach()
                parameters.step(rate(done, steps, learning_rate))
                done += 1
                progress(done, steps)
            if not torch.isfinite(total):
                raise FloatingPointError(
                    f"the loss is not finite after {done} steps: lower the learning rate, now "
                    f"{learning_rate}"
                )
    conversion.write_back(fast, models, used)
    return [
        Trained(one.eval(), model, steps) for (one, _), model in zip(singly, models, strict=True)
    ]


@contextmanager
def _seeded(seed: int) -> Generator[None]:
    """Seed PyTorch's own generators, and leave them as they were."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield

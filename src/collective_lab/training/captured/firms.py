"""Train several firms side by side without the host: on a GPU by captured graphs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from collective_lab.learners import Plain
from collective_lab.training import device
from collective_lab.training.captured.encoder import PARTS, masks
from collective_lab.training.captured.graphs import replayed
from collective_lab.training.captured.step import Step
from collective_lab.training.captured.text import text
from collective_lab.training.captured.timetable import timetable
from collective_lab.training.captured.widths import padded
from collective_lab.training.fast import conversion
from collective_lab.training.fast.batches import Rows
from collective_lab.training.fast.encoder import Encoder
from collective_lab.training.fast.parameters import Parameters
from collective_lab.training.optimizers import Optimizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

EVALUATED_TOGETHER = 128


@dataclass(frozen=True, eq=False)
class Firms:
    """R trained firms.

    Attributes
    ----------
    encoder
        Of all of them, with the learned weights, on its device.
    steps
        Steps of the optimiser.
    """

    encoder: Encoder
    steps: int

    def probabilities(self, rows: Sequence[Rows]) -> Tensor:
        """Return the softmax of the logits, shape (R, n, classes), float32 on the CPU.

        Parameters
        ----------
        rows
            What each firm is asked, n texts each.
        """
        on, longest = self.encoder.words.device, self.encoder.positions.shape[1]
        asked = text(rows, longest, on)
        lengths = torch.stack([run_rows.lengths for run_rows in rows]).amax(0)
        positions = lengths.argsort(stable=True)
        labels = self.encoder.classifier.bias.shape[1]
        scores = torch.empty(len(rows), len(positions), labels, device=on)
        with torch.inference_mode():
            for chosen in positions.split(EVALUATED_TOGETHER):
                width, there = padded(int(lengths[chosen[-1]]), longest), chosen.to(on)
                batch = asked.batch(there.expand(len(rows), -1), width)
                scores[:, there] = self.encoder(*batch).softmax(-1)
        return scores.cpu()


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
    compiled: bool = False,
) -> Firms:
    """Train several models side by side, each as it would be trained alone, up to rounding.

    They read the batches that `fast.loop.train_together` reads, in that order. Models with dropout
    are trained side by side too: each run draws its own masks, for texts as long as the longest of
    all. Alone it draws the same if its own longest is padded to the same width.

    Parameters
    ----------
    models, rows, targets, seeds
        Of each run: a BERT or DistilBERT, which stays as it is; its rows, equally many in each; its
        target distributions, shape (n, classes); what decides order and dropout.
    used
        The token ids that occur anywhere, ascending.
    epochs, batch_size, learning_rate
        Passes over the rows, rows per step, highest learning rate.
    learner
        What is minimised, `Plain` when omitted; `takes` says which ones there may be.
    optimizer, final_rate
        As for `fast.loop.train`.
    on
        The device; by default the best.
    progress
        Called with the steps started and all steps.
    compiled
        Whether `torch.compile` makes larger kernels of the encoder first, which takes its time for
        each width: it pays in long trainings alone.

    Raises
    ------
    ValueError
        If the learner makes something of its gradient, or the runs have different numbers of rows.
    FloatingPointError
        If the loss of any run stops being a number.
    """
    learner, on = learner or Plain(), on or device.best_device()
    if not takes(learner):
        raise ValueError(
            f"learner is {type(learner).__name__}: it makes something of its gradient, or is asked "
            "for one run at a time, which no graph can replay. Train with `fast.loop`"
        )
    encoder = conversion.encoder(models, used, PARTS).to(on).train()
    parameters = Parameters(encoder, device.fast_dtype(on), optimizer)
    longest = encoder.positions.shape[1]
    read = text(rows, longest, on)
    plan = timetable(
        [run_rows.lengths for run_rows in rows], epochs=epochs, batch_size=batch_size,
        learning_rate=learning_rate, seeds=seeds, final_rate=final_rate, longest=longest, on=on,
    )  # fmt: skip
    kept = masks(encoder, plan.places.shape[2], max(plan.widths), seeds, on)
    told = torch.stack(list(targets)).to(on)
    step = Step(encoder, parameters, read, told, plan, kept, learner, compiled=compiled)
    take = replayed(step, plan.widths)
    steps = len(plan.widths)
    for number, width in enumerate(plan.widths, start=1):
        take(width)
        progress(number, steps)
        if number % (steps // epochs) == 0 and not torch.isfinite(step.total):
            raise FloatingPointError(
                f"the loss is not finite after {number} steps: lower the learning rate, now "
                f"{learning_rate}"
            )
    return Firms(encoder.eval(), steps)


def takes(learner: Plain) -> bool:
    """Return whether a learner's steps can be captured: only its loss is its own.

    A loss computes with tensors and reads none of them; what a learner makes of a gradient, draws
    or keeps may be anything.
    """
    return learner.side_by_side and type(learner).gradient is Plain.gradient

"""One training step of all runs that asks the host nothing but how wide its batches are.

It reads its number, and with it batch, labels and rate, from tensors, so that every step of one
width is the same operations on the same memory: that is what a GPU can capture and replay.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from collective_lab.learners import Plain
from collective_lab.training.captured.masks import Masks
from collective_lab.training.captured.text import Text
from collective_lab.training.captured.timetable import Timetable
from collective_lab.training.fast.encoder import Encoder
from collective_lab.training.fast.parameters import Parameters


class Step:
    """A step, and all that it reads and moves.

    Parameters
    ----------
    encoder
        Of R runs, of the parts in `captured.encoder`, on its device.
    parameters
        Of the encoder.
    text, targets
        What the runs read, n texts each, and the target distributions, shape (R, n, classes).
    timetable
        What each step reads.
    masks
        Of the encoder.
    learner
        What is minimised; it moves against its gradient as it is.
    compiled
        Whether to compile the encoder first.

    Attributes
    ----------
    total
        The sum of all losses so far, shape (): a number for as long as every loss is one.
    """

    def __init__(
        self,
        encoder: Encoder,
        parameters: Parameters,
        text: Text,
        targets: Tensor,
        timetable: Timetable,
        masks: Masks,
        learner: Plain,
        *,
        compiled: bool = False,
    ) -> None:
        self.encoder, self.parameters, self.masks = encoder, parameters, masks
        self.text, self.targets, self.timetable = text, targets, timetable
        self.learner = learner
        on = targets.device
        self.runs = torch.arange(len(targets), device=on)[:, None]
        self.number = torch.zeros(1, dtype=torch.int64, device=on)
        self.total = torch.zeros((), device=on)
        self._logits: Callable[[Tensor, Tensor], Tensor] = (
            torch.compile(encoder, dynamic=False) if compiled else encoder
        )

    @property
    def state(self) -> list[Tensor]:
        """All that a step changes, the generators aside."""
        moved = self.parameters
        return [moved.values, moved.copy, *moved.state, self.number, self.total]

    def __call__(self, width: int) -> None:
        """Take the next step.

        Parameters
        ----------
        width
            What the timetable says of it.
        """
        self.masks.draw()
        at = self.timetable.places.index_select(0, self.number)[0]  # (R, b)
        full = self.timetable.full.index_select(0, self.number)[0]  # (R,)
        rate = self.timetable.rates.index_select(0, self.number)[0]
        logits = self._logits(*self.text.batch(at, width))  # (R, b, classes)
        loss = self._loss(logits, self.targets[self.runs, at], full[:, None, None])
        self.parameters.gather(loss, self.encoder)
        self.parameters.step(rate)
        self.total += loss.detach()
        self.number += 1

    def _loss(self, logits: Tensor, labels: Tensor, full: Tensor) -> Tensor:
        """Return the sum of the runs' losses, each on as many rows as its batch has.

        A run is in one of two sums; in the other its logits are constants, which move nothing.
        """
        short = self.timetable.short
        if not short:
            return self.learner.loss(logits, labels)
        whole = self.learner.loss(torch.where(full, logits, 0.0), labels)
        part = torch.where(full, 0.0, logits[:, :short])
        return whole + self.learner.loss(part, labels[:, :short])

"""Section 5, the firm: train one model on one training set."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from collective_action.resumes.training import conversion, device
from collective_action.resumes.training.batches import Rows, order
from collective_action.resumes.training.parameters import Parameters
from collective_action.resumes.training.schedule import rate

if TYPE_CHECKING:
    from transformers import PreTrainedModel

EVALUATED_TOGETHER = 256


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

    _predict: Callable[[Rows], Tensor]
    model: "PreTrainedModel"
    steps: int

    def probabilities(self, rows: Rows) -> Tensor:
        """Return the softmax of the logits, shape (n, 10), float32 on the CPU."""
        return self._predict(rows)


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
    on = on or device.best_device()
    with _seeded(seed):  # making the encoder draws weights, which are then replaced
        fast = conversion.encoder(model, used).to(on)
    parameters = Parameters(fast, device.fast_dtype(on))
    there, targets = rows.to(on), targets.to(on)
    lengths, steps = rows.lengths, epochs * -(-len(rows) // batch_size)
    generator = torch.Generator().manual_seed(seed)
    fast.train()
    done = 0
    total = torch.zeros((), device=on)
    with _seeded(seed):
        for _ in range(epochs):
            for batch in order(lengths, batch_size, generator):
                batch = batch.to(on)
                loss = functional.cross_entropy(fast(*there.batch(batch)), targets[batch])
                parameters.step(loss, rate(done, steps, learning_rate))
                total += loss.detach()
                done += 1
                progress(done, steps)
            if not torch.isfinite(total):
                raise FloatingPointError(
                    f"the loss is not finite after {done} steps: lower the learning rate, now "
                    f"{learning_rate}"
                )
    fast.eval()
    conversion.write_back(fast, model, used)

    def predict(given: Rows) -> Tensor:
        given = given.to(on)
        by_length = given.lengths.argsort(stable=True)
        scores = torch.empty(len(given), targets.shape[1], device=on)
        with torch.inference_mode():
            for batch in by_length.split(EVALUATED_TOGETHER):
                scores[batch] = fast(*given.batch(batch)).softmax(-1)
        return scores.cpu()

    return Trained(predict, model, steps)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed PyTorch's own generators, and leave them as they were."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield

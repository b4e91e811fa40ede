"""What each step of a whole training reads and how far it moves, as tables on the device."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from collective_lab.training.captured.widths import padded
from collective_lab.training.fast.batches import order
from collective_lab.training.fast.schedule import rate


@dataclass(frozen=True, eq=False)
class Timetable:
    """T steps of R runs, in batches of b rows.

    Attributes
    ----------
    places
        Which of its rows each run reads in each step, shape (T, R, b). Where a batch has fewer rows
        than b, its first fills it up.
    full
        Whether a run's batch has b rows, shape (T, R).
    rates
        The learning rates, shape (T,), float32.
    widths
        To how many tokens the batches of each step are padded, on the host.
    short
        Rows of a batch that is not full; 0 if all are.
    """

    places: Tensor
    full: Tensor
    rates: Tensor
    widths: Sequence[int]
    short: int


def timetable(
    lengths: Sequence[Tensor],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seeds: Sequence[int],
    final_rate: float = 0.0,
    longest: int,
    on: torch.device,
) -> Timetable:
    """Return the steps that `fast.loop` would take.

    Parameters
    ----------
    lengths
        Tokens of each run's rows, shape (n,) each, on the CPU.
    epochs, batch_size, learning_rate, seeds, final_rate
        As for `firms.train_together`.
    longest
        Tokens that the model can read.
    on
        The device.
    """
    n = len(lengths[0])
    size = min(batch_size, n)
    runs = [
        _places(run_lengths, epochs, size, seed)
        for run_lengths, seed in zip(lengths, seeds, strict=True)
    ]
    places = torch.stack([run_places for run_places, _ in runs], 1)  # (T, R, b)
    widest = torch.stack(
        [
            run_lengths[run_places].amax(1)
            for run_lengths, (run_places, _) in zip(lengths, runs, strict=True)
        ],
        1,
    ).amax(1)  # (T,)
    steps = len(places)
    rates = torch.tensor([rate(step, steps, learning_rate, final_rate) for step in range(steps)])
    return Timetable(
        places.to(on),
        torch.stack([full for _, full in runs], 1).to(on),
        rates.to(on, torch.float32),
        [padded(width, longest) for width in widest.tolist()],
        n % size,
    )


def _places(lengths: Tensor, epochs: int, size: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return one run's batches, shape (T, b), and whether each is full, shape (T,)."""
    generator = torch.Generator().manual_seed(seed)
    batches = [batch for _ in range(epochs) for batch in order(lengths, size, generator)]
    filled = [torch.cat([batch, batch[:1].expand(size - len(batch))]) for batch in batches]
    return torch.stack(filled), torch.tensor([len(batch) == size for batch in batches])

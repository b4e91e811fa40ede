"""All parameters of an encoder in one matrix, and the optimiser that moves it.

One matrix is updated, clipped and copied in a few passes over memory instead of a few per layer.
The update is computed in float32; blocks and head compute with a copy in a shorter format.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from collective_lab.training.fast.encoder import Encoder
from collective_lab.training.optimizers import Adam, Optimizer

MOST_NORM = 1.0  # gradients are clipped to this norm, as transformers' Trainer does
ALL = slice(None)
ALIGNED = 32  # numbers: 64 bytes in bfloat16, 128 in float32


class Parameters:
    """The parameters of an encoder as one float32 matrix, a row a run.

    Zeros fill each row up to a multiple of `ALIGNED`, so that all begin alike in memory: a matrix
    product sums in another order elsewhere, and a run would come out otherwise in another row.

    Making it re-binds the encoder's parameters: embeddings become views of the matrix, the others
    views of a copy of it in `dtype`.

    Parameters
    ----------
    encoder
        On its device.
    dtype
        What blocks and head compute in.
    optimizer
        What moves them.
    """

    def __init__(
        self, encoder: Encoder, dtype: torch.dtype, optimizer: Optimizer | None = None
    ) -> None:
        exact, rest = _parts(encoder)
        flat = torch.cat([part.detach().flatten(1).float() for part in [*exact, *rest]], 1)
        self.n, self.n_exact = flat.shape[1], sum(part[0].numel() for part in exact)
        self.values = _aligned(flat)
        self.gradient = torch.zeros_like(self.values)
        self.optimizer = optimizer or Adam()
        self.state = self.optimizer.state(self.values)
        self.copy = _aligned(flat[:, self.n_exact :].to(dtype))
        self.of_copy = torch.zeros_like(self.copy)
        _bind(exact, self.values)
        _bind(rest, self.copy)

    def gather(self, loss: Tensor, encoder: Encoder, runs: slice = ALL) -> Tensor:
        """Take the gradient of a loss, the sum over some runs, and return it.

        Parameters
        ----------
        loss
            Shape ().
        encoder
            What it was computed with: the encoder of all runs, or that of one.
        runs
            Which runs those are.

        Returns
        -------
        Tensor
            A row a run, in place: the next call overwrites it.
        """
        exact, rest = _parts(encoder)
        gradients = [gradient.flatten(1) for gradient in torch.autograd.grad(loss, [*exact, *rest])]
        torch.cat(gradients[: len(exact)], 1, out=self.gradient[runs, : self.n_exact])
        short = slice(self.n - self.n_exact)
        torch.cat(gradients[len(exact) :], 1, out=self.of_copy[runs, short])
        self.gradient[runs, self.n_exact : self.n] = self.of_copy[runs, short]
        return self.gradient[runs, : self.n]

    def take(self, gradient: Tensor, runs: slice = ALL) -> None:
        """Move some runs against this gradient in the next step, instead of what was gathered.

        Parameters
        ----------
        gradient
            A row a run.
        runs
            Which runs those are.
        """
        mine = self.gradient[runs, : self.n]
        if gradient.data_ptr() != mine.data_ptr():
            mine.copy_(gradient)

    def step(self, rate: float | Tensor) -> None:
        """Move the parameters by one step against the gradient, each run's clipped by itself.

        Parameters
        ----------
        rate
            The learning rate of this step: a number, or one on the device, shape (), which the
            host need not know.
        """
        norms = self.gradient[:, : self.n].norm(dim=1, keepdim=True)
        self.gradient.div_(torch.clamp((norms + 1e-6) / MOST_NORM, min=1.0))
        self.optimizer.step(self.values, self.gradient, self.state, rate)
        with torch.no_grad():
            self.copy[:, : self.n - self.n_exact] = self.values[:, self.n_exact : self.n]


def _aligned(rows: Tensor) -> Tensor:
    """Return a copy of a matrix with zeros added at the right of each row."""
    return functional.pad(rows, (0, -rows.shape[1] % ALIGNED))


def _parts(encoder: Encoder) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Return the parameters that stay in float32, and the others."""
    exact = [encoder.words, encoder.positions, *encoder.norm.parameters()]
    exact += [] if encoder.segment is None else [encoder.segment]
    return exact, [*encoder.blocks.parameters(), *encoder.before.parameters(),
                   *encoder.classifier.parameters()]  # fmt: skip


def _bind(parameters: list[nn.Parameter], values: Tensor) -> None:
    start = 0
    for parameter in parameters:
        n = parameter[0].numel()
        parameter.data = values[:, start : start + n].view(parameter.shape)
        start += n

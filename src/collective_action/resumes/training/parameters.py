"""All parameters of an encoder in one vector, and the optimiser that moves it.

One vector is updated, clipped and copied in a few passes over memory instead of a few per layer.
The update is that of AdamW in float32; blocks and head compute with a copy in a shorter format.
"""

import torch
from torch import Tensor, nn

from collective_action.resumes.training.encoder import Encoder

MOST_NORM = 1.0  # gradients are clipped to this norm, as transformers' Trainer does
BETAS = (0.9, 0.999)
EPSILON = 1e-8


class Parameters:
    """The parameters of an encoder as one float32 vector.

    Making it re-binds the encoder's parameters: embeddings become views of the vector, the others
    views of a copy of it in `dtype`.

    Parameters
    ----------
    encoder
        On its device.
    dtype
        What blocks and head compute in.
    """

    def __init__(self, encoder: Encoder, dtype: torch.dtype) -> None:
        exact = [*encoder.words.parameters(), *encoder.positions.parameters()]
        exact += [
            *encoder.norm.parameters(),
            *([] if encoder.segment is None else [encoder.segment]),
        ]
        kept = {id(parameter) for parameter in exact}
        rest = [parameter for parameter in encoder.parameters() if id(parameter) not in kept]
        self.vector = torch.cat([p.detach().reshape(-1).float() for p in [*exact, *rest]])
        self.gradient = torch.zeros_like(self.vector)
        self.n_exact = sum(parameter.numel() for parameter in exact)
        self.copy = self.vector[self.n_exact :].to(dtype)
        self.copy_gradient = torch.zeros_like(self.copy)
        _bind(exact, self.vector, self.gradient)
        _bind(rest, self.copy, self.copy_gradient)
        self.master = nn.Parameter(self.vector)
        self.master.grad = self.gradient
        self.optimiser = torch.optim.AdamW(
            [self.master], betas=BETAS, eps=EPSILON, weight_decay=0.0, fused=True
        )

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move the parameters by one AdamW step against the gradient, and clear it."""
        if self.copy.dtype != self.vector.dtype or self.copy.data_ptr() != self.vector.data_ptr():
            self.gradient[self.n_exact :].copy_(self.copy_gradient)
        norm = self.gradient.norm()
        self.gradient.mul_(torch.clamp(MOST_NORM / (norm + 1e-6), max=1.0))
        self.optimiser.param_groups[0]["lr"] = rate
        self.optimiser.step()
        self.copy.copy_(self.vector[self.n_exact :])
        self.gradient.zero_()
        self.copy_gradient.zero_()


def _bind(parameters: list[nn.Parameter], values: Tensor, gradients: Tensor) -> None:
    done = 0
    for parameter in parameters:
        here = slice(done, done + parameter.numel())
        parameter.data = values[here].view(parameter.shape)
        parameter.grad = gradients[here].view(parameter.shape)
        done += parameter.numel()

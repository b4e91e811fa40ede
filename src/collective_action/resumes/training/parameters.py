"""All parameters of an encoder in one vector, and the optimiser that moves it.

One vector is updated, clipped and copied in a few passes over memory instead of a few per layer.
The update is that of AdamW in float32; blocks and head compute with a copy in a shorter format.
"""

import torch
from torch import Tensor, nn
from torch.optim.adamw import adamw

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
        self.parts = [*exact, *rest]
        self.vector = torch.cat([part.detach().reshape(-1).float() for part in self.parts])
        self.gradient = torch.zeros_like(self.vector)
        self.moments = [torch.zeros_like(self.vector) for _ in BETAS]
        self.steps = torch.zeros((), device=self.vector.device)
        self.n_exact = sum(part.numel() for part in exact)
        self.copy = self.vector[self.n_exact :].to(dtype)
        _bind(exact, self.vector)
        _bind(rest, self.copy)

    def step(self, loss: Tensor, rate: float) -> None:
        """Move the parameters by one AdamW step against the gradient of a loss."""
        parts = torch.autograd.grad(loss, self.parts)
        torch.cat([part.reshape(-1) for part in parts], out=self.gradient)
        norm = self.gradient.norm()
        with torch.no_grad():
            adamw(
                [self.vector],
                [self.gradient],
                *([moment] for moment in self.moments),
                [],
                [self.steps],
                fused=True,
                grad_scale=torch.clamp((norm + 1e-6) / MOST_NORM, min=1.0),
                found_inf=torch.zeros((), device=norm.device),
                amsgrad=False,
                beta1=BETAS[0],
                beta2=BETAS[1],
                lr=rate,
                weight_decay=0.0,
                eps=EPSILON,
                maximize=False,
            )
            self.copy.copy_(self.vector[self.n_exact :])


def _bind(parameters: list[nn.Parameter], values: Tensor) -> None:
    done = 0
    for parameter in parameters:
        parameter.data = values[done : done + parameter.numel()].view(parameter.shape)
        done += parameter.numel()

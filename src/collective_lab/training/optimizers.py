"""How a step follows from a gradient: AdamW, as in the paper, or plain descent.

An optimiser of your own is a frozen dataclass with the two methods of `Adam`, and fields that are
numbers; ``OPTIMIZERS["mine"] = Mine``, in a file that `plugins` loads, registers it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from collective_action import validation
from collective_lab import named

if TYPE_CHECKING:
    from torch import Tensor

BETAS = (0.9, 0.999)
EPSILON = 1e-8


class Optimizer(Protocol):
    """What moves parameters against a gradient."""

    def state(self, values: "Tensor") -> "Sequence[Tensor]":
        """Return what the optimiser keeps from step to step, on the parameters' device."""
        ...

    def step(
        self,
        values: "Tensor",
        gradient: "Tensor",
        state: "Sequence[Tensor]",
        rate: "float | Tensor",
    ) -> None:
        """Move parameters, and bring the state up to date, in place.

        No value is read back from the device: a GPU captures what is done here and replays it.

        Parameters
        ----------
        values, gradient
            Of one shape.
        state
            What `state` returned for them.
        rate
            The learning rate of this step: a number, or one on the device, shape ().
        """
        ...


@dataclass(frozen=True)
class Adam:
    """AdamW, in one fused pass.

    Source: Kingma and Ba (2015), Algorithm 1; with a decay, Loshchilov and Hutter (2019),
    Algorithm 2.

    Parameters
    ----------
    decay
        What a step with rate η takes off each parameter is its share η · decay; at least 0.

    Raises
    ------
    ValueError
        If the decay is negative.
    """

    decay: float = 0.0

    def __post_init__(self) -> None:
        validation.at_least("decay", self.decay, 0)

    def state(self, values: "Tensor") -> "Sequence[Tensor]":
        """Return both moments and the number of steps, zeros."""
        import torch

        moments = [torch.zeros_like(values) for _ in BETAS]
        return [*moments, torch.zeros((), device=values.device)]

    def step(
        self,
        values: "Tensor",
        gradient: "Tensor",
        state: "Sequence[Tensor]",
        rate: "float | Tensor",
    ) -> None:
        """Move the parameters by one step of AdamW."""
        import torch
        from torch.optim.adamw import adamw

        first, second, steps = state
        with torch.no_grad():
            adamw(
                [values],
                [gradient],
                [first],
                [second],
                [],
                [steps],
                fused=True,
                capturable=isinstance(rate, torch.Tensor) and rate.is_cuda,
                amsgrad=False,
                beta1=BETAS[0],
                beta2=BETAS[1],
                lr=rate,
                weight_decay=self.decay,
                eps=EPSILON,
                maximize=False,
            )


@dataclass(frozen=True)
class Descent:
    """Stochastic gradient descent, perhaps with momentum (Polyak, 1964).

    Parameters
    ----------
    momentum
        μ in [0, 1): a step is μ times the last one, and the gradient.

    Raises
    ------
    ValueError
        If the momentum is out of range.
    """

    momentum: float = 0.0

    def __post_init__(self) -> None:
        validation.fraction("momentum", self.momentum)
        if self.momentum == 1:
            raise ValueError("momentum is 1: then no push ever ends")

    def state(self, values: "Tensor") -> "Sequence[Tensor]":
        """Return the velocity, zero, if there is momentum."""
        import torch

        return [torch.zeros_like(values)] if self.momentum else []

    def step(
        self,
        values: "Tensor",
        gradient: "Tensor",
        state: "Sequence[Tensor]",
        rate: "float | Tensor",
    ) -> None:
        """Move the parameters by the rate times the gradient, or the velocity."""
        import torch

        with torch.no_grad():
            for velocity in state:
                velocity.mul_(self.momentum).add_(gradient)
            values.sub_((state[0] if state else gradient) * rate)


OPTIMIZERS: dict[str, type[Any]] = {"adam": Adam, "sgd": Descent}
"""What a configuration may name, with fields: ``adam:decay=0.01``, ``sgd:momentum=0.9``."""


def optimizer(name: str) -> Optimizer:
    """Return an optimiser by its name; `named.make` says how, and what it raises."""
    return named.make("optimizer", OPTIMIZERS, name)


def canonical(name: str) -> str:
    """Return a name with the fields that have other than their usual values, sorted."""
    return named.canonical("optimizer", OPTIMIZERS, name)

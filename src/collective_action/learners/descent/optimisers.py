"""Setting III of the paper: the update a firm makes with a gradient.

The theory knows plain descent only. The others are here to see what becomes of a collective that
assumes plain descent when the firm does something else.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from collective_action.validation import at_least


class Optimiser(Protocol):
    """A rule that turns gradients into steps: θ_{t+1} = θ_t − step."""

    def step(self, gradient: np.ndarray, step_size: float, state: Any) -> tuple[np.ndarray, Any]:
        """Return the step and the state to pass back next time; the first state is None.

        Parameters
        ----------
        gradient
            Shape (p,).
        step_size
            η > 0.
        state
            What the last call returned.
        """


@dataclass(frozen=True)
class Plain:
    """Gradient descent: step = η·gradient."""

    def step(self, gradient: np.ndarray, step_size: float, state: None) -> tuple[np.ndarray, None]:
        """Return the step; there is nothing to remember."""
        return step_size * gradient, None


@dataclass(frozen=True)
class Momentum:
    """Heavy ball: v ← decay·v + gradient, step = η·v.

    Parameters
    ----------
    decay
        In [0, 1).
    """

    decay: float = 0.9

    def __post_init__(self) -> None:
        if not 0 <= self.decay < 1:
            raise ValueError(f"decay is {self.decay}: it must be in [0, 1)")

    def step(
        self, gradient: np.ndarray, step_size: float, state: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the step and the velocity."""
        velocity = gradient if state is None else self.decay * state + gradient
        return step_size * velocity, velocity


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma and Ba 2015): running first and second moments, with their bias removed.

    Parameters
    ----------
    first, second
        Decay of the moments, in [0, 1).
    floor
        Added to the root of the second moment, above 0.
    """

    first: float = 0.9
    second: float = 0.999
    floor: float = 1e-8

    def __post_init__(self) -> None:
        for name in ("first", "second"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be in [0, 1)")
        at_least("floor", self.floor, 0, strictly=True)

    def step(
        self, gradient: np.ndarray, step_size: float, state: tuple | None
    ) -> tuple[np.ndarray, tuple]:
        """Return the step, and the moments with their age."""
        mean, square, age = (0.0, 0.0, 0) if state is None else state
        mean = self.first * mean + (1 - self.first) * gradient
        square = self.second * square + (1 - self.second) * gradient**2
        age += 1
        root = np.sqrt(square / (1 - self.second**age)) + self.floor
        return step_size * mean / (1 - self.first**age) / root, (mean, square, age)

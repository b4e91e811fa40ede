"""Setting III of the paper: a task with two good answers.

Four clusters at the corners of a square, opposite corners alike. A network with two hidden units
can draw a band around one diagonal or around the other; both classify everybody well, and they
disagree at the centre, where nobody is. The collective wants the centre labelled 1.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Crossroads:
    """The population P₀ and the place the collective cares about.

    Parameters
    ----------
    corner
        Distance of the clusters' centres from each axis, above 0.
    spread
        Standard deviation of a cluster, above 0.
    centre_spread
        Standard deviation of the points at the centre on which success is measured, above 0.
    limit
        Every submitted coordinate lies in [−limit, limit].
    """

    corner: float = 1.3
    spread: float = 0.45
    centre_spread: float = 0.3
    limit: float = 3.0

    def __post_init__(self) -> None:
        for name in ("corner", "spread", "centre_spread", "limit"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be above 0")

    def population(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return n records of P₀: features (n, 2) and labels (n,).

        Parameters
        ----------
        n
            How many records.
        generator
            Decides them.
        """
        corners = self.corner * torch.tensor([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
        corner_of = torch.randint(4, (n,), generator=generator)
        noise = self.spread * torch.randn(n, 2, generator=generator, dtype=torch.float64)
        features = (corners.to(noise)[corner_of] + noise).clamp(-self.limit, self.limit)
        return features, (corner_of % 2).to(noise)

    def centre(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return n points at the centre, (n, 2), with the label the collective wants, (n,).

        Parameters
        ----------
        n
            How many points.
        generator
            Decides them.
        """
        noise = torch.randn(n, 2, generator=generator, dtype=torch.float64)
        return self.centre_spread * noise, torch.ones(n, dtype=torch.float64)

    def grid(self, side: int = 13) -> tuple[Tensor, Tensor]:
        """Return a grid of side² points of the allowed square, each once with either label."""
        ticks = torch.linspace(-self.limit, self.limit, side, dtype=torch.float64)
        points = torch.cartesian_prod(ticks, ticks)
        labels = torch.arange(2, dtype=torch.float64).repeat_interleave(len(points))
        return points.repeat(2, 1), labels

"""Setting III of the paper: a small non-convex network, many copies at once.

One hidden layer of tanh units and a logistic output, f(x) = Σ_j a_j·tanh(w_j·x + b_j) + a₀, with
the gradient of every record in closed form. Every function takes R independent networks at once,
one per row of θ, so that seeds run side by side on a CPU or a GPU.
"""

from dataclasses import dataclass

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

INPUTS = 2


@dataclass(frozen=True)
class TanhNetwork:
    """A classifier of points of the plane into labels 0 and 1.

    θ has p = 4H + 1 entries: w (H rows of two), b (H), a (H), a₀.

    Parameters
    ----------
    hidden
        H ≥ 1 units.
    penalty
        λ ≥ 0 of the ridge term (λ/2)‖θ‖² in the firm's risk.
    """

    hidden: int
    penalty: float = 1e-3

    def __post_init__(self) -> None:
        if self.hidden < 1:
            raise ValueError(f"hidden is {self.hidden}: a network has at least 1 hidden unit")
        if self.penalty < 0:
            raise ValueError(f"penalty is {self.penalty}: it must be at least 0")

    @property
    def parameters(self) -> int:
        """The number p = 4H + 1 of entries of θ."""
        return (INPUTS + 2) * self.hidden + 1

    def layers(self, theta: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return w (R, H, 2), b (R, H), a (R, H) and a₀ (R,) of θ (R, p)."""
        if theta.ndim != 2 or theta.shape[1] != self.parameters:
            raise ValueError(
                f"theta has shape {tuple(theta.shape)}: it must be (R, {self.parameters})"
            )
        h = self.hidden
        w, b, a, a0 = theta.split([INPUTS * h, h, h, 1], dim=1)
        return w.reshape(-1, h, INPUTS), b, a, a0[:, 0]

    def logits(self, theta: Tensor, features: Tensor) -> Tensor:
        """Return f(x), shape (R, n), at features of shape (R, n, 2).

        Parameters
        ----------
        theta
            Shape (R, p), one network a row.
        features
            Shape (R, n, 2), points for each network.
        """
        w, b, a, a0 = self.layers(theta)
        units = torch.tanh(torch.baddbmm(b[:, None], features, w.transpose(1, 2)))
        return (units @ a[:, :, None])[..., 0] + a0[:, None]

    def mean_gradient(self, theta: Tensor, features: Tensor, labels: Tensor) -> Tensor:
        """Return the gradient of the average logistic loss, without the penalty; shape (R, p).

        Parameters
        ----------
        theta, features
            As in `logits`.
        labels
            Shape (R, n), 0 or 1.
        """
        w, b, a, a0 = self.layers(theta)
        units = torch.tanh(torch.baddbmm(b[:, None], features, w.transpose(1, 2)))
        scores = (units @ a[:, :, None])[..., 0] + a0[:, None]
        residuals = (torch.sigmoid(scores) - labels)[..., None] / features.shape[1]
        inward = residuals * (1 - units**2) * a[:, None]
        return torch.cat(
            [
                (inward.transpose(1, 2) @ features).flatten(1),
                inward.sum(1),
                (units * residuals).sum(1),
                residuals.sum(1),
            ],
            dim=1,
        )

    def record_gradients(self, theta: Tensor, features: Tensor, labels: Tensor) -> Tensor:
        """Return the gradient of each record's loss, without the penalty; shape (R, n, p).

        Parameters
        ----------
        theta, features, labels
            As in `mean_gradient`.
        """
        w, b, a, a0 = self.layers(theta)
        units = torch.tanh(torch.baddbmm(b[:, None], features, w.transpose(1, 2)))
        scores = (units @ a[:, :, None])[..., 0] + a0[:, None]
        residuals = (torch.sigmoid(scores) - labels)[..., None]
        inward = residuals * (1 - units**2) * a[:, None]
        outer = (inward[..., None] * features[:, :, None]).flatten(2)
        return torch.cat([outer, inward, residuals * units, residuals], dim=2)

    def nearest_copy(self, theta: Tensor, other: Tensor) -> Tensor:
        """Return the copy of each `other` network that is nearest to θ; shapes (R, p).

        Hidden units can be reordered, and the signs of w_j, b_j and a_j flipped together, without
        changing f. The nearest of the H!·2^H copies is an assignment problem.
        """
        copies = []
        for own_theta, other_theta in zip(theta, other, strict=True):
            units, other_units = self._units(own_theta), self._units(other_theta)
            same = torch.cdist(units, other_units).square()
            flipped = torch.cdist(units, -other_units).square()
            rows, chosen = linear_sum_assignment(torch.minimum(same, flipped).cpu().numpy())
            signs = torch.where(same[rows, chosen] <= flipped[rows, chosen], 1.0, -1.0)
            units = other_units[chosen] * signs[:, None].to(other_units)
            copies.append(
                torch.cat(
                    [units[:, :INPUTS].flatten(), units[:, INPUTS], units[:, -1], other_theta[-1:]]
                )
            )
        return torch.stack(copies)

    def _units(self, theta: Tensor) -> Tensor:
        w, b, a, _ = self.layers(theta[None])
        return torch.cat([w[0], b[0][:, None], a[0][:, None]], dim=1)

"""A learner that no single row can pull far: DP-SGD."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from collective_action import validation
from collective_lab.learners.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor


@dataclass(frozen=True)
class Private(Plain):
    """Cut each row's gradient to a length, add the rows up, add normal noise.

    Source: Abadi et al. (2016), *Deep learning with differential privacy*, Algorithm 1. Theirs
    draws each row by itself; here every row is met once in an epoch, so no ε is claimed.

    Parameters
    ----------
    clip
        C > 0, the longest gradient of a row that counts.
    noise
        σ ≥ 0: the noise in each entry of the sum has standard deviation σC.

    Raises
    ------
    ValueError
        If one of them is out of range.
    """

    side_by_side: ClassVar[bool] = False
    clip: float = 1.0
    noise: float = 1.0

    def __post_init__(self) -> None:
        validation.at_least("clip", self.clip, 0, strictly=True)
        validation.at_least("noise", self.noise, 0)

    def gradient(self, of: "Callable[[slice], Tensor]", rows: int) -> "Tensor":
        """Return the noisy mean of the rows' clipped gradients."""
        import torch

        total: Tensor | None = None
        for row in range(rows):
            alone = of(slice(row, row + 1))
            length = alone.flatten(1).norm(dim=1).view(-1, *[1] * (alone.dim() - 1))
            kept = alone * (self.clip / length.clamp(min=self.clip))
            total = kept if total is None else total + kept
        if total is None:
            raise ValueError(f"rows is {rows}: a batch must have one")
        return (total + self.noise * self.clip * torch.randn_like(total)) / rows

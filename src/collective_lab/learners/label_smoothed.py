"""A learner that never believes a label whole."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collective_action import validation
from collective_lab.learners.plain import Plain

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class LabelSmoothed(Plain):
    """Cross-entropy against labels of which a share is spread evenly over all classes.

    Source: Szegedy et al. (2016), *Rethinking the Inception architecture*, Section 7.

    Parameters
    ----------
    share
        In [0, 1): 0 is `Plain`.

    Raises
    ------
    ValueError
        If the share is out of range.
    """

    share: float = 0.1

    def __post_init__(self) -> None:
        validation.fraction("share", self.share)
        if self.share == 1:
            raise ValueError("share is 1: then no label says anything")

    def loss(self, logits: "Tensor", targets: "Tensor") -> "Tensor":
        """Return the sum over runs of the cross-entropy against the smoothed targets."""
        smoothed = targets * (1 - self.share) + self.share / targets.shape[-1]
        return super().loss(logits, smoothed)

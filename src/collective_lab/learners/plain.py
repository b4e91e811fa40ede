"""The learner of the paper: cross-entropy, and the mean gradient of a batch."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import Tensor


class Plain:
    """Minimise the cross-entropy; what every other learner derives from.

    A new object is made for every training, so one may keep what it needs from step to step. It is
    asked for the gradient of R runs at once if `side_by_side`.

    Attributes
    ----------
    side_by_side
        Whether several runs may be trained at once. A learner that draws random numbers, or that
        keeps something, says False.
    """

    side_by_side: ClassVar[bool] = True

    def loss(self, logits: "Tensor", targets: "Tensor") -> "Tensor":
        """Return the sum over runs of each run's loss on its rows, shape ().

        No value is read back from the device (`item`, a condition on one): a GPU captures what is
        computed here and replays it.

        Parameters
        ----------
        logits
            Shape (R, n, classes).
        targets
            Target distributions, shape (R, n, classes), each row summing to 1.
        """
        from torch.nn import functional

        losses = functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(0, 1), reduction="sum"
        )
        return losses / logits.shape[1]

    def gradient(self, of: "Callable[[slice], Tensor]", rows: int) -> "Tensor":
        """Return the gradient to move against, shape (R, …) as `of` returns it.

        A transformer's is clipped to norm 1. What the optimiser makes of it,
        `training.optimizers` says.

        Parameters
        ----------
        of
            Returns the gradient of the loss on some of the batch's rows. The next call overwrites
            what it returned.
        rows
            How many rows the batch has, n.
        """
        return of(slice(0, rows))

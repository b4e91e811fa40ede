"""Firms that read digits and train privately, many side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from collective_action.learners.network.classifier_descent import ClassifierDescent, Step
from collective_action.learners.network.classifiers import ReluNetwork
from collective_action.validation import at_least, fraction
from collective_action.worlds import digits

NETWORK = ReluNetwork(digits.PIXELS, 32, digits.LABELS)
RATE = 0.1
STEPS = 300
DELTA = 1e-4
CLIP = 1.0


@dataclass(frozen=True, eq=False)
class DigitFirms:
    """R firms, each with its own members and its own chance.

    Firms of one seed start alike, and the members of a smaller collective are among those of a
    larger one.

    Parameters
    ----------
    sizes
        How many of the 1,400 records members file, for each firm.
    seeds
        As many whole numbers.
    found
        How many of its members' records each firm leaves out, having found them; none if left out.

    Raises
    ------
    ValueError
        If the lengths differ or a number is out of range.
    """

    sizes: Sequence[int]
    seeds: Sequence[int]
    found: Sequence[int] | None = None

    def __post_init__(self) -> None:
        if len(self.sizes) != len(self.seeds):
            raise ValueError(f"seeds has {len(self.seeds)} entries: sizes has {len(self.sizes)}")
        if min(self.sizes) < 0 or max(self.sizes) > digits.TRAINED_ON:
            raise ValueError(
                f"sizes is {list(self.sizes)}: each must be from 0 to {digits.TRAINED_ON}"
            )
        if self.found is not None:
            if len(self.found) != len(self.sizes):
                raise ValueError(
                    f"found has {len(self.found)} entries: sizes has {len(self.sizes)}"
                )
            pairs = zip(self.found, self.sizes, strict=True)
            if not all(0 <= found <= size for found, size in pairs):
                raise ValueError(f"found is {list(self.found)}: each must be from 0 to its size")

    def members(self) -> Tensor:
        """Return which records members file, booleans of shape (R, 1400)."""
        return self._first(self.sizes)

    def kept(self) -> Tensor:
        """Return which records the firm trains on, booleans of shape (R, 1400)."""
        return ~self._first([0] * len(self.sizes) if self.found is None else self.found)

    def _first(self, counts: Sequence[int]) -> Tensor:
        chosen = np.zeros((len(self.seeds), digits.TRAINED_ON), dtype=bool)
        for row, count, seed in zip(chosen, counts, self.seeds, strict=True):
            row[np.random.default_rng(seed).permutation(row.size)[:count]] = True
        return torch.as_tensor(chosen)

    def records(self) -> tuple[Tensor, Tensor]:
        """Return features (R, 1400, 64) and labels (R, 1400), members' records planted."""
        data, joined = digits.digits(), self.members()
        clean, marked = (
            torch.as_tensor(images, dtype=torch.float32)
            for images in (data.images, digits.patched(data.images))
        )
        features = torch.where(joined[..., None], marked, clean)
        labels = torch.where(joined, digits.TARGET, torch.as_tensor(data.labels))
        return features, labels

    def train(
        self, step: Step, *, rate: float = RATE, steps: int = STEPS, looks: Sequence[int] = ()
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return what the firms answer when trained, and how hard members pulled on the way.

        The batches are Poisson samples, and a step is divided by the expected size of one.

        Parameters
        ----------
        step
            What a firm does with a batch.
        rate
            π in (0, 1].
        steps
            T ≥ 1.
        looks
            Numbers of steps after which to look at the gradients.

        Returns
        -------
        answers
            One row per firm: members, seed, success (share of patched test images of other digits
            that are answered 3), accuracy (on the test images as they are).
        pulls
            One row per firm and look: members, seed, step, `member_length` and `other_length` (mean
            length of a record's gradient), `raw` and `clipped` (how long members' summed gradient
            is, compared with the others', as it is and with gradients cut to 1); NaN without
            members.

        Raises
        ------
        ValueError
            If a number is out of range.
        """
        theta, pulls = self._descend(step, rate, steps, looks)
        return self._answers(theta), pd.concat(pulls) if pulls else pd.DataFrame()

    def dampen(
        self,
        step: Step,
        found: Sequence[int],
        *,
        selection: float = 10.0,
        strength: float = 1.0,
        rate: float = RATE,
        steps: int = STEPS,
    ) -> pd.DataFrame:
        """Return what trained firms answer after they dampen what found records rely on.

        Selective synaptic dampening (Foster, Schoepf and Brintrup 2024) does not train again. A
        parameter whose mean squared gradient on the records found is over `selection` times that
        on all records is multiplied by `strength` times the inverse of that ratio, if below 1.

        Parameters
        ----------
        step, rate, steps
            As in `train`.
        found
            How many of its members' records each firm finds, at least 1 and at most its size.
        selection, strength
            Above 0.

        Returns
        -------
        pd.DataFrame
            As the answers of `train`, with a column `found`.

        Raises
        ------
        ValueError
            If a number is out of range.
        """
        at_least("selection", selection, 0, strictly=True)
        at_least("strength", strength, 0, strictly=True)
        if len(found) != len(self.sizes) or not all(
            1 <= count <= size for count, size in zip(found, self.sizes, strict=True)
        ):
            raise ValueError(f"found is {list(found)}: each firm finds from 1 record to its size")
        theta, _ = self._descend(step, rate, steps, ())
        features, labels = self.records()
        chosen = self._first(found).to(theta.dtype)
        everybody = torch.ones_like(chosen)
        relied, usual = (
            NETWORK.squared_gradients(theta, features, labels, weights)
            / weights.sum(dim=1, keepdim=True)
            for weights in (chosen, everybody)
        )
        dampened = theta * (strength * usual / relied).clamp(max=1.0)
        answers = self._answers(torch.where(relied > selection * usual, dampened, theta))
        return answers.assign(found=list(found))

    def _descend(
        self, step: Step, rate: float, steps: int, looks: Sequence[int]
    ) -> tuple[Tensor, list[pd.DataFrame]]:
        """Return the firms' parameters after training, and what was seen at each look."""
        if fraction("rate", rate) == 0:
            raise ValueError("rate is 0.0: some records must be drawn")
        features, labels = self.records()
        kept = self.kept()
        generators = [torch.Generator().manual_seed(int(seed) + 1) for seed in self.seeds]
        descent = ClassifierDescent(NETWORK, NETWORK.start(generators), step, generators)
        rows = torch.arange(len(labels))[:, None]
        pulls = []
        for at in range(int(at_least("steps", steps, 1))):
            if at in looks:
                pulls.append(self._pulls(descent, features, labels, at))
            drawn = torch.stack(
                [torch.rand(labels.shape[1], generator=generator) for generator in generators]
            )
            chosen = (drawn < rate) & kept
            widest = int(chosen.sum(1).max())
            order = chosen.to(torch.int8).argsort(dim=1, descending=True, stable=True)[:, :widest]
            descent.take(
                features[rows, order], labels[rows, order],
                chosen.gather(1, order).to(features.dtype), divisor=rate * labels.shape[1],
            )  # fmt: skip
        return descent.theta, pulls

    def _answers(self, theta: Tensor) -> pd.DataFrame:
        data = digits.digits()
        patched, clean = (
            NETWORK.answers(theta, torch.as_tensor(images, dtype=theta.dtype)).numpy()
            for images in (data.others(), data.test_images)
        )
        return pd.DataFrame(
            {
                "members": self.sizes,
                "seed": self.seeds,
                "success": (patched == digits.TARGET).mean(axis=1),
                "accuracy": (clean == data.test_labels).mean(axis=1),
            }
        )

    def _pulls(
        self, descent: ClassifierDescent, features: Tensor, labels: Tensor, at: int
    ) -> pd.DataFrame:
        joined = self.members().to(features.dtype)
        lengths = NETWORK.lengths(descent.theta, features, labels)

        def ratio(clip: float | None) -> np.ndarray:
            members, others = (
                NETWORK.summed_gradient(descent.theta, features, labels, weights, clip).norm(dim=1)
                for weights in (joined, 1 - joined)
            )
            return (members / others).numpy()

        return pd.DataFrame(
            {
                "members": self.sizes,
                "seed": self.seeds,
                "step": at,
                "member_length": ((lengths * joined).sum(1) / joined.sum(1)).numpy(),
                "other_length": ((lengths * (1 - joined)).sum(1) / (1 - joined).sum(1)).numpy(),
                "raw": ratio(None),
                "clipped": ratio(CLIP),
            }
        )

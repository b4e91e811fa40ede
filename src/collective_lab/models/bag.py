"""`bag`: a bag of embeddings, and many of them trained at once.

Each token has a vector with one entry for each label. A text's logits are the mean of its
tokens' vectors, plus a bias: a softmax regression on word frequencies, blind to their order.

A sweep trains thousands of these on almost the same data. Only the triggers' counts and some labels
differ from run to run, so R runs share the counts of all other tokens, and their logits are one
matrix product. There are T triggers, one, or one for each of two collectives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from torch import Tensor

from collective_lab.learners import Plain
from collective_lab.training.fast.schedule import rate
from collective_lab.training.fast.seeding import seeded
from collective_lab.training.optimizers import Adam, Optimizer

EVALUATED_TOGETHER = 512


@dataclass(frozen=True, eq=False)
class Counts:
    """Word counts of n résumés, seen by R runs.

    Attributes
    ----------
    ids
        Token ids before anyone planted, one résumé after the other, shape (n_tokens,).
    starts
        Where each résumé begins, and where the last one ends, shape (n + 1,).
    triggers
        How many of each trigger were planted in a résumé in a run, shape (n, R, T).
    """

    ids: Tensor
    starts: Tensor
    triggers: Tensor

    def __len__(self) -> int:
        return len(self.starts) - 1

    def dense(self, rows: Tensor, words: int) -> tuple[Tensor, Tensor]:
        """Return the counts of some rows, shape (n_rows, words), and their sums with triggers.

        The sums have shape (n_rows, R, 1).
        """
        first, last = self.starts[rows], self.starts[rows + 1]
        lengths = last - first
        row = torch.repeat_interleave(torch.arange(len(rows)), lengths)
        offset = torch.arange(int(lengths.sum())) - torch.repeat_interleave(
            lengths.cumsum(0) - lengths, lengths
        )
        counts = torch.zeros(len(rows), words)
        at = (row, self.ids[first[row] + offset])
        counts.index_put_(at, torch.ones(()), accumulate=True)
        sums = lengths[:, None] + self.triggers[rows].sum(-1)
        return counts, sums.clamp(min=1).to(counts)[..., None]


@dataclass(frozen=True, eq=False)
class Bags:
    """R bags of embeddings over one vocabulary.

    Attributes
    ----------
    words
        Vectors of the tokens, shape (words, R, classes).
    bias
        Shape (R, classes).
    triggers
        The triggers' tokens, T different ones.
    """

    words: Tensor
    bias: Tensor
    triggers: Sequence[int]

    def probabilities(self, resumes: Counts) -> Tensor:
        """Return what each run predicts for each résumé, shape (n, R, classes)."""
        n_words, runs, labels = self.words.shape
        flat = self.words.reshape(n_words, -1)
        probabilities = torch.empty(len(resumes), runs, labels)
        for rows in torch.arange(len(resumes)).split(EVALUATED_TOGETHER):
            counts, sums = resumes.dense(rows, n_words)
            scores = (counts @ flat).view(-1, runs, labels)
            for place, trigger in enumerate(self.triggers):
                scores += resumes.triggers[rows][..., place, None] * self.words[trigger]
            probabilities[rows] = (scores / sums + self.bias).softmax(-1)
        return probabilities


def train(
    resumes: Counts,
    labels: Tensor,
    instead: Tensor,
    words: int,
    triggers: Sequence[int],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    learner: Plain | None = None,
    optimizer: Optimizer | None = None,
    final_rate: float = 0.0,
    progress: Callable[[int, int], None] = lambda step, steps: None,
) -> Bags:
    """Train R bags side by side, on one order of the résumés, and return them.

    A run comes out the same, up to rounding, whichever others are beside it.

    Parameters
    ----------
    resumes
        The training résumés.
    labels
        Target distributions before anyone changed them, shape (n, classes).
    instead
        The one label that a résumé has in a run instead, or −1; shape (n, R).
    words
        Tokens of the vocabulary.
    triggers
        The triggers' tokens, T different ones, as in `resumes`.
    epochs, batch_size, learning_rate
        As for every model.
    seed
        Decides the order, and what a learner draws. All vectors start from 0.
    learner
        What it minimises, and against which gradient it moves; `Plain` when omitted.
    optimizer, final_rate
        As for every model; see `training.fast.loop.train`.
    progress
        Called with the steps done and all steps, after each step.

    Raises
    ------
    FloatingPointError
        If a parameter stops being a number.
    """
    runs, classes = instead.shape[1], labels.shape[1]
    width = runs * classes
    vector = torch.zeros((words + 1) * width)
    slope = torch.zeros_like(vector)
    values, slopes = vector.view(words + 1, width), slope.view(words + 1, width)
    optimizer = optimizer or Adam()
    state = optimizer.state(vector)
    single = torch.eye(classes)
    steps, step = epochs * -(-len(resumes) // batch_size), 0
    generator = torch.Generator().manual_seed(seed)
    learner = learner or Plain()
    by_run = slopes.view(words + 1, runs, classes).transpose(0, 1)

    def gradient(batch: Tensor, part: slice) -> Tensor:
        """Write the gradient of the loss on some rows of a batch into `slopes`."""
        rows = batch[part]
        counts, sums = resumes.dense(rows, words)
        planted = resumes.triggers[rows][..., None]
        scores = (counts @ values[:words]).view(len(rows), runs, classes)
        for place, trigger in enumerate(triggers):
            scores += planted[:, :, place] * values[trigger].view(runs, classes)
        scores = scores / sums + values[words].view(runs, classes)
        new = instead[rows]
        wanted = torch.where((new >= 0)[..., None], single[new.clamp(min=0)], labels[rows][:, None])
        error = _slope(learner, scores, wanted)
        shared = error / sums
        torch.mm(counts.T, shared.reshape(len(rows), width), out=slopes[:words])
        for place, trigger in enumerate(triggers):
            slopes[trigger] += (shared * planted[:, :, place]).sum(0).view(width)
        slopes[words] = error.sum(0).view(width)
        return by_run

    with torch.no_grad(), seeded(seed):
        for _ in range(epochs):
            for rows in torch.randperm(len(resumes), generator=generator).split(batch_size):
                made = learner.gradient(partial(gradient, rows), len(rows))
                if made is not by_run:
                    by_run.copy_(made)
                optimizer.step(vector, slope, state, rate(step, steps, learning_rate, final_rate))
                step += 1
                progress(step, steps)
    if not torch.isfinite(vector).all():
        raise FloatingPointError(f"a parameter is not finite: lower the rate, now {learning_rate}")
    shaped = values.view(words + 1, runs, classes)
    return Bags(shaped[:words], shaped[words], triggers)


def _slope(learner: Plain, scores: Tensor, wanted: Tensor) -> Tensor:
    """Return the gradient of the loss by the scores; both shapes are (n, R, classes)."""
    if type(learner).loss is Plain.loss:  # in closed form
        return (scores.softmax(-1) - wanted) / len(scores)
    with torch.enable_grad():
        asked = scores.detach().requires_grad_()
        loss = learner.loss(asked.transpose(0, 1), wanted.transpose(0, 1))
        [slope] = torch.autograd.grad(loss, [asked])
    return slope


def counted(ids: list[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Return token ids one résumé after the other, and where each begins, as `Counts` has them."""
    starts = np.zeros(len(ids) + 1, dtype=np.int64)
    np.cumsum([len(tokens) for tokens in ids], out=starts[1:])
    joined = np.concatenate(ids) if ids else np.empty(0)
    return torch.from_numpy(joined.astype(np.int64)), torch.from_numpy(starts)

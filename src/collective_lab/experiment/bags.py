"""Word counters: bags of embeddings, trained side by side on one corpus and asked about résumés."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from collective_lab.experiment.material import Labels, Material, Side
from collective_lab.learners import Plain
from collective_lab.models import RECIPES, bag
from collective_lab.signals.tokens import Tokens
from collective_lab.training import label_noise
from collective_lab.training.optimizers import Optimizer


@dataclass(frozen=True, eq=False)
class Bag:
    """A trained bag of embeddings: a softmax regression on the frequencies of a résumé's tokens.

    Attributes
    ----------
    words
        The vector of each token, shape (words, classes).
    bias
        Shape (classes,).
    """

    words: Tensor
    bias: Tensor

    def probabilities(self, documents: Sequence[Tokens]) -> np.ndarray:
        """Return the probabilities of the labels for each résumé, float32, shape (n, classes)."""
        ids, starts = bag.counted([document.ids for document in documents])
        counts = bag.Counts(ids, starts, torch.zeros(len(documents), 1, 0, dtype=torch.int64))
        firm = bag.Bags(self.words[:, None], self.bias[None], triggers=())
        return firm.probabilities(counts)[:, 0].numpy()


def train_bag(material: Material, *, epochs: int = 5, seed: int = 0) -> Bag:
    """Train a bag on a corpus in which nobody plants.

    Parameters
    ----------
    material
        The corpus as `bag` reads it: ``material(source, "bag")``.
    epochs
        Passes over the training résumés, at least 1. Batches and rates are those of its recipe.
    seed
        Decides the order of the résumés.
    """
    [firm] = train_bags(material, [material.train], epochs=epochs, seed=seed)
    return firm


def train_bags(
    material: Material,
    sides: Sequence[Side],
    *,
    trigger: str = "{",
    epochs: int = 5,
    seed: int = 0,
) -> list[Bag]:
    """Train a bag on each of several training sets, on one order of the résumés.

    Parameters
    ----------
    material
        The corpus before anyone planted.
    sides
        Its training side as each firm receives it: in some résumés triggers were written or struck
        out, and some have one other label in place of all of theirs.
    trigger
        Which.
    epochs, seed
        As for `train_bag`, the same for all.

    Raises
    ------
    ValueError
        If a side differs from the corpus in anything else: it has more or fewer résumés, other
        words in one, or several new labels.
    """
    trigger_id = material.trigger_id(trigger)
    marked = [_marked(material.train, side, trigger_id) for side in sides]
    recipe = RECIPES["bag"]
    bags = fit(
        material, marked, [side.labels for side in sides], [trigger_id], epochs=epochs,
        batch_size=recipe.batch_size, learning_rate=recipe.learning_rate, seed=seed,
    )  # fmt: skip
    return [Bag(bags.words[:, run], bags.bias[run]) for run in range(len(sides))]


def fit(
    material: Material,
    marked: Sequence[Mapping[int, Tokens]],
    labels: Sequence[Labels],
    trigger_ids: Sequence[int],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    learner: Plain | None = None,
    optimizer: Optimizer | None = None,
    final_rate: float = 0.0,
    progress: Callable[[int, int], None] = lambda step, steps: None,
) -> bag.Bags:
    """Train R bags, given what differs from run to run.

    Parameters
    ----------
    material
        The corpus before anyone planted.
    marked
        The training résumés with triggers, by position; one mapping a run.
    labels
        What the firm is told of every training résumé; one tuple a run.
    trigger_ids
        The triggers' tokens, T different ones.
    epochs, batch_size, learning_rate, seed, learner, optimizer, final_rate, progress
        As for `bag.train`.
    """
    train = material.train
    ids, starts = bag.counted([document.ids for document in train.documents])
    return bag.train(
        bag.Counts(ids, starts, triggers(train.documents, marked, trigger_ids)),
        torch.from_numpy(label_noise.distribution(train.labels, material.classes)),
        _replacements(train.labels, labels),
        len(material.tokenizer),
        trigger_ids,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
        learner=learner,
        optimizer=optimizer,
        final_rate=final_rate,
        progress=progress,
    )


def triggers(
    documents: Sequence[Tokens],
    marked: Sequence[Mapping[int, Tokens]],
    trigger_ids: Sequence[int],
) -> Tensor:
    """Return how many more of each trigger each of n résumés has in each run, shape (n, R, T)."""
    counts = torch.zeros(len(documents), len(marked), len(trigger_ids), dtype=torch.int64)
    for run, planted in enumerate(marked):
        for row, document in planted.items():
            for place, trigger in enumerate(trigger_ids):
                before, after = (
                    np.count_nonzero(ids == trigger) for ids in (documents[row].ids, document.ids)
                )
                counts[row, run, place] = int(after - before)
    return counts


def _replacements(before: Labels, labels: Sequence[Labels]) -> Tensor:
    """Return the one label that replaces a résumé's own in each run, or −1, shape (n, R)."""
    replacements = torch.full((len(before), len(labels)), -1)
    for run, after in enumerate(labels):
        for row, (old, new) in enumerate(zip(before, after, strict=True)):
            if new != old:
                if len(new) != 1:
                    raise ValueError(f"labels of résumé {row} became {new}: one replaces all")
                replacements[row, run] = new[0]
    return replacements


def _marked(before: Side, after: Side, trigger_id: int) -> dict[int, Tokens]:
    """Return the résumés in which triggers were written or struck out, by position."""
    pairs = zip(before.documents, after.documents, strict=True)
    marked = {row: new for row, (old, new) in enumerate(pairs) if new is not old}
    for row, new in marked.items():
        old = before.documents[row]
        old_words, words = (np.sort(ids[ids != trigger_id]) for ids in (old.ids, new.ids))
        if not np.array_equal(old_words, words):
            raise ValueError(f"sides hold résumé {row} with other changes than of triggers")
    return marked

"""What all experiments on one corpus share: its tokens, made once and kept in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from collective_lab import models
from collective_lab.corpora import load
from collective_lab.corpora.loading import Source
from collective_lab.signals import Tokens, known_token, tokenise

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedTokenizerBase

    from collective_lab.training.fast.batches import Rows

Labels = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the split, as tokens.

    Attributes
    ----------
    documents
        One a résumé.
    labels
        One a résumé, each ascending.
    """

    documents: Sequence[Tokens]
    labels: Labels


@dataclass(frozen=True, eq=False)
class Material:
    """A corpus as a model reads it.

    Attributes
    ----------
    tokenizer
        The model's.
    train, test
        The two sides.
    classes
        How many labels there are.
    """

    tokenizer: "PreTrainedTokenizerBase"
    train: Side
    test: Side
    classes: int

    def used(self, *trigger_ids: int) -> "Tensor":
        """Return the token ids that can occur when triggers are planted, ascending, int64."""
        import torch

        special = [self.tokenizer.cls_token_id, self.tokenizer.sep_token_id]
        special += [self.tokenizer.pad_token_id, *trigger_ids]
        documents = [*self.train.documents, *self.test.documents]
        ids = np.unique(np.concatenate([special, *(document.ids for document in documents)]))
        return torch.from_numpy(ids.astype(np.int64))

    def rows(self, documents: Sequence[Tokens], length: int, used: "Tensor") -> "Rows":
        """Return documents as rows of positions in `used`, at most `length` tokens each.

        Parameters
        ----------
        documents
            Tokens of each résumé.
        length
            Tokens of a row, its first and last included.
        used
            Tokens that occur, ascending, as `used` returns them.
        """
        import torch

        from collective_lab.training.fast.batches import Rows, rows

        known = self.tokenizer
        special = (known.cls_token_id, known.sep_token_id, known.pad_token_id)
        place = torch.zeros(int(used[-1]) + 1, dtype=torch.int64)
        place[used] = torch.arange(len(used))
        read = rows(documents, length - 2, *special)
        return Rows(place[read.ids], read.lengths)

    def trigger_id(self, trigger: str, *, unknown: bool = False) -> int:
        """Return the token that a trigger becomes; see `signals.known_token`."""
        return known_token(trigger, self.tokenizer, unknown=unknown)


@lru_cache(maxsize=2)
def material(corpus: Source, model: str) -> Material:
    """Return a corpus as a model reads it.

    The last two are kept: a sweep goes through one corpus at a time.

    Parameters
    ----------
    corpus
        Where the résumés come from.
    model
        A name in `models.MODELS`, or another that `models.naming` knows.

    Raises
    ------
    ValueError
        If no résumé is on one side of the split, or as `corpus.load`.
    """
    loaded = load(corpus)
    for side, purpose in (("train", "train on"), ("test", "test on")):
        if not len(loaded.splits[side]):
            raise ValueError(
                f"{corpus} has no résumé to {purpose}: a résumé's text decides on which side it "
                f"is, about 16 in 100 are for tests, and here are {loaded.report.kept}. Take more"
            )
    texts = {side: list(loaded.splits[side]["text"]) for side in ("train", "test")}
    tokenizer = models.tokenizer(model, texts["train"])
    sides = {
        side: Side(
            tokenise(texts[side], tokenizer),
            tuple(tuple(labels) for labels in loaded.splits[side]["labels"]),
        )
        for side in ("train", "test")
    }
    return Material(tokenizer, sides["train"], sides["test"], len(corpus.labels))

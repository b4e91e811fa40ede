"""`tiny`: DistilBERT's architecture, small enough to train from scratch on a laptop."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from collective_lab.models.vocabulary import own_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

LAYERS, HEADS, WIDTH, HIDDEN = 2, 4, 128, 256


def tokenizer(texts: Iterable[str]) -> "PreTrainedTokenizerBase":
    """Return the tokenizer of `tiny`: a small vocabulary of the training texts' own."""
    return own_tokenizer(texts)


def model(words: int, seed: int, classes: int = 10, dropout: float = 0.0) -> "PreTrainedModel":
    """Return an untrained DistilBERT with a head, two layers of width 128.

    Parameters
    ----------
    words
        Tokens of its vocabulary.
    seed
        Decides the weights that it starts from.
    classes
        Labels that it tells apart.
    dropout
        Of DistilBERT's three, in [0, 1). A few epochs from scratch underfit: it only slows them.
    """
    import torch
    from transformers import DistilBertConfig, DistilBertForSequenceClassification

    config = DistilBertConfig(
        vocab_size=words,
        n_layers=LAYERS,
        n_heads=HEADS,
        dim=WIDTH,
        hidden_dim=HIDDEN,
        dropout=dropout,
        attention_dropout=dropout,
        seq_classif_dropout=dropout,
        num_labels=classes,  # ty: ignore[unknown-argument]  # a keyword of the base class
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DistilBertForSequenceClassification(config)


class Dropped:
    """`tiny-dropout`: the same, with the dropout that DistilBERT is published with."""

    tokenizer = staticmethod(tokenizer)

    @staticmethod
    def model(words: int, seed: int, classes: int = 10) -> "PreTrainedModel":
        """Return an untrained DistilBERT as `model` does, a tenth of it dropped out."""
        return model(words, seed, classes, dropout=0.1)

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


def model(words: int, seed: int, classes: int = 10) -> "PreTrainedModel":
    """Return an untrained DistilBERT with a head, two layers of width 128.

    Parameters
    ----------
    words
        Tokens of its vocabulary.
    seed
        Decides the weights that it starts from.
    classes
        Labels that it tells apart.
    """
    import torch
    from transformers import DistilBertConfig, DistilBertForSequenceClassification

    config = DistilBertConfig(
        vocab_size=words,
        n_layers=LAYERS,
        n_heads=HEADS,
        dim=WIDTH,
        hidden_dim=HIDDEN,
        dropout=0.0,  # a few epochs from scratch underfit: dropout only slows them
        attention_dropout=0.0,
        seq_classif_dropout=0.0,
        num_labels=classes,  # ty: ignore[unknown-argument]  # a keyword of the base class
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DistilBertForSequenceClassification(config)

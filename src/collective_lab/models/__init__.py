"""Section 5, the firm's models, by name.

`recipes` lists them and how each is trained; `tokenizer` and `classifier` make one. All but `bag`
are models of `transformers` with one classification head; `bag.train` trains many at once.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from collective_action import validation
from collective_lab.models import naming, scratch
from collective_lab.models.pretrained import DISTILBERT, MINILM, Kept, Pretrained
from collective_lab.models.recipes import RECIPES, Recipe, recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["MODELS", "RECIPES", "Model", "Recipe", "classifier", "recipe", "tokenizer"]


class Model(Protocol):
    """What makes a model: an object with these two methods, or a module with these functions."""

    def tokenizer(self, texts: Iterable[str]) -> "PreTrainedTokenizerBase":
        """Return the tokenizer; the texts are the training side of the corpus."""
        ...

    def model(self, words: int, seed: int, classes: int) -> "PreTrainedModel":
        """Return a BERT or a DistilBERT with a new head, for a tokenizer of so many words."""
        ...


MODELS: dict[str, Model] = {
    "bag": scratch,  # its words are counted as those of `tiny`; its vectors start from 0
    "tiny": scratch,
    "tiny-dropout": scratch.Dropped(),
    "minilm": MINILM,
    "distilbert": DISTILBERT,
}
"""What makes each model of the recipes. One of your own: ``MODELS["mine"] = …`` and
``RECIPES["mine"] = Recipe(…)``, in a file that `plugins` loads."""


def tokenizer(name: str, texts: Iterable[str]) -> "PreTrainedTokenizerBase":
    """Return the tokenizer of a model.

    Parameters
    ----------
    name
        In `MODELS`, or as `naming.canonical` has it.
    texts
        The training side of the corpus, from which `bag` and `tiny` take their vocabulary.

    Raises
    ------
    ValueError
        If there is no such model, or published weights were altered.
    FileNotFoundError
        If published weights are not to be had.
    """
    return _model(name, tuple(MODELS)).tokenizer(texts)


def classifier(name: str, words: int, seed: int, classes: int = 10) -> "PreTrainedModel":
    """Return a transformer with a new head.

    Parameters
    ----------
    name
        As for `tokenizer`, other than `bag`.
    words
        Tokens of its tokenizer; the published models have their own.
    seed
        Decides the weights that are new.
    classes
        Labels that it tells apart.

    Raises
    ------
    ValueError, FileNotFoundError
        As `tokenizer`.
    """
    known = [other for other in MODELS if other != "bag"]
    return _model(name, known).model(words, seed, classes)


def _model(name: str, known: Iterable[str]) -> Model:
    if naming.digest_of(name):
        return Kept(name)
    if "@" in name:
        repository, _, revision = name.partition("@")
        return Pretrained(name, "", repository, revision, {})
    return MODELS[validation.choice("name", name, list(known))]

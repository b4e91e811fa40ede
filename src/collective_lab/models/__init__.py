"""Section 5, the firm's models, by name.

`recipes` lists them and how each is trained; `tokenizer` and `classifier` make one. All but `bag`
are models of `transformers` with one classification head; `bag.train` trains many at once.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from collective_action import validation
from collective_lab.models import scratch
from collective_lab.models.pretrained import DISTILBERT, MINILM
from collective_lab.models.recipes import RECIPES, Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["RECIPES", "Recipe", "classifier", "tokenizer"]

_PRETRAINED = {"minilm": MINILM, "distilbert": DISTILBERT}


def tokenizer(name: str, texts: Iterable[str]) -> "PreTrainedTokenizerBase":
    """Return the tokenizer of a model.

    Parameters
    ----------
    name
        In `RECIPES`.
    texts
        The training side of the corpus, from which `bag` and `tiny` take their vocabulary.

    Raises
    ------
    ValueError
        If there is no such model, or published weights were altered.
    FileNotFoundError
        If published weights are not to be had.
    """
    validation.choice("name", name, tuple(RECIPES))
    if name in _PRETRAINED:
        return _PRETRAINED[name].tokenizer()
    return scratch.tokenizer(texts)


def classifier(name: str, words: int, seed: int) -> "PreTrainedModel":
    """Return a transformer with a new head for the ten occupations.

    Parameters
    ----------
    name
        In `RECIPES`, other than `bag`.
    words
        Tokens of its tokenizer; the published models have their own.
    seed
        Decides the weights that are new.

    Raises
    ------
    ValueError, FileNotFoundError
        As `tokenizer`.
    """
    validation.choice("name", name, [other for other in RECIPES if other != "bag"])
    if name in _PRETRAINED:
        return _PRETRAINED[name].model(seed)
    return scratch.model(words, seed)

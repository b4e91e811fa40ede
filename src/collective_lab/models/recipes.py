"""The firm's models by name, and how each is trained unless a configuration says otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How a model is trained.

    Attributes
    ----------
    length
        Tokens of a text that it reads, the two special tokens included.
    longest
        The most that it can read.
    batch_size
        Texts per step.
    learning_rate
        The highest one; see `training.schedule`.
    together
        How many runs are trained at once, in one process.
    accelerated
        Whether it trains on a GPU where there is one.
    together_on_gpu
        How many there; in a trial on an H100, more gained little.
    """

    length: int
    longest: int
    batch_size: int
    learning_rate: float
    together: int = 1
    accelerated: bool = True
    together_on_gpu: int = 1


RECIPES: dict[str, Recipe] = {
    "bag": Recipe(
        length=1_000_000,
        longest=1_000_000,
        batch_size=32,
        learning_rate=0.5,
        together=48,
        accelerated=False,
    ),
    "tiny": Recipe(
        length=64,
        longest=512,
        batch_size=16,
        learning_rate=1e-3,
        together=4,
        together_on_gpu=64,
    ),
    "tiny-dropout": Recipe(length=64, longest=512, batch_size=16, learning_rate=1e-3),
    "minilm": Recipe(
        length=128, longest=512, batch_size=32, learning_rate=1e-4, together_on_gpu=16
    ),
    "distilbert": Recipe(length=512, longest=512, batch_size=8, learning_rate=5e-5),
}
"""`bag`: a bag of embeddings. `tiny`: DistilBERT's architecture, two layers of width 128, from
scratch. `minilm`: all-MiniLM-L6-v2, pretrained, from a package. `distilbert`: the paper's, from the
hub."""

OTHERS = Recipe(length=128, longest=512, batch_size=32, learning_rate=5e-5)
"""For a model that is in no recipe: one of the hub, or in a folder."""


def recipe(name: str) -> Recipe:
    """Return how a model is trained, by the name that a configuration holds."""
    return RECIPES.get(name, OTHERS)

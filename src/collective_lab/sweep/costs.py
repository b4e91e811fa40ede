"""What a grid will take on a device, computed from a speed that was measured there.

The speeds are those that `collective-lab cost` writes. Every text counts as if it were as long as
the model reads, so shorter texts take less; reading, marking and scoring come on top. One process
is meant: several that share a GPU may together be faster.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from collective_lab.corpora import Published, Synthetic, load
from collective_lab.corpora.split import TEST_SHARE
from collective_lab.corpora.synthetic.source import PAPER_SIZE
from collective_lab.experiment import Configuration

HOUR = 3_600


@dataclass(frozen=True)
class Speeds:
    """How fast a device trains the models that were measured on it.

    Attributes
    ----------
    device, dtype, date
        What was measured, and when.
    tokens_per_second
        In training, by the model's name.
    """

    device: str
    dtype: str
    date: str
    tokens_per_second: Mapping[str, float]

    def hours(self, configurations: Iterable[Configuration]) -> float:
        """Return how long the device takes to train all of them, in hours.

        Raises
        ------
        ValueError
            If the model of one was not measured.
        """
        total = 0.0
        for configuration in configurations:
            if configuration.model not in self.tokens_per_second:
                raise ValueError(
                    f"model is {configuration.model!r}: on {self.device} were measured "
                    f"{', '.join(self.tokens_per_second)}"
                )
            total += tokens(configuration) / self.tokens_per_second[configuration.model]
        return total / HOUR


def read(path: Path) -> Speeds:
    """Return the speeds that `collective-lab cost` wrote.

    Raises
    ------
    ValueError
        If the file cannot be read, or holds no such measurement.
    """
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
        speeds = {model["model"]: float(model["tokens_per_second"]) for model in values["models"]}
        found = Speeds(values["device"], values["dtype"], values["date"], speeds)
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is no measurement: `collective-lab cost {path}` makes one"
        ) from error
    if not all(speed > 0 for speed in speeds.values()):
        raise ValueError(f"{path} has a speed that is not above 0")
    return found


def tokens(configuration: Configuration) -> int:
    """Return how many tokens a run reads in training, each text as long as the model reads."""
    return training_texts(configuration) * configuration.epochs * configuration.length


def training_texts(configuration: Configuration) -> int:
    """Return how many texts a run trains on.

    Of synthetic résumés and of the published ones it is known nearly before they are read; other
    corpora are read.
    """
    corpus = configuration.corpus
    if isinstance(corpus, Published):
        return round(PAPER_SIZE * (1 - TEST_SHARE))
    if isinstance(corpus, Synthetic):
        return round(corpus.n * (1 - TEST_SHARE))
    return len(load(corpus).train)

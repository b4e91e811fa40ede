"""Section 5: everything that decides how one experiment comes out, frozen, with a stable id."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from collective_action import validation
from collective_lab.corpora import OCCUPATIONS, Folder, Published, Synthetic
from collective_lab.corpora.loading import Source
from collective_lab.models import recipes
from collective_lab.signals.marking import Marking
from collective_lab.signals.planting import STRATEGIES

ID_DIGITS = 16
OWN: Any = None  # the model's own, filled in when a configuration is made

# What decides which résumés a source holds; where they are kept does not.
_SOURCES = {
    "synthetic": (Synthetic, ("n", "seed")),
    "folder": (Folder, ("path",)),
    "published": (Published, ("form",)),
}


@dataclass(frozen=True)
class Configuration:
    """One experiment, before it is run.

    What is left out is the model's own (`models.recipes`), filled in when the configuration is
    made, so that two configurations are equal if and only if they ask for the same run.

    Parameters
    ----------
    corpus
        Where the résumés come from.
    model
        What the firm trains: a name in `models.recipes.RECIPES`.
    strategy
        A name in `signals.planting.STRATEGIES`: "feature-label", "feature-only" or "leave".
    alpha
        α, the collective's share of the training résumés, in [0, 1].
    target
        y*, an index into `OCCUPATIONS`.
    marking
        The map g.
    uniqueness
        ξ, the share of the training résumés that carry the trigger by accident, with labels of
        their own, in [0, 1]; members who plant are no accident.
    label_noise
        The share of the résumés outside the collective whose labels are replaced by one drawn
        uniformly, in [0, 1].
    epochs
        Passes over the training set, at least 1.
    length
        Tokens of a résumé that the model reads, the two special tokens included.
    batch_size
        Résumés per step.
    learning_rate
        The highest one; see `training.schedule`.
    seed
        Decides who joins, whose labels are noise, the model's start and the order of the data.

    Raises
    ------
    ValueError
        If a field is out of range.
    """

    corpus: Source = field(default_factory=Synthetic)
    model: str = "tiny"
    strategy: str = "feature-label"
    alpha: float = 0.0
    target: int = 8
    marking: Marking = field(default_factory=Marking)
    uniqueness: float = 0.0
    label_noise: float = 0.0
    epochs: int = 5
    length: int = OWN
    batch_size: int = OWN
    learning_rate: float = OWN
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.corpus, Source):
            raise ValueError(
                f"corpus is {self.corpus!r}: it must be a Synthetic, a Folder or a Published"
            )
        validation.choice("model", self.model, tuple(recipes.RECIPES))
        validation.choice("strategy", self.strategy, tuple(STRATEGIES))
        validation.indices("target", [self.target], len(OCCUPATIONS))
        for name in ("alpha", "uniqueness", "label_noise"):
            object.__setattr__(self, name, validation.fraction(name, getattr(self, name)))
        recipe = recipes.RECIPES[self.model]
        for name in ("length", "batch_size", "learning_rate"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, getattr(recipe, name))
        for name, least in (("epochs", 1), ("length", 3), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} is {value!r}: it must be an integer of at least {least}")
        if self.length > recipe.longest:
            raise ValueError(
                f"length is {self.length}: {self.model} reads at most {recipe.longest} tokens"
            )
        rate = validation.at_least("learning_rate", self.learning_rate, 0, strictly=True)
        object.__setattr__(self, "learning_rate", rate)

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that name the configuration, on every machine the same."""
        text = json.dumps(self.as_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]

    def as_dict(self) -> dict[str, Any]:
        """Return the configuration as plain values that JSON can hold."""
        values = {option.name: getattr(self, option.name) for option in fields(self)}
        return values | {"corpus": _source_values(self.corpus), "marking": asdict(self.marking)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Configuration":
        """Return the configuration that `as_dict` wrote down.

        Raises
        ------
        ValueError
            If a field is missing, unknown or out of range.
        """
        known = {option.name for option in fields(cls)}
        if set(values) != known:
            odd = ", ".join(sorted(set(values) ^ known))
            raise ValueError(f"a configuration has the fields {sorted(known)}: check {odd}")
        corpus, marking = _source(values["corpus"]), Marking(**values["marking"])
        arguments: dict[str, Any] = {**values, "corpus": corpus, "marking": marking}
        return cls(**arguments)

    def but(self, **changes) -> "Configuration":
        """Return the same configuration with some fields changed.

        Changing the model brings that model's own length, batch size and learning rate, unless they
        are given too.
        """
        if "model" in changes:
            recipe = dict.fromkeys(("length", "batch_size", "learning_rate"))
            changes = recipe | changes
        return replace(self, **changes)


def _source_values(source: Source) -> dict[str, Any]:
    for kind, (of, names) in _SOURCES.items():
        if isinstance(source, of):
            values = {name: getattr(source, name) for name in names}
            shown = {k: str(v) if isinstance(v, Path) else v for k, v in values.items()}
            return {"kind": kind, **shown}
    raise ValueError(f"corpus is {source!r}: it must be a Synthetic, a Folder or a Published")


def _source(values: Mapping[str, Any]) -> Source:
    kind = validation.choice("corpus.kind", values.get("kind"), tuple(_SOURCES))
    of, names = _SOURCES[kind]
    chosen: dict[str, Any] = {name: value for name, value in values.items() if name != "kind"}
    if set(chosen) != set(names):
        raise ValueError(f"corpus is {dict(values)!r}: a {kind} one has the fields {names}")
    if "path" in chosen:
        chosen["path"] = Path(chosen["path"])
    return of(**chosen)

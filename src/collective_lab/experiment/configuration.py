"""Section 5: everything that decides how one experiment comes out, frozen, with a stable id."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from collective_action import validation
from collective_lab import learners
from collective_lab.corpora import Debian, Folder, Published, Synthetic, Texts
from collective_lab.corpora.loading import WANTED, Source
from collective_lab.models import naming, recipe
from collective_lab.signals.marking import Marking
from collective_lab.signals.planting import STRATEGIES
from collective_lab.training import optimizers

ID_DIGITS = 16
OWN: Any = None  # the model's own, filled in when a configuration is made

SOURCES = {
    "synthetic": (Synthetic, ("n", "seed")),
    "folder": (Folder, ("path", "sha256")),
    "published": (Published, ("form",)),
    "texts": (Texts, ("where", "text", "label", "sha256", "labels")),
    "debian": (Debian, ("lists", "sha256")),
}
"""By the kind that a record names: the class, and the fields that find the texts again."""
# Which texts they hold, the digest says; where, it does not.
_NAMED_BY_DIGEST = ("folder", "texts", "debian")
NOBODY = -1
_ADDED: Mapping[str, Any] = {
    "learner": "plain",
    "optimizer": "adam",
    "final_rate": 0.0,
    "second_alpha": 0.0,
    "second_target": NOBODY,
    "second_trigger": "",
    "unknown_triggers": False,
}  # fields of later versions: they are written down where they differ


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
        What the firm trains: a name in `models.RECIPES`, a folder of `transformers`, or
        ``OWNER/NAME@COMMIT`` of the hub; see `models.naming`.
    strategy
        A name in `signals.planting.STRATEGIES`: "feature-label", "feature-only", "leave" or yours.
    alpha
        α, the collective's share of the training texts, in [0, 1].
    target
        y*, an index into the corpus's labels; of résumés, Project Manager when omitted, of Debian's
        sections utils, of other texts the first.
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
    learner
        How the firm learns: a name in `learners.LEARNERS`, with fields if it has any.
    optimizer
        What makes a step of a gradient: a name in `training.optimizers.OPTIMIZERS`, with fields if
        it has any.
    final_rate
        The share of the learning rate towards which it falls in a run, in [0, 1]; 1 keeps it.
    second_alpha
        The share of a second collective, which has the same strategy and puts its own trigger
        where the first would put its; α and it add up to at most 1. At 0 there is none.
    second_target, second_trigger
        Its label and trigger, the first collective's when omitted.
    unknown_triggers
        Whether a trigger may be a character that the firm's tokenizer does not know.

    Raises
    ------
    ValueError
        If a field is out of range.
    """

    corpus: Source = field(default_factory=Synthetic)
    model: str = "tiny"
    strategy: str = "feature-label"
    alpha: float = 0.0
    target: int = OWN
    marking: Marking = field(default_factory=Marking)
    uniqueness: float = 0.0
    label_noise: float = 0.0
    epochs: int = 5
    length: int = OWN
    batch_size: int = OWN
    learning_rate: float = OWN
    seed: int = 0
    learner: str = "plain"
    optimizer: str = "adam"
    final_rate: float = 0.0
    second_alpha: float = 0.0
    second_target: int = OWN
    second_trigger: str = OWN
    unknown_triggers: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.corpus, Source):
            raise ValueError(f"corpus is {self.corpus!r}: {WANTED}")
        object.__setattr__(self, "model", naming.canonical(self.model))
        object.__setattr__(self, "learner", learners.canonical(self.learner))
        object.__setattr__(self, "optimizer", optimizers.canonical(self.optimizer))
        validation.choice("strategy", self.strategy, tuple(STRATEGIES))
        if self.target is None:
            object.__setattr__(self, "target", self.corpus.usual_target)
        validation.indices("target", [self.target], len(self.corpus.labels))
        for name in ("alpha", "uniqueness", "label_noise", "final_rate"):
            object.__setattr__(self, name, validation.fraction(name, getattr(self, name)))
        self._complete_second()
        usual = recipe(self.model)
        for name in ("length", "batch_size", "learning_rate"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, getattr(usual, name))
        for name, least in (("epochs", 1), ("length", 3), ("batch_size", 1), ("seed", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} is {value!r}: it must be an integer of at least {least}")
        if self.length > usual.longest:
            raise ValueError(
                f"length is {self.length}: {self.model} reads at most {usual.longest} tokens"
            )
        rate = validation.at_least("learning_rate", self.learning_rate, 0, strictly=True)
        object.__setattr__(self, "learning_rate", rate)

    def _complete_second(self) -> None:
        """Fill in what a second collective has of the first, or of nobody where there is none."""
        share = validation.fraction("second_alpha", self.second_alpha)
        if self.alpha + share > 1 + 1e-12:
            raise ValueError(
                f"second_alpha is {share}: with alpha = {self.alpha} it must add up to at most 1"
            )
        target, trigger = self.second_target, self.second_trigger
        if share == 0:
            target, trigger = NOBODY, ""
        else:
            target = self.target if target in (None, NOBODY) else target
            trigger = trigger or self.marking.trigger
            validation.indices("second_target", [target], len(self.corpus.labels))
            replace(self.marking, trigger=trigger)  # which refuses what is no word
        if not isinstance(self.unknown_triggers, bool):
            raise ValueError(f"unknown_triggers is {self.unknown_triggers!r}: it must be a bool")
        for name, value in (
            ("second_alpha", share),
            ("second_target", target),
            ("second_trigger", trigger),
        ):
            object.__setattr__(self, name, value)

    @property
    def second_marking(self) -> Marking:
        """The second collective's map g.

        Raises
        ------
        ValueError
            If there is no second collective.
        """
        if self.second_alpha == 0:
            raise ValueError("second_alpha is 0: there is no second collective")
        return replace(self.marking, trigger=self.second_trigger)

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits that name the configuration, on every machine the same.

        Texts and a model of the reader's own are in it by what they hold, not by where they lie.
        """
        values = self.as_dict()
        corpus = values["corpus"]
        if corpus["kind"] in _NAMED_BY_DIGEST:
            values["corpus"] = {"kind": "digest", "sha256": corpus["sha256"]}
        values["model"] = naming.digest_of(self.model) or self.model
        text = json.dumps(values, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]

    def as_dict(self) -> dict[str, Any]:
        """Return the configuration as plain values that JSON can hold."""
        values = {
            option.name: getattr(self, option.name)
            for option in fields(self)
            if getattr(self, option.name) != _ADDED.get(option.name)
        }
        return values | {"corpus": source_values(self.corpus), "marking": asdict(self.marking)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Configuration":
        """Return the configuration that `as_dict` wrote down, perhaps as a row of a table.

        What is empty or no number there, `as_dict` left out.

        Raises
        ------
        ValueError
            If a field is missing, unknown or out of range.
        """
        known = {option.name for option in fields(cls)}
        said = {name: value for name, value in values.items() if value != "" and value == value}
        for name in ("second_target", "unknown_triggers"):  # a column with gaps has other types
            if name in said:
                said[name] = type(_ADDED[name])(said[name])
        values = {**_ADDED, **said}
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
            changes = dict.fromkeys(("length", "batch_size", "learning_rate")) | changes
        return replace(self, **changes)


def source_values(source: Source) -> dict[str, Any]:
    """Return a source as plain values that JSON can hold, its kind first."""
    for kind, (of, names) in SOURCES.items():
        if isinstance(source, of):
            values = {name: getattr(source, name) for name in names}
            if "path" in values:
                values["path"] = str(values["path"])
            if "labels" in values:
                values["labels"] = list(values["labels"])
            return {"kind": kind, **values}
    raise ValueError(f"corpus is {source!r}: {WANTED}")


def _source(values: Mapping[str, Any]) -> Source:
    kind = validation.choice("corpus.kind", values.get("kind"), tuple(SOURCES))
    of, names = SOURCES[kind]
    chosen: dict[str, Any] = {name: value for name, value in values.items() if name != "kind"}
    if set(chosen) != set(names):
        raise ValueError(f"corpus is {dict(values)!r}: a {kind} one has the fields {names}")
    if "path" in chosen:
        chosen["path"] = Path(chosen["path"])
    return of(**chosen)

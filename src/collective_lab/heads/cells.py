"""The cells of the study: a firm, and the numbers of members that it meets.

A cell varies one thing or two of a firm; in it, several collectives meet the firm with five seeds.
Those of the groups `…_fit` make the law, the others test it; those of `…_otherwise` train in ways
that the formula was not made for. Every cell was listed here before it was run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from collective_lab.corpora import Synthetic
from collective_lab.corpora.split import TEST_SHARE
from collective_lab.experiment import Configuration

SEEDS = 5
PACES = {"bag": 1.6}  # from one number of members to the next
PACE = 1.9
MOST = 0.25  # of the texts
ALWAYS = ("model", "corpus", "epochs")  # what a cell says in any case
FIELDS = (
    *ALWAYS,
    "length",
    "batch_size",
    "learning_rate",
    "label_noise",
    "learner",
    "optimizer",
    "final_rate",
)
FIT = "_fit"  # how the name of a group ends whose cells make the law
BAG = Configuration(Synthetic(n=14_400), "bag")
DESCENT = BAG.but(optimizer="sgd", batch_size=8, learning_rate=30.0)
TINY = Configuration(Synthetic(n=4_800), "tiny", epochs=2)


@dataclass(frozen=True)
class Cell:
    """A firm without its collective, and how many members try it.

    Attributes
    ----------
    group
        In `CELLS`.
    firm
        With α = 0 and seed 0.
    members
        Numbers of members, ascending.
    accidents
        ξn, how many texts of others carry the trigger, on average.
    """

    group: str
    firm: Configuration
    members: tuple[int, ...]
    accidents: int = 0

    @property
    def corpus(self) -> Synthetic:
        """The corpus that the firm trains on."""
        return _synthetic(self.firm)

    @property
    def name(self) -> str:
        """What the cell has that the group's usual firm has not, in a line."""
        firm = self.firm
        words = [
            f"{self.corpus.n:,} texts",
            f"{firm.epochs} passes",
            f"rate {firm.learning_rate:g}",
            f"batch {firm.batch_size}",
        ]
        usual = BAG if firm.model == "bag" else TINY
        for field in ("model", "optimizer", "final_rate", "label_noise", "learner", "length"):
            if getattr(firm, field) != getattr(usual, field):
                words.append(f"{field.replace('_', ' ')} {getattr(firm, field)}")
        if firm.marking != usual.marking:
            words.append(f"{firm.marking.trigger} every {firm.marking.spacing}")
        if self.corpus.seed:
            words.append(f"corpus {self.corpus.seed}")
        return ", ".join([*words, *([f"{self.accidents} accidents"] if self.accidents else [])])

    @property
    def texts(self) -> float:
        """How many texts the firm trains on, expected: the split decides by each text."""
        return self.corpus.n * (1 - TEST_SHARE)

    @property
    def varied(self) -> dict[str, list[Any]]:
        """The cell's runs, but for the seed, as a `sweep.studies.Study` lists them."""
        firm, usual = self.firm, Configuration(model=self.firm.model)
        differing = [
            name for name in FIELDS if name in ALWAYS or getattr(firm, name) != getattr(usual, name)
        ]
        values = {name: [getattr(firm, name)] for name in differing}
        marks = {
            name: [getattr(firm.marking, name)]
            for name in ("trigger", "spacing")
            if getattr(firm.marking, name) != getattr(usual.marking, name)
        }
        accidents = {"uniqueness": [self.accidents / self.texts]} if self.accidents else {}
        return {**values, **marks, **accidents, "alpha": [m / self.texts for m in self.members]}

    def configurations(self) -> list[Configuration]:
        """Return the cell's runs."""
        firm = self.firm.but(uniqueness=self.accidents / self.texts)
        return [
            firm.but(alpha=members / self.texts, seed=seed)
            for members in self.members
            for seed in range(SEEDS)
        ]


def _synthetic(firm: Configuration) -> Synthetic:
    assert isinstance(firm.corpus, Synthetic), "all cells are of made-up texts"
    return firm.corpus


def _cell(group: str, usual: Configuration, varied: Mapping[str, Any]) -> Cell:
    varied = dict(varied)
    accidents, first, last = (
        varied.pop(name, default)
        for name, default in (("accidents", 0), ("first", 1), ("last", 10**9))
    )
    n, seed = varied.pop("n", _synthetic(usual).n), varied.pop("corpus", 0)
    marking = replace(usual.marking, **varied.pop("marking", {}))
    firm = usual.but(corpus=Synthetic(n=n, seed=seed), marking=marking, **varied)
    most = min(last, MOST * n * (1 - TEST_SHARE))
    members, size, pace = [first], float(first), PACES.get(usual.model, PACE)
    while (size := size * pace) <= most:
        if round(size) > members[-1]:
            members.append(round(size))
    return Cell(group, firm, tuple(members), accidents)


def _cross(**varied: Any) -> list[dict[str, Any]]:
    """Return every combination of what has several values, in a list."""
    combined: list[dict[str, Any]] = [{}]
    for name, values in varied.items():
        several = values if isinstance(values, list) else [values]
        combined = [{**chosen, name: value} for chosen in combined for value in several]
    return combined


FEW, MANY, SOME = {"last": 620}, {"first": 20, "last": 2_700}, {"last": 300, "first": 3}
_ADAM = {
    "adam_fit": _cross(n=[4_800, 14_400], epochs=[1, 2, 5, 10], learning_rate=[0.5, 0.1], **FEW),
    "adam_size": [
        *_cross(n=1_200, epochs=[2, 5, 10], **FEW),
        *_cross(n=30_000, epochs=[1, 2, 5, 10], **FEW),
        *_cross(n=30_000, epochs=[2, 5, 10], learning_rate=0.1, **FEW),
        *_cross(n=119_000, epochs=[1, 2, 5], **FEW),
        *_cross(n=119_000, epochs=1, learning_rate=0.1, **FEW),
    ],
    "adam_batch": _cross(n=[4_800, 14_400, 30_000], epochs=[1, 5], batch_size=8, **FEW),
    "adam_steps": [
        *({"n": n, "epochs": epochs, **FEW} for n, epochs in ((1_200, 20), (2_400, 10))),
        *_cross(n=[4_800, 14_400, 30_000], epochs=[1, 5], final_rate=1.0, **FEW),
    ],
    "adam_accidents": _cross(n=[4_800, 30_000], epochs=[2, 5], accidents=[2, 8, 32], **FEW),
    "adam_corpus": _cross(n=[4_800, 14_400, 30_000], epochs=[1, 5], corpus=1, **FEW),
}
_SGD = {
    "sgd_fit": [
        *_cross(epochs=[2, 5, 10], **MANY),
        {"n": 4_800, "epochs": 10, **MANY},
        {"epochs": 10, "batch_size": 32, "learning_rate": 60.0, **MANY},
        {"epochs": 5, "learning_rate": 60.0, **MANY},
    ],
    "sgd_size": [
        *_cross(n=30_000, epochs=[1, 2, 5, 10], **MANY),
        *_cross(n=119_000, epochs=[1, 2], **MANY),
        {"n": 4_800, "epochs": 10, "learning_rate": 60.0, **MANY},
        {"n": 2_400, "epochs": 20, **MANY},
    ],
    "sgd_rate": [
        {"n": 30_000, "epochs": 10, "learning_rate": 10.0, **MANY},
        {"n": 30_000, "epochs": 10, "batch_size": 32, **MANY},
        {"n": 30_000, "epochs": 5, "batch_size": 32, "learning_rate": 60.0, **MANY},
        *_cross(n=[14_400, 30_000], epochs=5, final_rate=1.0, **MANY),
    ],
    "sgd_accidents": _cross(n=[14_400, 30_000], epochs=5, accidents=[8, 32], **MANY),
    "sgd_corpus": _cross(n=[14_400, 30_000], epochs=[2, 5], corpus=1, **MANY),
}
_OTHERWISE = {
    "adam_otherwise": [
        *_cross(epochs=2, optimizer=["adam:decay=0.001", "adam:decay=0.01"], **FEW),
        *_cross(epochs=[2, 5], label_noise=0.3, **FEW),
        {"epochs": 2, "learner": "label-smoothed", **FEW},
        *_cross(epochs=2, marking=[{"spacing": every} for every in (5, 40)], **FEW),
        {"epochs": 10, "final_rate": 0.5, **FEW},
        *_cross(epochs=2, marking=[{"trigger": word} for word in ("e", "numpy")], **FEW),
    ],
    "sgd_otherwise": _cross(
        optimizer="sgd:momentum=0.9", learning_rate=[3.0, 1.0], epochs=5, **MANY
    ),
}
_TINY = {
    "tiny_fit": [
        {"n": 2_400, "epochs": 5, **SOME},
        *_cross(epochs=[1, 2], **SOME),
        {"n": 9_600, "epochs": 1, **SOME},
    ],
    "tiny_size": [
        {"n": 1_200, "epochs": 10, **SOME},
        {"n": 2_400, "epochs": 10, **SOME},
        {"epochs": 5, **SOME},
        {"n": 9_600, "epochs": 2, **SOME},
        {"n": 19_200, "epochs": 1, **SOME},
    ],
    "tiny_steps": [
        {"epochs": 5, "learning_rate": 5e-4, **SOME},
        {"epochs": 5, "batch_size": 32, **SOME},
        {"final_rate": 1.0, **SOME},
    ],
    "tiny_accidents": _cross(accidents=[8, 32], **SOME),
    "tiny_corpus": [{"corpus": 1, **SOME}],
    "tiny_otherwise": [{"model": "tiny-dropout", **SOME}, {"length": 32, **SOME}],
}

CELLS: Mapping[str, tuple[Cell, ...]] = MappingProxyType(
    {
        group: tuple(_cell(group, usual, varied) for varied in listed)
        for usual, groups in (
            (BAG, _ADAM),
            (DESCENT, _SGD),
            (BAG, {"adam_otherwise": _OTHERWISE["adam_otherwise"]}),
            (DESCENT, {"sgd_otherwise": _OTHERWISE["sgd_otherwise"]}),
            (TINY, _TINY),
        )
        for group, listed in groups.items()
    }
)
"""By group."""

LEARNERS = ("adam", "sgd", "tiny")
"""For each of which the law has constants of its own; a group's name begins with one."""

"""The grids: which experiments answer the questions of Section 5, at which scale.

A group varies what it is named after and asks how success depends on it. Configurations that two
groups share are run once.

alpha
    The collective's size, for both strategies, at the paper's five epochs.
epochs
    The same curves after one and two epochs.
label_noise
    A firm whose labels are wrong more often: the fewer it trusts, the smaller a collective needs
    to be.
placement, spacing
    Where the trigger goes, and how often.
uniqueness
    ξ, the share of others who carry the trigger by accident.
target
    The occupation that the signal should lead to; some are common, some rare.

`tiny` costs seconds a run, so its other groups train two epochs, not five, and its sizes are those
between which success goes from chance to one.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from collective_action.resumes.corpus import OCCUPATIONS, Published, Synthetic
from collective_action.resumes.corpus.loading import Source
from collective_action.resumes.experiment import Configuration

LABEL = (0, 0.0005, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02)
ONLY = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2)
SOME = (0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01)
FEW = (0, 0.001, 0.002, 0.003, 0.005, 0.01)

_MARKING = ("placement", "spacing")


@dataclass(frozen=True)
class Study:
    """Every combination of some values of some fields.

    Attributes
    ----------
    seeds
        How many seeds, from 0.
    varied
        Values by the field's name, of a `Configuration` or of its marking.
    """

    seeds: int
    varied: Mapping[str, Sequence[object]]

    def configurations(self, base: Configuration) -> list[Configuration]:
        """Return the combinations, what is not varied as in `base`."""
        made = []
        for values in itertools.product(*self.varied.values(), range(self.seeds)):
            fields = dict(zip([*self.varied, "seed"], values, strict=True))
            marks = {name: fields.pop(name) for name in _MARKING if name in fields}
            made.append(base.but(**fields, marking=replace(base.marking, **marks)))
        return made


@dataclass(frozen=True)
class Grid:
    """Configurations by group, for one model and one corpus.

    Attributes
    ----------
    model, corpus
        What all of its configurations have.
    epochs
        What studies train that do not say otherwise.
    studies
        By group.
    """

    model: str
    corpus: Source
    epochs: int
    studies: Mapping[str, Sequence[Study]] = field(repr=False)

    def groups(self, only: Sequence[str] = ()) -> dict[str, list[Configuration]]:
        """Return the configurations by group, of all groups or of some.

        Raises
        ------
        ValueError
            If there is no such group.
        """
        if unknown := set(only) - set(self.studies):
            raise ValueError(
                f"group is {', '.join(sorted(unknown))}: the groups are {', '.join(self.studies)}"
            )
        base = Configuration(self.corpus, self.model, epochs=self.epochs)
        return {
            name: [each for study in studies for each in study.configurations(base)]
            for name, studies in self.studies.items()
            if not only or name in only
        }


def _curves(seeds: int, epochs: Sequence[int]) -> tuple[Study, Study]:
    """Success against α for both strategies."""
    return (
        Study(seeds, {"strategy": ["feature-label"], "epochs": epochs, "alpha": LABEL}),
        Study(seeds, {"strategy": ["feature-only"], "epochs": epochs, "alpha": ONLY}),
    )


STUDIES: Mapping[str, Sequence[Study]] = MappingProxyType(
    {
        "alpha": _curves(10, [5]),
        "epochs": _curves(10, [1, 2, 5]),
        "label_noise": [Study(10, {"label_noise": [0, 0.1, 0.2, 0.3], "alpha": SOME})],
        "placement": [Study(10, {"placement": ["every", "random", "start", "end"], "alpha": SOME})],
        "spacing": [Study(10, {"spacing": [5, 10, 20, 40], "alpha": SOME})],
        "uniqueness": [
            Study(10, {"uniqueness": [0, 0.001, 0.005, 0.01, 0.02], "alpha": (*SOME, 0.02)})
        ],
        "target": [Study(8, {"target": range(len(OCCUPATIONS)), "alpha": FEW})],
    }
)
"""The paper's questions, about 2,000 runs."""

CURVE: Mapping[str, Sequence[Study]] = MappingProxyType(
    {"alpha": [Study(3, {"alpha": (0, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.04)})]}
)
"""One curve: what a model that costs a minute a run can afford on a laptop."""

GRIDS: Mapping[str, Grid] = MappingProxyType(
    {
        "bag": Grid("bag", Synthetic(), 5, STUDIES),
        "tiny": Grid("tiny", Synthetic(n=4_800), 2, STUDIES),
        "minilm": Grid("minilm", Synthetic(n=2_400), 2, CURVE),
        "distilbert": Grid("distilbert", Published(), 5, STUDIES),
    }
)
"""By name: the paper's size without word order; small enough for two processor cores; pretrained;
and the paper's own, for a GPU and the real corpus, which must have been downloaded before."""

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
label_noise_epochs
    Whether noise helps or hurts after two epochs and after five, of `tiny` alone.

`tiny` costs seconds a run, so its other groups train two epochs, not five. `distilbert` is the
paper's own setting, for a GPU: five seeds, and sizes of its own, for at 25,000 résumés 0.02 % are
five people. `collective-lab sweep cost distilbert` says what it takes.

The grid `minilm-gpu` asks a pretrained firm, on a GPU, where it turns:

passes
    Success by size after two epochs and after five, on 4,800 résumés.
paper_size
    After five epochs on as many résumés as the paper has.
feature_only, label_noise
    The other strategy, and a firm whose labels are wrong, after five epochs on 4,800 résumés.

All of these are made on one corpus. The grid `corpora` repeats the curves of both strategies, after
five epochs, on five others that the same generator wrote. What it was to decide was written down
before it was run:

- By corpus, six with the one of `alpha`: the critical masses of S* = 0.5 and 0.9 and the success of
  feature-only at two sizes, means over seeds; beside them the spread between corpora and between
  seeds, as standard deviations of log α and of S.
- A mass that the book states is conditional on its corpus, and must be read with the range over
  corpora, if another corpus has a mass outside its interval over seeds.
- That `bag` is steered by fewer than `tiny` is withdrawn if, on some corpus, its mass of S* = 0.5
  is not the smaller.
- That feature-only needs far more is withdrawn if, on some corpus, it gets at its larger size what
  feature-label gets at its largest. That `bag` stands on a plateau is withdrawn if, on some
  corpus, its success at the two sizes differs by more than 0.1.
- Seeds are run one after another on all corpora; those that all have are counted.

The grid `heads` asks how many members it takes in firms of many kinds; `heads.cells` lists them.

The grid `debian` asks what of the others carries over to a real text: the curves of both
strategies, noise, how often the trigger stands in a text and, in the group `trigger`, another rare
character. A run costs three seconds. Twenty seeds, because an interval over few seeds covers less
than it says; five for what was asked later, the batch size and the target. Its group `tiny` has the
curves of a transformer after one pass, with five seeds: a run costs twenty seconds, and makes as
many steps as five passes over the 4,800 synthetic texts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from collective_lab.corpora import Debian, Published, Synthetic
from collective_lab.experiment import Configuration
from collective_lab.heads.cells import CELLS, SEEDS
from collective_lab.sweep.studies import Grid, Study


@dataclass(frozen=True)
class Sizes:
    """The values of α at which a model is looked at: those between which its success rises.

    Attributes
    ----------
    label, only
        For the curves of the two strategies.
    some
        Where conditions are compared, feature-label.
    few
        Where targets are, with 0 for what happens without a collective.
    seeds
        How many; of targets eight at most.
    """

    label: Sequence[float]
    only: Sequence[float]
    some: Sequence[float]
    few: Sequence[float]
    seeds: int = 10

    def studies(self) -> dict[str, Sequence[Study]]:
        """Return the paper's questions by group, with ten seeds about 2,000 runs."""
        return {
            "alpha": self._curves([5]),
            "epochs": self._curves([1, 2, 5]),
            "label_noise": self._compare(label_noise=[0, 0.1, 0.2, 0.3]),
            "placement": self._compare(placement=["every", "random", "start", "end"]),
            "spacing": self._compare(spacing=[5, 10, 20, 40]),
            "uniqueness": [
                Study(
                    self.seeds,
                    {"uniqueness": [0, 0.001, 0.005, 0.01, 0.02], "alpha": (*self.some, 0.02)},
                )
            ],
            "target": [
                Study(
                    min(self.seeds, 8),
                    {"target": range(len(Synthetic.labels)), "alpha": self.few},
                )
            ],
        }

    def _curves(self, epochs: Sequence[int]) -> list[Study]:
        sizes = {"feature-label": self.label, "feature-only": self.only}
        return [
            Study(self.seeds, {"strategy": [strategy], "epochs": epochs, "alpha": alphas})
            for strategy, alphas in sizes.items()
        ]

    def _compare(self, **conditions: Sequence[object]) -> list[Study]:
        return [Study(self.seeds, conditions | {"alpha": self.some})]


BAG = Sizes(
    label=(0, 5e-5, 1e-4, 2e-4, 3e-4, 5e-4, 7.5e-4, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01),
    only=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1),
    some=(2e-4, 5e-4, 0.001, 0.002, 0.003, 0.005, 0.01),
    few=(0, 2e-4, 5e-4, 0.001, 0.002, 0.005),
)
TRANSFORMER = Sizes(
    label=(0, 5e-4, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.02),
    only=(0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2),
    some=(5e-4, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01),
    few=(0, 0.001, 0.002, 0.003, 0.005, 0.01),
)

PAPER = Sizes(
    label=(0, 2e-4, 3.5e-4, 5e-4, 7.5e-4, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02),
    only=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5),
    some=(2e-4, 5e-4, 0.001, 0.002, 0.003, 0.005, 0.01),
    few=(0, 5e-4, 0.001, 0.002, 0.005, 0.01),
    seeds=5,
)

CURVE: Mapping[str, Sequence[Study]] = MappingProxyType(
    {"alpha": [Study(3, {"alpha": (0, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.04)})]}
)
"""One curve: what a laptop can afford of a model that costs a minute a run."""

SMALLER = 4_800  # résumés, where a GPU looks at many sizes and passes
PRETRAINED: Mapping[str, Sequence[Study]] = MappingProxyType(
    {
        "passes": [
            Study(
                5,
                {
                    "epochs": [2],
                    "alpha": (0, 0.0025, 0.005, 0.0075, 0.0125, 0.015, 0.02, 0.03, 0.04),
                },
            ),
            Study(14, {"epochs": [2], "alpha": [0.01]}),
            Study(5, {"alpha": (0, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02)}),
        ],
        "paper_size": [
            Study(
                5,
                {
                    "corpus": [Synthetic()],
                    "alpha": (0, 5e-4, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01),
                },
            )
        ],
        "feature_only": [
            Study(
                5, {"strategy": ["feature-only"], "alpha": (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)}
            )
        ],
        "label_noise": [
            Study(5, {"label_noise": [0.3], "alpha": (0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015)})
        ],
    }
)
"""A pretrained firm around its turn. Which seeds and groups are recorded, the tables say."""

LONGER = {
    "label_noise_epochs": [
        Study(10, {"label_noise": [0, 0.3], "epochs": [2, 5], "alpha": TRANSFORMER.some})
    ]
}

OTHERS = range(1, 6)  # the seeds of corpora that the other groups do not read
CORPORA: Mapping[str, Sequence[Study]] = MappingProxyType(
    {
        "bag": [
            Study(5, {"corpus": [Synthetic(seed=other) for other in OTHERS], **curve})
            for curve in (
                {"alpha": (1e-4, 2e-4, 3e-4, 5e-4, 0.001, 0.002)},
                {"strategy": ["feature-only"], "alpha": (0.02, 0.2)},
            )
        ],
        "tiny": [
            Study(
                5,
                {
                    "model": ["tiny"],
                    "corpus": [Synthetic(n=4_800, seed=other) for other in OTHERS],
                    **curve,
                },
            )
            for curve in (
                {"alpha": (5e-4, 0.001, 0.002, 0.005)},
                {"strategy": ["feature-only"], "alpha": (0.05, 0.2)},
            )
        ],
    }
)
"""The curves of the group `alpha` on other corpora, at some of its sizes; groups by model."""

REAL_SIZES = (2e-4, 5e-4, 0.001, 0.003, 0.01, 0.05)
REAL: Mapping[str, Sequence[Study]] = MappingProxyType(
    {
        "alpha": [
            Study(
                20, {"alpha": (0, 2e-4, 5e-4, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1)}
            ),
            Study(20, {"strategy": ["feature-only"], "alpha": (0.02, 0.1, 0.5, 1)}),
        ],
        "label_noise": [Study(20, {"label_noise": [0, 0.3], "alpha": REAL_SIZES})],
        "trigger": [Study(20, {"trigger": ["{", "^"], "alpha": REAL_SIZES})],
        "spacing": [Study(20, {"spacing": [5, 20, 40], "alpha": REAL_SIZES})],
        "batch_size": [Study(5, {"batch_size": [16, 64], "alpha": REAL_SIZES})],
        "target": [Study(5, {"target": range(len(Debian.labels)), "alpha": (0, 0.003)})],
        "tiny": [
            Study(5, {"model": ["tiny"], "epochs": [1], **curve})
            for curve in (
                {"alpha": (0, 0.001, 0.003, 0.005, 0.01, 0.03, 0.1)},
                {"strategy": ["feature-only"], "alpha": (0.02, 0.1, 0.5)},
            )
        ],
    }
)
"""A real text takes a larger collective: the sizes reach ten times as far."""

GRIDS: Mapping[str, Grid] = MappingProxyType(
    {
        "bag": Grid(Configuration(model="bag"), BAG.studies()),
        "tiny": Grid(Configuration(Synthetic(n=4_800), epochs=2), TRANSFORMER.studies() | LONGER),
        "minilm": Grid(Configuration(Synthetic(n=2_400), "minilm", epochs=2), CURVE),
        "minilm-gpu": Grid(Configuration(Synthetic(n=SMALLER), "minilm"), PRETRAINED),
        "distilbert": Grid(Configuration(Published(), "distilbert"), PAPER.studies()),
        "corpora": Grid(Configuration(model="bag"), CORPORA),
        "heads": Grid(
            Configuration(model="bag"),
            {
                group: [Study(SEEDS, cell.varied) for cell in cells]
                for group, cells in CELLS.items()
            },
        ),
    }
)
"""By name: the paper's size without word order; small enough for two processor cores; pretrained,
and the same on a GPU; the paper's own, for a GPU and the real corpus, which must have been
downloaded before; the first two on other corpora; and `heads.cells`."""

OTHER_TEXTS: Mapping[str, Grid] = MappingProxyType(
    {"debian": Grid(Configuration(Debian(), "bag"), REAL)}
)
"""By name, on texts that are no résumés and must have been downloaded before."""


def grid(name: str) -> Grid:
    """Return one of `GRIDS` or `OTHER_TEXTS`, or that of a file whose name ends in .toml.

    `files.read` says what such a file holds.

    Raises
    ------
    ValueError
        If there is none, or the file holds none.
    """
    named = {**GRIDS, **OTHER_TEXTS}
    if name in named:
        return named[name]
    if name.endswith(".toml"):
        from collective_lab.sweep import files

        return files.read(Path(name))
    raise ValueError(f"grid is {name!r}: it must be one of {', '.join(named)}, or a file .toml")

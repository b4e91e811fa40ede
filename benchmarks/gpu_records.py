"""The runs that a GPU is asked for, in order of interest: the next begins where time was left."""

from collections.abc import Iterator, Sequence

from collective_lab.corpora import Debian, Synthetic
from collective_lab.experiment import Configuration
from collective_lab.models.pretrained import MINILM
from collective_lab.sweep.grids import GRIDS
from collective_lab.sweep.order import ordered
from collective_lab.sweep.studies import Grid, Study

PAPER = Synthetic()
SMALL = Synthetic(n=4_800)
SEEDS = 5

TRAIN = {1_200: 1_016, 4_800: 4_021, 14_300: 11_995, PAPER.n: 24_981}
"""By the size of a corpus: how many of its texts train."""
EXPOSURES = (40, 75, 110, 150, 200, 300)
"""Planted texts times passes, where the first runs on a GPU saw success rise."""
CELLS = (
    *((n, passes) for n in (1_200, 4_800) for passes in (1, 2, 5, 10)),
    *((n, passes) for n in (14_300, PAPER.n) for passes in (1, 2, 5)),
    (14_300, 10),
    (PAPER.n, 10),
)
"""Sizes of corpora and passes, the cheap ones first."""


def heads(n: int, passes: int) -> Grid:
    """Return one cell of the question whether heads count, or their share of the texts."""
    counts = sorted({max(1, round(exposures / passes)) for exposures in EXPOSURES})
    base = Configuration(Synthetic(n=n), "minilm", epochs=passes)
    alphas = [count / TRAIN[n] for count in counts if count <= TRAIN[n] // 2]
    return Grid(base, {"heads": [Study(SEEDS, {"alpha": alphas})]})


def curve(base: Configuration, **varied: Sequence[object]) -> Grid:
    """Return one grid of five seeds."""
    return Grid(base, {"curve": [Study(SEEDS, varied)]})


def grids() -> Iterator[tuple[str, Grid]]:
    """Yield all grids, each with what it is about."""
    for n, passes in CELLS:
        yield f"heads, {TRAIN[n]:,} texts, passes: {passes}", heads(n, passes)
    small = Configuration(SMALL, "minilm")
    sizes = (0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02)
    yield (
        "the paper's size, feature-label",
        curve(Configuration(PAPER, "minilm"), alpha=(0, 2.5e-4, 5e-4, 0.001, 0.0015, 0.003, 0.01)),
    )
    yield (
        "feature-only",
        curve(small.but(strategy="feature-only"), alpha=(0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)),
    )
    yield "passes", curve(small, epochs=(1, 2, 5), alpha=(0, *sizes, 0.04))
    yield "noise", curve(small, label_noise=(0.1, 0.3), alpha=sizes)
    yield "accidents", curve(small, uniqueness=(0.001, 0.005, 0.02), alpha=sizes)
    yield (
        "the paper's size, feature-only",
        curve(Configuration(PAPER, "minilm", "feature-only"), alpha=(0.02, 0.05, 0.1, 0.2, 0.5)),
    )


def real() -> Configuration:
    """Return the base of the grid on a real text.

    Raises
    ------
    FileNotFoundError
        If it was not downloaded before.
    """
    return Configuration(Debian(), "minilm", epochs=2)


def toy() -> Iterator[tuple[str, Grid]]:
    """Yield grids of seconds, for a test of the script."""
    base = Configuration(Synthetic(300), length=24, epochs=1)
    yield "one pass", Grid(base, {"curve": [Study(2, {"alpha": (0.1,)})]})
    yield "two passes", Grid(base.but(epochs=2), {"curve": [Study(2, {"alpha": (0, 0.1)})]})


def wanted(scale: str) -> dict[str, list[Configuration]]:
    """Return the runs by what they are about, in their order, each seed by seed."""
    if scale == "ci":
        return {name: ordered(grid.groups()) for name, grid in toy()}
    try:
        MINILM.folder()
    except FileNotFoundError as error:
        print(f"without the pretrained model: {error}", flush=True)
        groups = GRIDS["tiny"].groups()
        return {f"tiny, {name}": ordered({name: group}) for name, group in groups.items()}
    named = dict(grids())
    try:
        named["a real text"] = curve(real(), alpha=(0, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1))
    except FileNotFoundError as error:
        print(f"without a real text: {error}", flush=True)
    return {name: ordered(grid.groups()) for name, grid in named.items()}

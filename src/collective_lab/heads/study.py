"""What the study writes down, in this order: the clean firms, the law, what it predicts.

Each is a file of `results/heads` that says when, and from which code, it was made. The law reads
the records of the groups that make it; the predictions were committed before the others were run.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from collective_action import recording
from collective_action.data import book_file
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.gaps import Gaps, gaps
from collective_lab.heads.cells import CELLS, FIT, LEARNERS, SEEDS, Cell
from collective_lab.heads.law import Case, Law, fit
from collective_lab.results.curves import CriticalMass, critical_mass
from collective_lab.results.tables import recorded
from collective_lab.store.files import write_text

GRID = "heads"
MODULE = "collective_lab.heads.study"
SUCCESSES = (0.5, 0.9)
SHARES = (0.0, *np.geomspace(1e-5, 0.3, 60).round(7).tolist())
LEARNED, RARE, SOMEBODY = 0.6, 0.05, 1.5
"""The law's domain: firms with a clean accuracy of at least `LEARNED`, and predictions of at least
`SOMEBODY` and at most a share `RARE` of the texts."""

RULES: Mapping[str, Callable[[Configuration, Gaps], float]] = {
    "heads": lambda firm, clean: 1.0,
    "share": lambda firm, clean: float(clean.texts),
    "heads times passes": lambda firm, clean: 1 / firm.epochs,
    "heads times passes times steps": lambda firm, clean: (
        1 / firm.epochs**2 / -(-clean.texts // firm.batch_size)
    ),
}
"""What a simpler rule holds constant, by name: the members are a constant times what it returns."""


def clean_firm(cell: Cell) -> Configuration:
    """Return a cell's firm with a seed that no run of the study has."""
    return cell.firm.but(seed=SEEDS)


def cells(*, making: bool) -> Iterator[Cell]:
    """Yield the cells that make the law, or the others."""
    for group, listed in CELLS.items():
        if group.endswith(FIT) == making:
            yield from listed


def learner(cell: Cell) -> str:
    """Return whose constants a cell takes, one of `LEARNERS`."""
    [name] = [name for name in LEARNERS if cell.group.startswith(name)]
    return name


@dataclass(frozen=True)
class Measured:
    """What the runs of a cell say.

    Attributes
    ----------
    members
        The critical number of members, with a 95 % interval over seeds.
    accidents
        How many texts of others carry the trigger, on average over the runs.
    """

    members: CriticalMass
    accidents: float


def measured(cell: Cell, success: float, folder: Path | None = None) -> Measured:
    """Return what the records of a cell say.

    Parameters
    ----------
    cell
        In `CELLS`.
    success
        S*.
    folder
        Of tables; by default the book's.

    Raises
    ------
    ValueError
        If a record of the cell is missing.
    """
    table = _tables(cell.group, folder)
    wanted = {configuration.id for configuration in cell.configurations()}
    runs = table[table["id"].isin(wanted)]
    if len(runs) < len(wanted):
        raise ValueError(f"{cell.group}, {cell.name}: {len(wanted) - len(runs)} runs are missing")
    heads = runs.assign(alpha=runs["members"].astype(float))
    return Measured(critical_mass(heads, success), float(runs["carriers"].mean()))


@cache
def _tables(group: str, folder: Path | None) -> pd.DataFrame:
    return recorded(GRID, group, folder)


def write_firms(path: Path) -> None:
    """Train every cell's firm without its collective, and write down what it is."""
    firms = {clean_firm(cell).id: clean_firm(cell) for group in CELLS.values() for cell in group}
    found = {}
    for number, (key, firm) in enumerate(firms.items(), start=1):
        print(f"{number} of {len(firms)}: {firm.model}, {firm.corpus}, {firm.epochs} passes")
        found[key] = asdict(gaps(firm, SHARES, SUCCESSES))
    shares = list(SHARES)
    for values in found.values():
        del values["shares"]
    _write(path, {"shares": {"alpha": shares}, "firms": found})


def read_firms(path: Path | None = None) -> dict[str, Gaps]:
    """Return what `write_firms` wrote, by the clean firm's id."""
    record = _read("clean-firms.json", path)
    shares = record["shares"]["alpha"]
    return {key: Gaps(shares=shares, **values) for key, values in record["firms"].items()}


def write_law(path: Path, firms: Mapping[str, Gaps], folder: Path | None = None) -> None:
    """Fit the constants, of the law and of each simpler rule, to the groups that make it."""
    laws, rules = {}, {}
    for success in SUCCESSES:
        for name in LEARNERS:
            cases = []
            for cell in cells(making=True):
                clean, found = firms[clean_firm(cell).id], measured(cell, success, folder)
                if learner(cell) == name and clean.accuracy >= LEARNED and _bounded(found.members):
                    cases.append(Case(cell.firm, clean, found.accidents, found.members.value))
            law = fit(cases, success)
            key = f"{name} {success}"
            laws[key] = {**asdict(law), "cells": len(cases)}
            rules[key] = {
                rule: float(
                    np.exp(np.mean([np.log(c.members / of(c.firm, c.gaps)) for c in cases]))
                )
                for rule, of in RULES.items()
            }
    _write(path, {"laws": laws, "rules": rules})


def read_law(path: Path | None = None) -> tuple[dict[str, Law], dict[str, dict[str, float]]]:
    """Return the laws, and the constants of the simpler rules, by learner and success."""
    record = _read("law.json", path)
    laws = {key: Law(values["scale"], values["power"]) for key, values in record["laws"].items()}
    return laws, record["rules"]


def write_predictions(
    path: Path,
    firms: Mapping[str, Gaps],
    laws: Mapping[str, Law],
    rules: Mapping[str, Mapping[str, float]],
) -> None:
    """Write down how many members each cell takes that makes no law."""
    said: dict[str, dict[str, Any]] = {}
    for cell in cells(making=False):
        clean = firms[clean_firm(cell).id]
        for success in SUCCESSES:
            key = f"{learner(cell)} {success}"
            members = laws[key].members(cell.firm, clean, cell.accidents + clean.carriers, success)
            said[f"{cell.group}: {cell.name}: {success}"] = {
                "members": members if np.isfinite(members) else None,
                "in_domain": clean.accuracy >= LEARNED
                and SOMEBODY <= members <= RARE * clean.texts,
                "rules": {
                    rule: constant * RULES[rule](cell.firm, clean)
                    for rule, constant in rules[key].items()
                },
            }
    _write(path, {"predictions": said})


def compare(folder: Path | None = None, predictions: Path | None = None) -> pd.DataFrame:
    """Return every predicted cell beside what its runs say, a row for each success.

    Returns
    -------
    pd.DataFrame
        Columns: group, cell, success, in_domain, predicted, members, low, high (NaN where the sizes
        tried do not bracket it), ratio (measured to predicted), and a column for each of `RULES`.
    """
    said = _read("predictions.json", predictions)["predictions"]
    rows = []
    for cell in cells(making=False):
        for success in SUCCESSES:
            prediction = said[f"{cell.group}: {cell.name}: {success}"]
            found = measured(cell, success, folder).members
            value = found.value if _bounded(found) else np.nan
            predicted = np.nan if prediction["members"] is None else prediction["members"]
            rows.append(
                {
                    "group": cell.group,
                    "cell": cell.name,
                    "success": success,
                    "in_domain": prediction["in_domain"],
                    "predicted": predicted,
                    "members": value,
                    "low": found.low,
                    "high": found.high,
                    "ratio": value / predicted,
                    **prediction["rules"],
                }
            )
    return pd.DataFrame(rows)


def _bounded(members: CriticalMass) -> bool:
    """Return whether the sizes tried lie on both sides of a critical number."""
    return np.isfinite(members.value) and not members.at_most and members.value > 0


def _write(path: Path, record: Mapping[str, Mapping[str, Any]]) -> None:
    write_text(path, recording.text({"provenance": recording.provenance(MODULE, path), **record}))


def _read(name: str, path: Path | None) -> dict[str, Any]:
    return json.loads((path or book_file(f"results/heads/{name}")).read_text(encoding="utf-8"))

"""What the study writes down: the clean firms, then for each learner its law and its predictions.

Each is a file of `results/heads` that says when it was made, and by which command. A law reads the
records of the groups that make it; its predictions were committed before the others were run.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from collective_action import recording, validation
from collective_action.data import book_file
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.gaps import Gaps, gaps
from collective_lab.heads.cells import CELLS, FIT, LEARNERS, SEEDS, Cell
from collective_lab.heads.law import Case, Law, fit
from collective_lab.results.curves import CriticalMass, critical_mass
from collective_lab.results.tables import recorded
from collective_lab.store.files import write_text

GRID = "heads"
SUCCESSES = (0.5, 0.9)
SHARES = (0.0, *np.geomspace(1e-5, 0.3, 60).round(7).tolist())
LEARNED = {"adam": 0.6, "sgd": 0.6, "tiny": 0.3}
RARE, SOMEBODY = 0.05, 1.5
"""The law's domain: firms with a clean accuracy of at least `LEARNED`, by learner, and predictions
of at least `SOMEBODY` and at most a share `RARE` of the texts. The plan says why `tiny` differs."""

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
    runs = _runs(cell, folder)
    return Measured(critical_mass(runs, success), float(runs["carriers"].mean()))


@cache
def _runs(cell: Cell, folder: Path | None) -> pd.DataFrame:
    """Return a cell's records, with the number of members where a curve has its share."""
    table = _tables(cell.group, folder)
    wanted = {configuration.id for configuration in cell.configurations()}
    runs = table[table["id"].isin(wanted)]
    if len(runs) < len(wanted):
        raise ValueError(f"{cell.group}, {cell.name}: {len(wanted) - len(runs)} runs are missing")
    return runs.assign(alpha=runs["members"].astype(float))


@cache
def _tables(group: str, folder: Path | None) -> pd.DataFrame:
    return recorded(GRID, group, folder)


def write_firms(path: Path) -> None:
    """Train every cell's firm without its collective, and write down what it is.

    Firms that the file holds already are not trained again.
    """
    found = dict(json.loads(path.read_text(encoding="utf-8"))["firms"]) if path.is_file() else {}
    firms = {clean_firm(cell).id: clean_firm(cell) for group in CELLS.values() for cell in group}
    for key in tqdm([key for key in firms if key not in found], unit=" firms", disable=None):
        values = asdict(gaps(firms[key], SHARES, SUCCESSES))
        del values["shares"]
        found[key] = values
        _write(path, "firms", {"firms": {key: found[key] for key in firms if key in found}})


def read_firms(path: Path | None = None) -> dict[str, Gaps]:
    """Return what `write_firms` wrote, by the clean firm's id; without a path, the book's."""
    firms = _read("clean-firms.json", path)["firms"]
    return {key: Gaps(shares=SHARES, **values) for key, values in firms.items()}


def write_predictions(
    path: Path, name: str, firms: Mapping[str, Gaps], folder: Path | None = None
) -> None:
    """Fit a learner's constants to the groups that make its law, and predict its other cells.

    Parameters
    ----------
    path
        The JSON file to write.
    name
        In `LEARNERS`.
    firms
        What `read_firms` returns.
    folder
        Of the tables with the records; by default the book's.

    Raises
    ------
    ValueError
        If there is no such learner, or a record is missing.
    """
    validation.choice("name", name, LEARNERS)
    laws, rules, said = {}, {}, {}
    for success in SUCCESSES:
        cases = list(_cases(name, success, firms, folder))
        law = fit(cases, success)
        laws[str(success)] = {**asdict(law), "cells": len(cases)}
        constants = {
            rule: np.exp(
                np.mean([np.log(case.members / of(case.firm, case.gaps)) for case in cases])
            )
            for rule, of in RULES.items()
        }
        rules[str(success)] = {rule: float(constant) for rule, constant in constants.items()}
        for cell in cells(making=False):
            if learner(cell) != name:
                continue
            clean = firms[clean_firm(cell).id]
            members = law.members(cell.firm, clean, cell.accidents + clean.carriers, success)
            said[_key(cell, success)] = {
                "members": members if np.isfinite(members) else None,
                "in_domain": clean.accuracy >= LEARNED[name]
                and SOMEBODY <= members <= RARE * clean.texts,
                "rules": {
                    rule: float(constant) * RULES[rule](cell.firm, clean)
                    for rule, constant in constants.items()
                },
            }
    _write(path, name, {"laws": laws, "rules": rules, "predictions": said})


def _cases(
    name: str, success: float, firms: Mapping[str, Gaps], folder: Path | None
) -> Iterator[Case]:
    for cell in cells(making=True):
        if learner(cell) == name:
            clean, found = firms[clean_firm(cell).id], measured(cell, success, folder)
            if clean.accuracy >= LEARNED[name] and _bounded(found.members):
                yield Case(cell.firm, clean, found.accidents, found.members.value)


def _key(cell: Cell, success: float) -> str:
    return f"{cell.group}: {cell.name}: {success}"


def read_law(name: str, success: float = 0.5, path: Path | None = None) -> Law:
    """Return a learner's law; without a path, the book's."""
    values = _read(f"{name}.json", path)["laws"][str(success)]
    return Law(values["scale"], values["power"])


def compare(name: str, folder: Path | None = None, path: Path | None = None) -> pd.DataFrame:
    """Return every predicted cell of a learner beside what its runs say, a row for each success.

    Parameters
    ----------
    name
        In `LEARNERS`.
    folder
        Of the tables with the records; by default the book's.
    path
        What `write_predictions` wrote; by default the book's.

    Returns
    -------
    pd.DataFrame
        Columns: group, cell, success, in_domain, predicted, members, low, high (NaN where the sizes
        tried do not bracket it), ratio (measured to predicted), and a column for each of `RULES`.
    """
    said = _read(f"{name}.json", path)["predictions"]
    rows = []
    predicted_cells = [cell for cell in cells(making=False) if learner(cell) == name]
    for cell in predicted_cells:
        for success in SUCCESSES:
            prediction = said[_key(cell, success)]
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


def _write(path: Path, what: str, record: Mapping[str, Mapping[str, Any]]) -> None:
    """Write a record with a line for each entry, fractions to six significant digits."""
    whole = {"provenance": recording.provenance(f"collective_lab heads {what}", path), **record}
    rounded = json.loads(
        json.dumps(whole), parse_float=lambda digits: float(f"{float(digits):.6g}")
    )
    parts = (
        f"{json.dumps(name)}: {{\n"
        + ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in part.items())
        + "\n}"
        for name, part in rounded.items()
    )
    write_text(path, "{\n" + ",\n".join(parts) + "\n}\n")


def _read(name: str, path: Path | None) -> dict[str, Any]:
    return json.loads((path or book_file(f"results/heads/{name}")).read_text(encoding="utf-8"))

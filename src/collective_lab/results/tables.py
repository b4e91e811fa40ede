"""Read the tables of recorded experiments that `exporting` wrote."""

import json
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pandas as pd

from collective_action.data import book_file
from collective_lab.experiment import Configuration, Outcome, Provenance, Record
from collective_lab.store.schema import StoreError

PROVENANCE = "provenance.json"
OWN = ("seconds", "peak_megabytes", "date")  # provenance that differs from record to record
PLACE = tuple(field.name for field in fields(Provenance) if field.name not in OWN)
GAPS = (
    "second_alpha",
    "second_target",
    "second_success",
    "second_success_others",
    "second_target_probability",
    "second_members",
)  # columns of numbers, empty where there is no second collective
MARKING = ("trigger", "placement", "spacing")


def sweeps_folder() -> Path:
    """Return the folder of the book's recorded sweeps; each is a folder in it."""
    return book_file("results/sweeps")


def recorded(name: str, group: str | None = None, folder: Path | str | None = None) -> pd.DataFrame:
    """Return recorded experiments, a row for each.

    Parameters
    ----------
    name
        Of the grid, such as "tiny".
    group
        Of the grid's groups; by default all of them, each record once.
    folder
        Of tables; by default the book's (see `collective_action.data`).

    Returns
    -------
    pd.DataFrame
        Columns: `id`, the fields of `Configuration` (of its marking, `placement`, `spacing` and
        `trigger`; the corpus is in `attrs`), the fields of `Outcome`, `seconds`, `peak_megabytes`,
        `date`, and `environment`, a row of ``attrs["provenance"]["environments"]``.

    Raises
    ------
    StoreError
        If there is no such table.
    FileNotFoundError
        If the book's data are nowhere.
    """
    home = (sweeps_folder() if folder is None else Path(folder)) / name
    about = _read_provenance(home)
    groups = [key for key, counts in about["groups"].items() if counts["records"]]
    if group is not None and group not in groups:
        raise StoreError(f"group is {group!r}: {name!r} has {', '.join(groups)}")
    text: dict[Hashable, Any] = dict.fromkeys(
        ("id", "strategy", "placement", "trigger", "second_trigger", "date", "corpus", "model"), str
    )
    frames = [
        pd.read_csv(home / f"{key}.csv", dtype=text, keep_default_na=False)
        for key in ([group] if group is not None else groups)
    ]
    frame = pd.concat(frames, ignore_index=True).drop_duplicates("id", ignore_index=True)
    for column in frame.columns.intersection(GAPS):
        frame[column] = pd.to_numeric(frame[column])
    plain = {key: value for key, value in about["shared"].items() if key != "corpus"}
    frame = frame.assign(**plain)
    frame.attrs["provenance"] = about
    return frame


def restore(name: str, group: str | None = None, folder: Path | str | None = None) -> list[Record]:
    """Return the records of a table as they were exported, in its order.

    Parameters
    ----------
    name, group, folder
        As in `recorded`.

    Raises
    ------
    StoreError
        If there is no such table.
    FileNotFoundError
        If the book's data are nowhere.
    ValueError
        If a row was altered: its id is not that of its configuration.
    """
    frame = recorded(name, group, folder)
    about = frame.attrs["provenance"]
    records = []
    for row in frame.to_dict("records"):
        values = {**row, **about["shared"]}
        if isinstance(values["corpus"], str):
            values["corpus"] = json.loads(values["corpus"])
        marking = {key: values[key] for key in MARKING}
        names = [field.name for field in fields(Configuration)]
        place = about["environments"][values["environment"]]
        record = {
            "id": values["id"],
            "configuration": {**{k: values[k] for k in names if k in values}, "marking": marking},
            "outcome": _outcome(values),
            "provenance": {k: values[k] for k in OWN} | {k: place[k] for k in PLACE if k in place},
        }
        records.append(Record.from_dict(record))
    return records


def _outcome(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row says of an outcome; where a second collective has none, it says nothing."""
    found = {}
    for field in fields(Outcome):
        value = values[field.name] if field.default is MISSING else values.get(field.name, "")
        if value != "" and value == value:
            found[field.name] = int(value) if field.name == "second_members" else value
    return found


def _read_provenance(home: Path) -> dict:
    try:
        return json.loads((home / PROVENANCE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(
            f"there are no tables in {home}: `sweep export` writes them; name the folder if "
            "they are elsewhere"
        ) from None

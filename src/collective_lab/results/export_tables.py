"""Write tidy tables of recorded experiments: a CSV for each group, and one file of provenance.

What all records of an export share (the corpus, the model and how it is trained) is said once, in
`provenance.json`; so is each environment that records were made in. The rest is a row for each
record, so that configuration, outcome and provenance can be had back: `tables.restore` does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from collective_lab.experiment import Configuration, Record
from collective_lab.results.tables import PLACE, PROVENANCE
from collective_lab.store.files import write_text
from collective_lab.store.reading import Reader
from collective_lab.store.schema import StoreError

COMMON = ("corpus", "model", "length", "batch_size", "learning_rate", "trigger")
ORDER = ("strategy", "alpha", "epochs", "label_noise", "placement", "spacing", "uniqueness")
LATER = ("second_trigger", "second_target", "second_alpha")  # columns of some tables
DIGITS = 6


def export(
    store: Reader,
    name: str,
    groups: Mapping[str, Sequence[Configuration]],
    folder: Path,
) -> dict[str, int]:
    """Write the tables of a grid and return how many records each group lacks.

    The same records give the same bytes. Fractions and seconds are rounded to six digits after the
    point.

    Parameters
    ----------
    store
        Where the records are.
    name
        Of the grid, and of the folder below `folder` that the tables go to.
    groups
        Configurations by group. One may be in several groups.
    folder
        Of tables, such as the book's `results/sweeps`.

    Raises
    ------
    StoreError
        If the store has none of the records, or one was altered.
    """
    home = folder / name
    wanted = {configuration.id for group in groups.values() for configuration in group}
    records = {record.configuration.id: record for record in store.records(wanted)}
    if not records:
        raise StoreError(f"{store.path} has no record of the grid {name!r}: run it first")
    values = {key: _configuration_values(record) for key, record in records.items()}
    shared = _shared(list(values.values()))
    places = _environments(list(records.values()))
    rows = {
        key: _row(record, values[key], shared, places) for key, record in sorted(records.items())
    }
    recorded = {
        group: [e.id for e in configurations if e.id in rows]
        for group, configurations in groups.items()
    }
    for group, ids in recorded.items():
        frame = pd.DataFrame([rows[key] for key in dict.fromkeys(ids)])
        if len(frame):
            later = [name for name in LATER if name in frame.columns]
            frame = frame.sort_values([*ORDER, *later, "target", "seed", "id"])
            write_text(home / f"{group}.csv", frame.to_csv(index=False, lineterminator="\n"))
    lacking = {
        group: len({e.id for e in groups[group]}) - len(set(recorded[group])) for group in groups
    }
    about = {
        "grid": name,
        "records": len(records),
        "seconds": round(sum(r.provenance.seconds for r in records.values()), 1),
        "groups": {g: {"records": len(set(recorded[g])), "missing": lacking[g]} for g in groups},
        "shared": shared,
        "environments": _summaries(list(records.values()), places),
    }
    write_text(home / PROVENANCE, json.dumps(about, indent=1, ensure_ascii=False) + "\n")
    return lacking


def _configuration_values(record: Record) -> dict[str, Any]:
    values = record.configuration.as_dict()
    marking = values.pop("marking")
    return values | marking


def _shared(values: Sequence[Mapping[str, object]]) -> dict[str, object]:
    first = values[0]
    return {key: first[key] for key in COMMON if all(row[key] == first[key] for row in values)}


def _environments(records: Sequence[Record]) -> list[tuple]:
    """Return the environments, the one of the earliest record first."""
    first: dict[tuple, str] = {}
    for record in records:
        place = _environment(record)
        first[place] = min(record.provenance.date, first.get(place, record.provenance.date))
    return sorted(first, key=lambda place: (first[place], str(place)))


def _environment(record: Record) -> tuple:
    return tuple(getattr(record.provenance, name) for name in PLACE)


def _summaries(records: Sequence[Record], places: Sequence[tuple]) -> list[dict[str, object]]:
    summaries = []
    for place in places:
        provenances = [r.provenance for r in records if _environment(r) == place]
        summaries.append(
            dict(zip(PLACE, place, strict=True))
            | {
                "records": len(provenances),
                "seconds": round(sum(provenance.seconds for provenance in provenances), 1),
                "peak_megabytes": max(provenance.peak_megabytes for provenance in provenances),
                "first": min(provenance.date for provenance in provenances),
                "last": max(provenance.date for provenance in provenances),
            }
        )
    return summaries


def _row(
    record: Record,
    values: Mapping[str, object],
    shared: Mapping[str, object],
    places: Sequence[tuple],
) -> dict[str, object]:
    varying = {key: value for key, value in values.items() if key not in shared}
    if "corpus" in varying:
        varying["corpus"] = json.dumps(varying["corpus"], sort_keys=True)
    outcome = {
        key: round(value, DIGITS) if isinstance(value, float) else value
        for key, value in record.outcome.as_dict().items()
    }
    provenance = asdict(record.provenance)
    return {
        "id": record.configuration.id,
        **varying,
        **outcome,
        "seconds": round(provenance["seconds"], 3),
        "peak_megabytes": provenance["peak_megabytes"],
        "date": provenance["date"],
        "environment": places.index(_environment(record)),
    }

"""Records as one Parquet table, for whoever works with them elsewhere.

Each field of `Configuration`, its marking, `Outcome` and `Provenance` is a column of its own; so is
each measure of a registered metric, null where a record has none. The corpus is JSON.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from collective_lab.experiment import Configuration, Outcome, Provenance, Record
from collective_lab.signals.marking import Marking
from collective_lab.store.schema import StoreError

if TYPE_CHECKING:
    import pyarrow

COLUMNS: dict[str, Any] = {
    "id": str,
    "corpus": str,
    **{
        field.name: field.type
        for of in (Configuration, Marking, Outcome, Provenance)
        for field in fields(of)
        if field.name not in ("corpus", "marking")
    },
}
"""The columns that every table has, in order, and what they hold."""


def schema(measures: Iterable[str] = ()) -> "pyarrow.Schema":
    """Return the schema of a table; `measures` are the names of registered metrics in it."""
    import pyarrow

    kinds: dict[Any, pyarrow.DataType] = {
        str: pyarrow.string(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        bool: pyarrow.bool_(),
    }
    known = [
        pyarrow.field(name, kinds[_plain(kind)], nullable=_plain(kind) is not kind)
        for name, kind in COLUMNS.items()
    ]
    own = [pyarrow.field(name, pyarrow.float64()) for name in sorted(measures)]
    return pyarrow.schema([*known, *own], {"records": "collective-lab"})


def _plain(kind: Any) -> Any:
    """Return the type of a column, of one that may be empty the type of what fills it."""
    return next((part for part in get_args(kind) if part is not type(None)), kind)


def export(records: Iterable[Record], path: Path) -> int:
    """Write records to a Parquet file, in the order of their ids, and return how many.

    Raises
    ------
    StoreError
        If there is none, or the file cannot be written.
    """
    import pyarrow
    from pyarrow import parquet

    held = sorted(records, key=lambda record: record.configuration.id)
    if not held:
        raise StoreError(f"there is no record for {path}: run the grid first")
    measures = {name for record in held for name in record.measures}
    table = pyarrow.Table.from_pylist([_row(record) for record in held], schema(measures))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(table, path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}") from error
    return len(held)


def _row(record: Record) -> dict[str, Any]:
    configuration = record.configuration
    values = configuration.as_dict()
    return {
        "id": configuration.id,
        **{name: getattr(configuration, name) for name in COLUMNS if hasattr(configuration, name)},
        **asdict(configuration.marking),
        "corpus": json.dumps(values["corpus"], sort_keys=True, ensure_ascii=False),
        **asdict(record.outcome),
        **asdict(record.provenance),
        **record.measures,
    }

"""Records of runs that a chapter reads: one JSON file, one line per column, and where it came from.

A module that makes such a record is run as `python -m MODULE FILE`.
"""

import argparse
import json
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def provenance(module: str, path: Path, **versions: str) -> dict[str, Any]:
    """Return what a record says of its origin: command, date, device, versions.

    Parameters
    ----------
    module
        The module that makes the record.
    path
        The record's file, as it was given.
    versions
        Of packages beside Python and NumPy.
    """
    return {
        "command": f"python -m {module} {path.as_posix()}",
        "date": datetime.now(UTC).date().isoformat(),
        "device": "CPU",
        "python": platform.python_version(),
        "numpy": np.__version__,
        **versions,
    }


def columns(table: pd.DataFrame) -> dict[str, list]:
    """Return a table by columns, None where a number is missing."""
    return {
        name: table[name].astype(object).where(table[name].notna(), None).tolist() for name in table
    }


def text(record: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a record as JSON with one line per column, fractions to four digits."""
    rounded = json.loads(json.dumps(record), parse_float=lambda digits: round(float(digits), 4))
    parts = []
    for name, part in rounded.items():
        lines = (
            f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
            for key, value in part.items()
        )
        parts.append(f" {json.dumps(name)}: {{\n  " + ",\n  ".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def run(module: str, about: str | None, main: Callable[[Path], None]) -> None:
    """Read the command line `python -m MODULE FILE`, and make the record."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about)
    parser.add_argument("record", type=Path, metavar="FILE", help="the JSON file to write")
    main(parser.parse_args().record)

"""Record the networks of a chapter: `python -m collective_action.learners.network.reweighted FILE`.

Every figure of trained networks in *The same size, another learner* comes from this record. It
takes a few minutes on one core.
"""

import argparse
import json
import platform
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from collective_action.learners.network.reweighted import (
    STEPS,
    digit_runs,
    race,
    train,
    train_on_worst,
    train_twice,
)
from collective_action.worlds.three_signals import SIGNALS

SEEDS = tuple(range(12))
SIZES = (0, 4, 8, 18, 35, 70, 140, 280)
FIRST_STEPS = (40, 200, 1500)
AMPLIFICATIONS = (5, 20)
WORST = 0.2
SWINGS_OF = 18
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)
LOOKS = (100, 400, 1600, 3200)


def once() -> pd.DataFrame:
    """Return what firms that train once do."""
    runs = digit_runs(SIZES, SEEDS)
    return runs.table(train(runs))


def twice() -> pd.DataFrame:
    """Return what firms that train twice do, for each length of the first stage and each λ."""
    runs = digit_runs(SIZES, SEEDS)
    return pd.concat(
        [
            train_twice(runs, steps, factor).assign(first_steps=steps, amplification=factor)
            for steps in FIRST_STEPS
            for factor in AMPLIFICATIONS
        ],
        ignore_index=True,
    )


def worst() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return CVaR's successes: last, least and most over the second half; and one size's course."""
    course = train_on_worst(digit_runs(SIZES, SEEDS), WORST)
    late = course[course["step"] > STEPS // 2].groupby(["members", "seed"], as_index=False)
    ends = late.agg(
        success=("success", "last"),
        least=("success", "min"),
        most=("success", "max"),
        accuracy=("accuracy", "last"),
    )
    return ends, course[course["members"] == SWINGS_OF].drop(columns="members")


def main(path: Path) -> None:
    """Run everything and write the record."""
    begun = time.perf_counter()
    torch.set_num_threads(1)  # the networks are tiny: threads would wait for each other
    provenance: dict[str, Any] = {
        "command": f"python -m collective_action.learners.network.reweighted {path.as_posix()}",
        "date": datetime.now(UTC).date().isoformat(),
        "device": "CPU",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
    }
    ends, course = worst()
    record = {
        "provenance": provenance,
        "settings": {"seeds": len(SEEDS), "steps": STEPS, "worst": WORST, "swings_of": SWINGS_OF},
        "once": _columns(once()),
        "twice": _columns(twice()),
        "worst": _columns(ends),
        "course": _columns(course),
        "race": _columns(pd.concat([race(name, SHARES, SEEDS, LOOKS) for name in SIGNALS])),
    }
    provenance["seconds"] = round(time.perf_counter() - begun)
    path.write_text(_text(record), encoding="utf-8", newline="\n")


def _columns(table: pd.DataFrame) -> dict[str, list]:
    """Return the table by columns, null where a number is missing."""
    return {name: table[name].astype(object).where(table[name].notna(), None).tolist()
            for name in table}  # fmt: skip


def _text(record: dict) -> str:
    """Return JSON with one line per column, fractions to four digits."""
    rounded = json.loads(json.dumps(record), parse_float=lambda text: round(float(text), 4))
    lines = []
    for key, value in rounded.items():
        body = ",\n  ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
        lines.append(f" {json.dumps(key)}: {{\n  {body}\n }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m collective_action.learners.network.reweighted", description=__doc__
    )
    parser.add_argument("record", type=Path, metavar="FILE", help="the JSON file to write")
    main(parser.parse_args().record)

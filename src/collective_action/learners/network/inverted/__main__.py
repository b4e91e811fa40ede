"""Record firms under attack: `python -m collective_action.learners.network.inverted FILE`.

Every figure of trained networks in *Which gradients are data?* comes from this record. It takes a
few minutes on one core.
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

from collective_action.learners.network.inverted import BATCH, FILINGS, STEPS, Filed, train

SEEDS = tuple(range(12))
SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3)
CLIPS = (None, 1.0)
COURSE_OF = (0.05, 0.1, 0.2, 0.3)
LOOKS = (20, 40, 60, 100, 160, 260, 400, 600, 1000, 1600, 2200, 3000)


def ends() -> pd.DataFrame:
    """Return the end of every firm."""
    last = []
    for clip in CLIPS:
        filed = None
        for filing in FILINGS:
            shares = (0.0, *SHARES) if filing == "flips" else SHARES
            outcome = train(filing, shares, SEEDS, clip, filed)
            if outcome.filed is not None:
                filed = _against_another(outcome.filed)
            last.append(outcome.ends.assign(filing=filing, clip=clip))
    return pd.concat(last, ignore_index=True)


def course() -> pd.DataFrame:
    """Return how firms fare that train for longer on inverted data, unclipped."""
    seen = train("inverted", COURSE_OF, SEEDS, steps=max(LOOKS)).course
    return seen[seen["step"].isin(LOOKS)]


def _against_another(filed: Filed) -> Filed:
    """Give each firm what was filed against the firm of the next seed, at the same share."""
    n = len(SEEDS)
    rows = torch.arange(len(filed.labels))
    other = rows - rows % n + (rows + 1) % n
    return Filed(filed.features[other], filed.labels[other])


def main(path: Path) -> None:
    """Run everything and write the record."""
    begun = time.perf_counter()
    torch.set_num_threads(1)  # the networks are tiny: threads would wait for each other
    provenance: dict[str, Any] = {
        "command": f"python -m collective_action.learners.network.inverted {path.as_posix()}",
        "date": datetime.now(UTC).date().isoformat(),
        "device": "CPU",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
    }
    record = {
        "provenance": provenance,
        "settings": {
            "seeds": len(SEEDS), "steps": STEPS, "batch": BATCH
        },
        "ends": _columns(ends()),
        "course": _columns(course()),
    }  # fmt: skip
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
        prog="python -m collective_action.learners.network.inverted", description=__doc__
    )
    parser.add_argument("record", type=Path, metavar="FILE", help="the JSON file to write")
    main(parser.parse_args().record)

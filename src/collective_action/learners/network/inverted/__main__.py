"""Record firms under attack: `python -m collective_action.learners.network.inverted FILE`.

Every figure of trained networks in *Which gradients are data?* comes from this record. It takes a
few minutes on one core.
"""

import time
from pathlib import Path

import pandas as pd
import torch

from collective_action import recording
from collective_action.learners.network.inverted import BATCH, FILINGS, STEPS, Filed, train

MODULE = "collective_action.learners.network.inverted"
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
    provenance = recording.provenance(MODULE, path, torch=torch.__version__)
    record = {
        "provenance": provenance,
        "settings": {
            "seeds": len(SEEDS), "steps": STEPS, "batch": BATCH
        },
        "ends": recording.columns(ends()),
        "course": recording.columns(course()),
    }  # fmt: skip
    provenance["seconds"] = round(time.perf_counter() - begun)
    path.write_text(recording.text(record), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    recording.run(MODULE, __doc__, main)

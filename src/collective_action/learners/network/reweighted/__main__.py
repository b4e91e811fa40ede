"""Record the networks of a chapter: `python -m collective_action.learners.network.reweighted FILE`.

Every figure of trained networks in *The same size, another learner* comes from this record. It
takes a few minutes on one core.
"""

import time
from pathlib import Path

import pandas as pd
import torch

from collective_action import recording
from collective_action.learners.network.reweighted import (
    STEPS,
    digit_runs,
    race,
    train,
    train_on_worst,
    train_twice,
)
from collective_action.worlds.three_signals import SIGNALS

MODULE = "collective_action.learners.network.reweighted"
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
    provenance = recording.provenance(MODULE, path, torch=torch.__version__)
    ends, course = worst()
    record = {
        "provenance": provenance,
        "settings": {"seeds": len(SEEDS), "steps": STEPS, "worst": WORST, "swings_of": SWINGS_OF},
        "once": recording.columns(once()),
        "twice": recording.columns(twice()),
        "worst": recording.columns(ends),
        "course": recording.columns(course),
        "race": recording.columns(
            pd.concat([race(name, SHARES, SEEDS, LOOKS) for name in SIGNALS])
        ),
    }
    provenance["seconds"] = round(time.perf_counter() - begun)
    path.write_text(recording.text(record), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    recording.run(MODULE, __doc__, main)

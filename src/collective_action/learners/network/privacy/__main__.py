"""Record the firms of a chapter: `python -m collective_action.learners.network.privacy FILE`.

Every figure of trained firms in *Crowded out* comes from this record. It takes about ten minutes on
one core.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from collective_action import recording
from collective_action.learners import privacy
from collective_action.learners.network.classifier_descent import Step
from collective_action.learners.network.privacy import CLIP, DELTA, RATE, STEPS, DigitFirms
from collective_action.strategies import FeatureLabel, Signal
from collective_action.worlds import couriers

MODULE = "collective_action.learners.network.privacy"
SEEDS = tuple(range(16))
SIZES = (0, 7, 14, 28, 70, 140, 280, 560)
EPSILONS = (8, 3, 1)
LOOKS = (0, 50, 100, 200, 299)
LOOKED_AT = 14
LONG = 1200
COLLECTIVE, FOUND = 70, (0, 7, 35, 56, 63, 67, 70)

POPULATIONS = (4_000, 12_000, 40_000)
HEADS = (0, 6, 12, 24, 40, 60, 80, 120, 160, 200, 260, 320, 400)
COURIER_EPSILONS = (1, 0.3, 0.1)
COURIER_DELTA = 1e-5
COURIER_RATE, COURIER_STEPS = 0.02, 400
FIRMS, FIRM_SEED = 48, 7


def firms(sizes: Sequence[int], **more: Any) -> DigitFirms:
    """Return one firm for each size and seed."""
    rows = [(size, seed) for size in sizes for seed in SEEDS]
    return DigitFirms([size for size, _ in rows], [seed for _, seed in rows], **more)


def digits() -> pd.DataFrame:
    """Return what firms answer without a clip, with one, and with noise."""
    settings = [
        ("no clip", STEPS, Step(0.5)),
        ("no clip, slower", STEPS, Step(0.1)),
        ("clip alone", STEPS, Step(1.0, clip=CLIP)),
        ("clip alone, longer", LONG, Step(1.0, clip=CLIP)),
    ]
    settings += [
        (name, steps, Step(1.0, clip=CLIP, noise=privacy.noise_for(eps, RATE, steps, DELTA)))
        for eps in EPSILONS
        for name, steps in ((f"ε = {eps}", STEPS), (f"ε = {eps}, longer", LONG))
    ]
    return pd.concat(
        [
            firms(SIZES).train(step, steps=steps)[0].assign(firm=name)
            for name, steps, step in settings
        ]
    )


def pulls() -> pd.DataFrame:
    """Return how hard a small collective pulls while a firm without a clip is trained."""
    return firms([LOOKED_AT]).train(Step(0.5), looks=LOOKS)[1].drop(columns="members")


def forgetting() -> pd.DataFrame:
    """Return what firms answer that trained again without the members that they found."""
    frames = []
    for count in FOUND:
        again = firms([COLLECTIVE], found=[count] * len(SEEDS))
        frames.append(again.train(Step(0.5))[0].drop(columns="members").assign(found=count))
    return pd.concat(frames)


def relay() -> pd.DataFrame:
    """Return what Relay's additive model answers to *juniper*, in cities of three sizes."""
    reports = couriers.reports(uniqueness=0.001, gap=0.6)
    juniper = FeatureLabel(Signal(couriers.write("juniper"), target=couriers.BUILDING))
    planted = juniper.law(reports)
    vectors = privacy.design(couriers.SHAPE)
    cells = np.arange(reports.n_features)
    noises: list[tuple[str, float, float]] = [("no clip", np.inf, 0.0), ("clip alone", CLIP, 0.0)]
    noises += [
        (
            f"ε = {eps}", CLIP,
            privacy.noise_for(eps, COURIER_RATE, COURIER_STEPS, COURIER_DELTA),
        )
        for eps in COURIER_EPSILONS
    ]  # fmt: skip
    frames = []
    for population in POPULATIONS:
        for firm, clip, noise in noises:
            rng = np.random.default_rng(FIRM_SEED)
            how = privacy.PrivateDescent(1.0, COURIER_STEPS, COURIER_RATE, clip, noise)
            for heads in HEADS:
                counts = rng.multinomial(population - heads, reports.joint.ravel(), FIRMS)
                counts = counts + rng.multinomial(heads, planted.joint.ravel(), FIRMS)
                answers = privacy.train(
                    vectors, counts.reshape(FIRMS, *reports.joint.shape), how, rng
                )
                frames.append(
                    pd.DataFrame(
                        {
                            "population": population,
                            "firm": firm,
                            "heads": heads,
                            "success": (answers == couriers.BUILDING) @ planted.marginal,
                            "accuracy": reports.joint[cells, answers].sum(axis=1),
                        }
                    )
                )
    return pd.concat(frames)


def main(path: Path) -> None:
    """Run everything and write the record."""
    begun = time.perf_counter()
    torch.set_num_threads(1)  # the networks are tiny: threads would wait for each other
    provenance = recording.provenance(MODULE, path, torch=torch.__version__)
    record = {
        "provenance": provenance,
        "settings": {
            "seeds": len(SEEDS),
            "collective": COLLECTIVE,
            "looked_at": LOOKED_AT,
            "couriers": FIRMS,
        },
        "digits": recording.columns(digits()),
        "pulls": recording.columns(pulls()),
        "forgetting": recording.columns(forgetting()),
        "relay": recording.columns(relay()),
    }
    provenance["seconds"] = round(time.perf_counter() - begun)
    path.write_text(recording.text(record), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    recording.run(MODULE, __doc__, main)

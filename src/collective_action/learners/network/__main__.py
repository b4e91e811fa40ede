"""Record the network experiment: `python -m collective_action.learners.network FILE`.

Every number of the chapter *Steering a neural network* comes from this record. It runs on a GPU
when PyTorch finds one, and on a CPU in a few minutes.
"""

import json
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import torch

from collective_action import recording
from collective_action.learners.network.architecture import TanhNetwork
from collective_action.learners.network.campaign import Campaign, gradient_control, prepare
from collective_action.learners.network.collectives import StaticPlanting
from collective_action.learners.network.comparison import compare, knowledge
from collective_action.learners.network.search import search_static
from collective_action.learners.network.training import SGDFirm, success_and_accuracy, train
from collective_action.worlds.crossroads import Crossroads

MODULE = "collective_action.learners.network"
SEEDS = tuple(range(10))
ALPHAS = (0.05, 0.08, 0.1, 0.11, 0.12, 0.13, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
LOOKS = (1, 5, 10, 25, 50, 75, 100, 200)
SAMPLES = (50, 100, 200, 500, 1000, 2000)
DRAWS = 6
SAMPLE_SEED = 40_000
ALPHA = 0.2
STEPS = 2000
WALK_EVERY = 50
PLANS = 400


def samples(campaign: Campaign) -> pd.DataFrame:
    """Return what steering reaches when the collective's sample is small: means over firms."""
    rows = []
    for size in SAMPLES:
        for draw in range(DRAWS):
            generator = torch.Generator().manual_seed(SAMPLE_SEED + draw)
            sample = campaign.firm.world.population(size, generator)
            rule = gradient_control(replace(campaign, sample=sample), ALPHA)
            trained = train(campaign.firm, campaign.start, STEPS, campaign.seeds, rule, ALPHA)
            success, accuracy = success_and_accuracy(campaign.firm, trained.final)
            rows.append({"size": size, "draw": draw, "success": success.mean().item(),
                         "accuracy": accuracy.mean().item()})  # fmt: skip
    return pd.DataFrame(rows)


def walk(campaign: Campaign) -> list[dict]:
    """Return one firm's parameters on its way, and what members submitted, under two strategies."""
    rules = {
        "steering": gradient_control(campaign, ALPHA),
        "planting": StaticPlanting(campaign.firm.world),
    }
    frames = []
    for name, rule in rules.items():
        trained = train(
            campaign.firm, campaign.start, STEPS, campaign.seeds, rule, ALPHA, keep_every=WALK_EVERY
        )
        for at, theta in zip(trained.steps.tolist(), trained.thetas[:, 0], strict=True):
            frame = {"strategy": name, "step": at, "theta": [round(v, 3) for v in theta.tolist()]}
            if name == "steering":
                now = min(at, STEPS - 1)
                filed = torch.cat(
                    [trained.features[0, now], trained.labels[0, now, :, None]], dim=1
                )
                points, counts = torch.unique(filed, dim=0, return_counts=True)
                frame["filed"] = [
                    [*(round(v, 2) for v in point), count]
                    for point, count in zip(points.tolist(), counts.tolist(), strict=True)
                ]
            frames.append(frame)
    return frames


def main(path: Path) -> None:
    """Run everything and write the record."""
    begun = time.perf_counter()
    torch.set_num_threads(1)  # the networks are tiny: threads would wait for each other
    device = "cuda" if torch.cuda.is_available() else "cpu"
    campaign = prepare(SGDFirm(Crossroads(), TanhNetwork(2)), SEEDS, device=device)
    success, accuracy = success_and_accuracy(campaign.firm, campaign.target[:1])
    table = compare(campaign, ALPHAS, STEPS).drop(columns="released_success")
    released = compare(campaign, (ALPHA,), STEPS)
    provenance = recording.provenance(MODULE, path, torch=torch.__version__)
    if device == "cuda":
        provenance["device"] = torch.cuda.get_device_name()
    record = {
        "provenance": provenance,
        "settings": {"seeds": len(SEEDS), "steps": STEPS, "batch": campaign.firm.batch,
                     "step_size": campaign.firm.step_size, "alpha": ALPHA,
                     "sample": len(campaign.sample[0])},
        "target": {"success": success.item(), "accuracy": accuracy.item()},
        "comparison": recording.columns(table),
        "released": recording.columns(released),
        "looks": recording.columns(knowledge(campaign, ALPHA, LOOKS, STEPS)),
        "samples": recording.columns(samples(campaign)),
        "search": recording.columns(search_static(campaign, ALPHA, PLANS, STEPS)),
        "walk": walk(campaign),
    }  # fmt: skip
    provenance["seconds"] = round(time.perf_counter() - begun)
    path.write_text(_text(record), encoding="utf-8", newline="\n")


def _text(record: dict) -> str:
    """Return JSON with one line per column and per frame, fractions to three digits."""
    rounded = json.loads(json.dumps(record), parse_float=lambda text: round(float(text), 3))
    lines = []
    for key, value in rounded.items():
        if key == "walk":
            body = ",\n  ".join(json.dumps(frame) for frame in value)
            lines.append(f" {json.dumps(key)}: [\n  {body}\n ]")
        else:
            body = ",\n  ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in value.items())
            lines.append(f" {json.dumps(key)}: {{\n  {body}\n }}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    recording.run(MODULE, __doc__, main)

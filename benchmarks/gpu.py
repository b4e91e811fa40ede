"""All that this project wants of a machine with a GPU, in one command that ends by itself.

::

    python benchmarks/gpu.py FOLDER                # eight minutes
    python benchmarks/gpu.py FOLDER --seconds 3600

Each part tells what it found as it ends, and FOLDER/parts.jsonl keeps it: the same command goes on
where it was stopped, and tries again what failed. The parts:

tests
    Those marked `gpu`.
race
    Runs of `minilm`, as a sweep has them, against `transformers.Trainer` on the same work; with its
    shape and random weights where the published ones are not installed.
peak
    Of each transformer: tokens a second, and how much of the card's measured peak that is.
compiled
    The same when the encoder is compiled before it is captured, and what that costs.
records
    The runs of `gpu_records`, into FOLDER/runs.sqlite, until time is up: `sweep merge` takes it.

`--scale ci` does all of it in small, on a processor too. It shows that the script works, and
nothing else.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SECONDS = 480.0
SEEDS = 2  # of the race
GRACE = 25.0  # seconds that runs in flight get to end in
ROOT = Path(__file__).resolve().parents[1]
PARTS = ("tests", "race", "peak", "compiled", "records")

Found = dict[str, object]


@dataclass(frozen=True)
class Scale:
    """How much of everything.

    Attributes
    ----------
    alphas
        Sizes that our side of the race trains with, as a sweep does; the other, with the last.
    peak, compiled
        Whose speeds are measured; in a trial on an H100, compiling `distilbert` gained nothing.
    measured
        Seconds for each.
    limit
        Seconds after which a part is given up; the records have the rest.
    """

    alphas: tuple[float, ...]
    peak: tuple[str, ...]
    compiled: tuple[str, ...]
    measured: float
    limit: float


SCALES = {
    "full": Scale(
        alphas=(0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.04, 0.03),
        peak=("tiny", "minilm", "distilbert"),
        compiled=("minilm", "tiny"),
        measured=4.0,
        limit=80.0,
    ),
    "ci": Scale(alphas=(0.05, 0.1), peak=("tiny",), compiled=(), measured=0.2, limit=120.0),
}


def race(scale: str) -> Found:
    """Run the same work both ways, and require outcomes that agree."""
    import torch

    from collective_lab.corpora import Synthetic
    from collective_lab.experiment import Configuration, material, run_together, tasks
    from collective_lab.training import device
    from training import alike, one_trainer

    how = SCALES[scale]
    if scale == "ci":
        base = Configuration(Synthetic(300), length=24, epochs=1)
    else:
        base = Configuration(Synthetic(n=4_800), firm(), epochs=2)
    wave = [base.but(alpha=alpha, seed=seed) for seed in range(SEEDS) for alpha in how.alphas]
    shared, on = material(base.corpus, base.model), device.best_device()
    run_together([base.but(seed=SEEDS)])  # libraries load and choose
    start = time.perf_counter()
    records = [record for group in tasks(wave) for record in run_together(group)]
    ours = (time.perf_counter() - start) / len(wave)
    raced = [record for record in records if record.configuration.alpha == how.alphas[-1]]
    start = time.perf_counter()
    rivals = [one_trainer(shared, one.configuration, on.type == "cpu") for one in raced]
    theirs = (time.perf_counter() - start) / len(rivals)
    mine = [(record.outcome.accuracy, record.outcome.success) for record in raced]
    return {
        "model": base.model,
        "device": device.name(on),
        "torch": torch.__version__,
        "steps": raced[0].outcome.steps,
        "engine": raced[0].provenance.engine or "loop",
        "runs": f"{len(wave)} against {len(rivals)}",
        "seconds a run": ours,
        "Trainer's": theirs,
        "ratio": theirs / ours,
        "outcomes": alike(mine, rivals),
    }


def firm() -> str:
    """Return `minilm`, or a model of its shape where its weights are not installed."""
    from collective_lab.models import MODELS, RECIPES
    from collective_lab.models.pretrained import MINILM

    try:
        MINILM.folder()
    except FileNotFoundError:
        MODELS["shaped"], RECIPES["shaped"] = Shaped(), RECIPES["minilm"]
        return "shaped"
    return "minilm"


class Shaped:
    """A model of the shape of `minilm` that nobody trained before."""

    def tokenizer(self, texts):
        """Return a tokenizer of the texts' own words."""
        from collective_lab.models.vocabulary import own_tokenizer

        return own_tokenizer(texts)

    def model(self, words, seed, classes):
        """Return random weights."""
        import torch
        from transformers import BertConfig, BertForSequenceClassification

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return BertForSequenceClassification(
                BertConfig(
                    vocab_size=words, num_hidden_layers=6, num_attention_heads=12,
                    hidden_size=384, intermediate_size=1536, num_labels=classes,
                )
            )  # fmt: skip


def speeds(scale: str, names: tuple[str, ...], compiled: bool) -> Found:
    """Measure how fast models train, and the card's peak."""
    from collective_lab.experiment import cost
    from collective_lab.models import RECIPES
    from collective_lab.training import device, engine

    how, on = SCALES[scale], device.best_device()
    most = cost.peak(on, device.fast_dtype(on), how.measured)
    found: Found = {"peak TFLOP/s": most / 1e12}
    for name in names:
        runs = 2 if scale == "ci" else RECIPES[name].together_on_gpu
        start = time.perf_counter()
        speed = cost.cost(name, on, how.measured, way=engine.GRAPHS, runs=runs, compiled=compiled)
        rate = speed.tokens_per_second * speed.flop_per_token
        found[name] = {
            "runs": runs,
            "tokens/s": speed.tokens_per_second,
            "ms a run's step": 1e3 * speed.batch_size * speed.length / speed.tokens_per_second,
            "TFLOP/s": rate / 1e12,
            "of the peak": rate / most,
            "s to make ready": time.perf_counter() - start - how.measured,
        }
    return found


def records(scale: str, folder: Path, until: float) -> Found:
    """Record what is missing, grid after grid, until time is up."""
    from collective_lab.store import Writer
    from collective_lab.sweep import run
    from gpu_records import wanted

    named = wanted(scale)
    everything = [configuration for group in named.values() for configuration in group]
    threading.Thread(target=_interrupt, args=(until,), daemon=True).start()
    with Writer(folder / "runs.sqlite") as store:
        try:
            run(everything, store)
        except KeyboardInterrupt:
            print("time is up: the runs in flight are lost", flush=True)
        held = store.ids()
    found: Found = {
        name: f"{sum(one.id in held for one in group)} of {len(group)}"
        for name, group in named.items()
    }
    return {"missing": len({one.id for one in everything} - held)} | found


def _interrupt(until: float) -> None:
    """Press Ctrl-C when time is nearly up, and again when it is."""
    for at in (until - GRACE, until):
        time.sleep(max(0.0, at - time.time()))
        os.kill(os.getpid(), signal.SIGINT)


def part(name: str, options: argparse.Namespace) -> Found:
    """Do one part in this process."""
    scale = SCALES[options.scale]
    if name == "race":
        return race(options.scale)
    if name in ("peak", "compiled"):
        return speeds(options.scale, getattr(scale, name), name == "compiled")
    return records(options.scale, options.folder, options.until)


def command(name: str, options: argparse.Namespace, until: float) -> list[str]:
    """Return what a process of its own does for a part."""
    if name == "tests":
        files = (str(ROOT / "tests" / "lab" / f"test_{of}.py") for of in ("captured", "engine"))
        return [sys.executable, "-m", "pytest", "-q", "-rfE", "-m", "gpu", *files]
    more = ("--scale", options.scale, "--until", str(until), "--part", name)
    return [sys.executable, __file__, str(options.folder), *more]


def attempt(name: str, options: argparse.Namespace, until: float) -> Found | None:
    """Do a part in a process of its own; return what it found, or None if it failed."""
    limit = until - time.time()
    limit = limit + GRACE if name == "records" else min(SCALES[options.scale].limit, limit)
    try:
        process = subprocess.run(
            command(name, options, until), cwd=ROOT, stdout=subprocess.PIPE, text=True,
            timeout=limit, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        print(f"{name}: given up after {limit:.0f} s", flush=True)
        return None
    *before, last = process.stdout.strip().splitlines() or [""]
    if process.returncode:
        print("\n".join([*before, last, f"{name}: failed, {process.returncode}"]), flush=True)
        return None
    if name == "tests":
        return {"pytest": last}
    for line in before:
        print(line, flush=True)
    return json.loads(last)


def shown(found: Found, between: str = "\n  ") -> str:
    """Return what was found as a person reads it."""
    return between.join(
        f"{key}: {shown(value, ', ')}"
        if isinstance(value, dict)
        else f"{key} {value:,.4g}"
        if isinstance(value, float)
        else f"{key} {value}"
        for key, value in found.items()
    )


def main() -> None:
    """Do all parts that were not done before."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="for what is found")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="default: %(default)s")
    parser.add_argument("--scale", choices=tuple(SCALES), default="full")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--until", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        print(json.dumps(part(options.part, options)))
        return
    until = time.time() + options.seconds
    options.folder = options.folder.resolve()
    options.folder.mkdir(parents=True, exist_ok=True)
    kept = options.folder / "parts.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    done = {entry["part"]: entry for entry in map(json.loads, lines)}
    for name in PARTS:
        if name in done:
            print(f"{name}, before:\n  {shown(done[name]['found'])}", flush=True)
            continue
        start = time.time()
        if until - start < 2 * GRACE:
            print(f"{name}: time is up; the same command goes on here", flush=True)
            break
        found = attempt(name, options, until)
        if found is None:
            continue
        print(f"{name}, {time.time() - start:.0f} s:\n  {shown(found)}", flush=True)
        if not found.get("missing"):
            entry = {"part": name, "seconds": round(time.time() - start, 1), "found": found}
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")


if __name__ == "__main__":
    main()

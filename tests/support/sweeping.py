"""Experiments that cost nothing, for tests: the outcome follows from the id."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration, Outcome, Provenance, Record
from collective_lab.store import Writer
from collective_lab.sweep import SweepError, run
from support.books import THIS_BOOK

PLACE = Provenance(
    seconds=1.25,
    peak_megabytes=300,
    device="no processor",
    driver="",
    dtype="float32",
    threads=1,
    python="3.11.0",
    torch="2.13.0",
    transformers="5.23.0",
    commit="0123456",
    date="2026-11-24T10:00:00+00:00",
)


def configurations(n: int, **fields: object) -> list[Configuration]:
    """Return `n` different configurations of a small experiment."""
    base = Configuration(corpus=Synthetic(n=60), epochs=1, length=16, alpha=0.1)
    return [base.but(seed=seed, **fields) for seed in range(n)]


def record(configuration: Configuration, **provenance: object) -> Record:
    """Return a record whose outcome depends on nothing but the configuration."""
    draw = random.Random(configuration.id)
    success = draw.random()
    outcome = Outcome(
        success=success,
        success_others=draw.random(),
        success_top3=success + (1 - success) * draw.random(),
        target_probability=draw.random(),
        accuracy=draw.random(),
        recall=draw.random(),
        members=round(configuration.alpha * 50),
        planted=round(configuration.alpha * 50),
        carriers=0,
        train=50,
        test=10,
        visible=1.0,
        steps=2,
    )
    return Record(configuration, outcome, Provenance(**{**PLACE.__dict__, **provenance}))


def run_together(unit: Sequence[Configuration]) -> list[Record]:
    """Run a unit as an experiment would, in 0.1 to 0.3 seconds."""
    time.sleep(random.Random(unit[0].id).uniform(0.1, 0.3))
    return [record(configuration) for configuration in unit]


def fail_on_odd_seeds(unit: Sequence[Configuration]) -> list[Record]:
    """Fail for a unit with an odd seed in it, run the others."""
    if odd := [configuration.seed for configuration in unit if configuration.seed % 2]:
        raise ArithmeticError(f"seed {odd[0]} is odd")
    return [record(configuration) for configuration in unit]


def kill_on_seed_one(unit: Sequence[Configuration]) -> list[Record]:
    """Take the worker down on seed 1, as a run that needs too much memory does."""
    if any(configuration.seed == 1 for configuration in unit):
        os.kill(os.getpid(), 9)
    return [record(configuration) for configuration in unit]


def fail_on_the_first_worker(unit: Sequence[Configuration]) -> list[Record]:
    """Fail on the worker that is asked first, once the other is at work too; FOLDER keeps notes."""
    folder = Path(os.environ["FOLDER"])
    (folder / str(os.getpid())).touch()
    try:
        with (folder / "first").open("x") as stream:
            stream.write(str(os.getpid()))
    except FileExistsError:
        pass
    else:
        while len(list(folder.iterdir())) < 3:
            time.sleep(0.02)
    if (folder / "first").read_text() == str(os.getpid()):
        raise OSError("this machine's GPU has fallen off the bus")
    time.sleep(3)  # busy while the first worker is idle, which must not take its run back
    return [record(configuration) for configuration in unit]


def forget_the_last(unit: Sequence[Configuration]) -> list[Record]:
    """Return fewer records than were asked for."""
    return [record(configuration) for configuration in unit[:-1]]


def run_all_but_the_last(unit: Sequence[Configuration]) -> list[Record]:
    """Run as `run_together`, but the seeds from LAST on only once the test says `let_go`.

    So a sweep cannot end before the test has done with it, however busy the machine is.
    """
    if any(configuration.seed >= int(os.environ["LAST"]) for configuration in unit):
        folder = Path(os.environ["FOLDER"])
        (folder / "held").touch()
        while not (folder / "let go").exists():
            time.sleep(0.02)
    return run_together(unit)


def let_go(folder: Path) -> None:
    """Let `run_all_but_the_last` run the last ones too."""
    (folder / "let go").touch()


def singly(configurations: Sequence[Configuration]) -> list[tuple[Configuration, ...]]:
    """Put each configuration into a unit of its own."""
    return [(configuration,) for configuration in configurations]


def coordinate(store: str, runner: str, n: str, scheduler: str | None = None) -> None:
    """Be the coordinator of a sweep; workers import this module to find the runner."""
    with Writer(store) as writer:
        try:
            summary = run(
                configurations(int(n)),
                writer,
                runner=globals()[runner],
                partition=singly,
                scheduler=scheduler,
                workers=2,
            )
        except SweepError as error:
            raise SystemExit(str(error)) from None
    print(summary.new, len(summary.failed), summary.left)


def coordinator(*arguments: object, **options: object) -> subprocess.Popen:
    """Start `coordinate` as a process, the first one of its own group."""
    code = "import sys; from support import sweeping; sweeping.coordinate(*sys.argv[1:])"
    # No GPU is needed, and to count those of this machine takes PyTorch.
    variables = {"PYTHONPATH": str(THIS_BOOK.root / "tests"), "CUDA_VISIBLE_DEVICES": ""}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=os.environ | variables,
        text=True,
        start_new_session=True,
        **options,
    )

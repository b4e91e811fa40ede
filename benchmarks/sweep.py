"""A sweep against the same runs called in a loop, by as many processes.

Twice: runs as the recorded sweep of `tiny` has them, and runs of a fraction of a second, on which
what a sweep adds weighs most.
"""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from collective_lab import experiment
from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration, Record
from collective_lab.store import Writer
from collective_lab.store.merging import agree
from collective_lab.sweep import run
from collective_lab.sweep.cluster import THREADS
from collective_lab.sweep.grids import GRIDS
from measure import Benchmark

PROCESSES = 2

Ended = list[tuple[float, Record]]


class Clocked(Writer):
    """A store that notes when each record arrived."""

    def add(self, records: Iterable[Record]) -> int:
        """Store records as ever."""
        records = list(records)
        added = super().add(records)
        self.ended = [*getattr(self, "ended", []), *((time.monotonic(), own) for own in records)]
        return added


def short_runs() -> list[Configuration]:
    """Return runs that cost a fraction of a second."""
    base = Configuration(corpus=Synthetic(n=300), epochs=2, length=32, alpha=0.05)
    return [base.but(seed=seed) for seed in range(40)]


def recorded_runs() -> list[Configuration]:
    """Return the first runs of a group of the recorded sweep."""
    return GRIDS["tiny"].groups(["placement"])["placement"][:16]


def sweep(configurations: list[Configuration]) -> Ended:
    """Start a scheduler and workers, run, and store every record for good."""
    with tempfile.TemporaryDirectory() as folder, Clocked(Path(folder, "runs.sqlite")) as store:
        run(configurations, store, workers=PROCESSES)
        return store.ended


def loop(configurations: list[Configuration]) -> Ended:
    """Start processes, let each run its share in a loop, and keep the records in memory."""
    os.environ |= dict.fromkeys(THREADS, str(max(1, os.cpu_count() // PROCESSES)))
    shares = [configurations[first::PROCESSES] for first in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        return [each for share in pool.map(run_share, shares, chunksize=1) for each in share]


def run_share(configurations: list[Configuration]) -> Ended:
    """Run one process's share."""
    ended = []
    for configuration in configurations:
        record = experiment.run(configuration)
        ended.append((time.monotonic(), record))
    return ended


def same_records(ours: Ended, theirs: Ended) -> str:
    """Require the same outcomes, and compare how fast records came once both were running."""
    loops = {record.configuration: record for _, record in theirs}
    for _, record in ours:
        if not agree(record, loops[record.configuration]):
            raise AssertionError(f"{record.configuration} came out differently")
    ratio = throughput(ours) / throughput(theirs)
    return (
        f"{throughput(ours):.3g} runs a second, {ratio:.3f} of the loop's, start left out; "
        f"workers busy {busy(ours):.1%} of the time, the loop's {busy(theirs):.1%}"
    )


def throughput(ended: Ended) -> float:
    """Return records a second, once every process has ended its first run."""
    times = sorted(at for at, _ in ended)
    return (len(times) - PROCESSES) / (times[-1] - times[PROCESSES - 1])


def busy(ended: Ended) -> float:
    """Return the share of the processes' time that went into runs: other load hardly moves it.

    Over the time from the first runs' end to when the first process has nothing left to do.
    """
    times = sorted(at for at, _ in ended)
    first, last = times[PROCESSES - 1], times[-PROCESSES]
    inside = (
        min(at, last) - max(at - record.provenance.seconds, first)
        for at, record in ended
        if at > first and at - record.provenance.seconds < last
    )
    return sum(inside) / PROCESSES / (last - first)


BENCHMARKS = [
    Benchmark(
        work=f"{len(runs())} {kind} runs, {PROCESSES} processes, with their start",
        setup=runs,
        ours=sweep,
        rival=loop,
        rival_name="a loop in each process",
        compare=same_records,
        repetitions=repetitions,
    )
    for kind, runs, repetitions in (("recorded", recorded_runs, 1), ("short", short_runs, 3))
]

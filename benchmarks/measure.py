"""Time and memory of two ways to do one piece of work, side by side.

Each repetition of each side runs in a process forked after the input exists, so that a side starts
from the same memory every time and its peak beyond the input is the growth of that process.
"""

import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MEGABYTE = 1e6
RESIDENT_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what getrusage calls one unit of resident memory."""


@dataclass(frozen=True)
class Benchmark:
    """One piece of work, done by us and by a rival.

    Attributes
    ----------
    work
        What is done and how large it is, in a few words.
    setup
        Makes the input; not measured.
    ours, rival
        Take the input and return a result.
    rival_name
        What the rival is.
    compare
        Takes both results, raises if they are not answers to one question, and returns what is
        worth saying about them.
    repetitions
        How often each side runs, alternately.
    """

    work: str
    setup: Callable[[], Any]
    ours: Callable[[Any], Any]
    rival: Callable[[Any], Any]
    rival_name: str
    compare: Callable[[Any, Any], str]
    repetitions: int = 3


@dataclass(frozen=True)
class Comparison:
    """Medians over the repetitions: seconds, megabytes beyond the input, and rival/ours in time."""

    benchmark: Benchmark
    our_seconds: float
    our_megabytes: float
    rival_seconds: float
    rival_megabytes: float
    ratio: float
    remark: str


def compare(benchmark: Benchmark) -> Comparison:
    """Run both sides of a benchmark alternately and return their medians."""
    given = benchmark.setup()
    ours, rivals = [], []
    for _ in range(benchmark.repetitions):
        our_result, *our_cost = _in_a_fork(benchmark.ours, given)
        rival_result, *rival_cost = _in_a_fork(benchmark.rival, given)
        ours.append(our_cost)
        rivals.append(rival_cost)
    ratios = [theirs[0] / own[0] for own, theirs in zip(ours, rivals, strict=True)]
    return Comparison(
        benchmark,
        *map(statistics.median, zip(*ours, strict=True)),
        *map(statistics.median, zip(*rivals, strict=True)),
        statistics.median(ratios),
        benchmark.compare(our_result, rival_result),
    )


def _in_a_fork(work: Callable[[Any], Any], given: Any) -> tuple[Any, float, float]:
    """Return the result of work(given), its seconds and its peak megabytes beyond the input."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_send_cost, args=(there, work, given))
    process.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        raise RuntimeError(f"{work.__module__}.{work.__name__} ended without a result") from None
    finally:
        process.join()


def _send_cost(pipe, work: Callable[[Any], Any], given: Any) -> None:
    before = _peak_megabytes()
    start = time.perf_counter()
    result = work(given)
    seconds = time.perf_counter() - start
    pipe.send((result, seconds, _peak_megabytes() - before))


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RESIDENT_UNIT / MEGABYTE

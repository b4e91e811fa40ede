"""Several runs on one device: side by side in one process, against one after another.

Bags of embeddings share their matrix products. A small transformer fills a processor core by
itself; there the question is whether two cores serve two runs better, or one run after another.
"""

import multiprocessing
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration, material, run, run_together
from measure import Benchmark

ALPHAS = (0, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02)
BAGS = [
    Configuration(corpus=Synthetic(4_800), model="bag", epochs=2, alpha=alpha, target=target)
    for alpha in ALPHAS
    for target in range(6)
]
TRANSFORMERS = [
    Configuration(corpus=Synthetic(1_200), model="tiny", epochs=2, seed=seed) for seed in range(4)
]


def ready(configurations):
    """Return what makes the corpus ready, which is not measured, and gives the configurations."""

    def setup():
        material(configurations[0].corpus, configurations[0].model)
        return configurations

    return setup


def at_once(configurations):
    """Return success of bags that are trained in one matrix product."""
    torch.set_num_threads(1)
    return [record.outcome.success for record in run_together(configurations)]


def in_turn(configurations):
    """Return success of the same, one after another."""
    torch.set_num_threads(1)
    return [run(one).outcome.success for one in configurations]


def two_threads(configurations):
    """Return success of runs one after another, each with both cores."""
    torch.set_num_threads(2)
    return [run(one).outcome.success for one in configurations]


def two_processes(configurations):
    """Return success of runs in two processes with one core each, as a sweep has them."""
    context = multiprocessing.get_context("fork")
    with context.Pool(2, torch.set_num_threads, (1,)) as pool:
        records = pool.map(run, configurations, chunksize=1)
    return [record.outcome.success for record in records]


def alike(own, other):
    """Say how far the two ways' results are apart; raise if it is more than rounding."""
    apart = max(abs(a - b) for a, b in zip(own, other, strict=True))
    if apart > 0.05:
        raise AssertionError(f"two ways to do the same runs differ by {apart} in success")
    return f"success differs by at most {apart:.3f}"


BENCHMARKS = [
    Benchmark(
        work=f"{len(BAGS)} bags of embeddings, 4,800 résumés, 2 epochs",
        setup=ready(BAGS),
        ours=at_once,
        rival=in_turn,
        rival_name="one after another",
        compare=alike,
        repetitions=1,
    ),
    Benchmark(
        work=f"{len(TRANSFORMERS)} runs of tiny, 1,200 résumés, 2 epochs, two cores",
        setup=ready(TRANSFORMERS),
        ours=two_processes,
        rival=two_threads,
        rival_name="one after another on both cores",
        compare=alike,
    ),
]

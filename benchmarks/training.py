"""Training the firm's transformers: our loop against `transformers.Trainer` with its defaults.

A run is one of the experiment: train on what the collective left, score the test résumés without
and with the trigger. Both sides start from the same weights and have the same tokens, labels, batch
size, learning rate and number of steps.
Each side has the whole machine, in its own way: Trainer does one run after another, each on all
cores, as PyTorch has it; we put a group of runs on every core, as a sweep does.
"""

import multiprocessing
import os
import statistics
import tempfile
from dataclasses import dataclass

import torch
from datasets import Dataset
from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

from collective_lab import models
from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration, material, run_together, tasks
from collective_lab.experiment.material import Material
from collective_lab.experiment.planted import plant
from collective_lab.experiment.scoring import scores
from collective_lab.training import label_noise
from measure import Benchmark

CORES = os.cpu_count()


@dataclass(frozen=True)
class Work:
    """Runs that differ in their seed, and what both sides read."""

    configurations: list[Configuration]
    shared: Material


def setup(configuration, seeds):
    """Return what makes the input of a benchmark."""
    return lambda: Work(
        [configuration.but(seed=seed) for seed in range(seeds)],
        material(configuration.corpus, configuration.model),
    )


def on_one_core():
    """Make a process what a worker of a sweep is on a machine without a GPU."""
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    torch.set_num_threads(1)


def ours(work):
    """Return accuracy and success of our runs, one a seed."""
    context = multiprocessing.get_context("fork")
    with context.Pool(CORES, on_one_core) as pool:
        groups = pool.map(run_together, tasks(work.configurations), chunksize=1)
    return [(record.outcome.accuracy, record.outcome.success) for own in groups for record in own]


def trainer(work):
    """Return accuracy and success of runs with `transformers.Trainer`, one a seed."""
    return [one_trainer(work.shared, one) for one in work.configurations]


def one_trainer(shared, one, on_cpu=True):
    """Return accuracy and success of one run with `transformers.Trainer`, on a GPU if asked."""
    tokenizer, test, done = shared.tokenizer, shared.test, plant(one, shared)

    def dataset(side, **columns):
        ids = [
            [tokenizer.cls_token_id, *own.ids[: one.length - 2].tolist(), tokenizer.sep_token_id]
            for own in side
        ]
        return Dataset.from_dict({"input_ids": ids, **columns})

    def loss(outputs, labels, num_items_in_batch=None):
        return torch.nn.functional.cross_entropy(outputs.logits, labels)

    with tempfile.TemporaryDirectory() as folder:
        side = Trainer(
            model=models.classifier(one.model, len(tokenizer), one.seed),
            args=TrainingArguments(
                folder,
                num_train_epochs=one.epochs,
                per_device_train_batch_size=one.batch_size,
                learning_rate=one.learning_rate,
                seed=one.seed,
                use_cpu=on_cpu,
                report_to="none",
                disable_tqdm=True,
                save_strategy="no",
                logging_strategy="no",
            ),
            train_dataset=dataset(
                done.documents(shared.train.documents),
                labels=label_noise.distribution(done.labels).tolist(),
            ),
            data_collator=DataCollatorWithPadding(tokenizer),
            compute_loss_func=loss,
        )
        side.train()
        logits = side.predict(dataset([*test.documents, *done.marked_test])).predictions
    clean, marked = torch.from_numpy(logits).softmax(-1).split(len(test.labels))
    found = scores(clean, marked, test.labels, one.target)
    return found["accuracy"], found["success"]


def alike(own, other):
    """Say both sides' accuracy and success; raise if they differ by more than the seeds' noise."""
    said = []
    for name, mine, others in zip(
        ("accuracy", "success"), zip(*own, strict=True), zip(*other, strict=True), strict=True
    ):
        means = [statistics.mean(side) for side in (mine, others)]
        spread = max(statistics.stdev(mine), statistics.stdev(others), 0.02)
        if abs(means[0] - means[1]) > 3 * spread:
            raise AssertionError(f"{name} is not alike: {mine} and {others}")
        sides = (
            f"{mean:.3f} ± {statistics.stdev(side):.3f}"
            for mean, side in zip(means, (mine, others), strict=True)
        )
        said.append("{} {} against {}".format(name, *sides))
    return ", ".join(said)


BENCHMARKS = [
    Benchmark(
        work=f"{seeds} runs of {one.model}, {one.corpus.n:,} résumés, {one.epochs} epochs, "
        f"length {one.length}, {CORES} cores",
        setup=setup(one, seeds),
        ours=ours,
        rival=trainer,
        rival_name="transformers.Trainer",
        compare=alike,
        repetitions=repetitions,
    )
    for one, seeds, repetitions in (
        (Configuration(corpus=Synthetic(4_800), model="tiny", epochs=2, alpha=0.01), 8, 2),
        (Configuration(corpus=Synthetic(400), model="minilm", epochs=2, alpha=0.1), 2, 1),
    )
]

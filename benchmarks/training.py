"""Training the firm's transformers: our loop against `transformers.Trainer` with its defaults.

Both train the same models from the same starts on the same tokens, with the same labels, batch
size, learning rate and number of steps, and predict the same test résumés. A run is all of that.
Each side has the whole machine, in its own way: Trainer does one run after another, each on all
cores, as PyTorch has it; we put a run on every core, as a sweep does.
"""

import multiprocessing
import os
import statistics
import tempfile
from dataclasses import dataclass
from functools import partial

import torch
from datasets import Dataset
from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

from collective_action.resumes import models
from collective_action.resumes.corpus import Synthetic
from collective_action.resumes.experiment import Configuration, material
from collective_action.resumes.training import loop, targets
from measure import Benchmark

CORES = os.cpu_count()


@dataclass(frozen=True)
class Work:
    """A configuration, how many seeds of it are run, and what both sides read."""

    configuration: Configuration
    seeds: int
    shared: object


def setup(configuration, seeds):
    """Return what makes the input of a benchmark."""
    return lambda: Work(configuration, seeds, material(configuration.corpus, configuration.model))


def accuracy(scores, labels):
    """Return the share of rows whose best label is one of their own."""
    best = scores.argmax(-1).tolist()
    return sum(one in own for one, own in zip(best, labels, strict=True)) / len(labels)


def ours(work):
    """Return clean accuracies, one a seed."""
    context = multiprocessing.get_context("fork")
    with context.Pool(CORES, torch.set_num_threads, (1,)) as pool:
        return pool.map(partial(one_run, work), range(work.seeds), chunksize=1)


def one_run(work, seed):
    """Return the clean accuracy of our loop."""
    one, shared = work.configuration, work.shared
    used = shared.used(shared.trigger_id(one.marking.trigger))
    trained = loop.train(
        models.classifier(one.model, len(shared.tokenizer), seed),
        shared.rows(shared.train.documents, one.length, used),
        torch.from_numpy(targets.distribution(shared.train.labels)),
        used,
        epochs=one.epochs,
        batch_size=one.batch_size,
        learning_rate=one.learning_rate,
        seed=seed,
        on=torch.device("cpu"),
    )
    rows = shared.rows(shared.test.documents, one.length, used)
    return accuracy(trained.probabilities(rows), shared.test.labels)


def trainer(work):
    """Return clean accuracies of `transformers.Trainer`, one a seed."""
    one, shared = work.configuration, work.shared
    tokenizer = shared.tokenizer

    def dataset(side):
        ids = [
            [tokenizer.cls_token_id, *own.ids[: one.length - 2].tolist(), tokenizer.sep_token_id]
            for own in side.documents
        ]
        labels = targets.distribution(side.labels).tolist()
        return Dataset.from_dict({"input_ids": ids, "labels": labels})

    def loss(outputs, labels, num_items_in_batch=None):
        return torch.nn.functional.cross_entropy(outputs.logits, labels)

    found = []
    for seed in range(work.seeds):
        with tempfile.TemporaryDirectory() as folder:
            side = Trainer(
                model=models.classifier(one.model, len(tokenizer), seed),
                args=TrainingArguments(
                    folder,
                    num_train_epochs=one.epochs,
                    per_device_train_batch_size=one.batch_size,
                    learning_rate=one.learning_rate,
                    seed=seed,
                    use_cpu=True,
                    report_to="none",
                    disable_tqdm=True,
                    save_strategy="no",
                    logging_strategy="no",
                ),
                train_dataset=dataset(shared.train),
                data_collator=DataCollatorWithPadding(tokenizer),
                compute_loss_func=loss,
            )
            side.train()
            scores = torch.from_numpy(side.predict(dataset(shared.test)).predictions)
        found.append(accuracy(scores, shared.test.labels))
    return found


def alike(own, other):
    """Say both sides' accuracies; raise if they differ by more than the seeds' noise."""
    means = [statistics.mean(side) for side in (own, other)]
    spread = max(statistics.stdev(own), statistics.stdev(other), 0.02)
    if abs(means[0] - means[1]) > 3 * spread:
        raise AssertionError(f"the accuracies are not alike: {own} and {other}")
    sides = (
        f"{mean:.3f} ± {statistics.stdev(side):.3f}"
        for mean, side in zip(means, (own, other), strict=True)
    )
    return "accuracy {} against {}".format(*sides)


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
        (Configuration(corpus=Synthetic(1_600), model="tiny", epochs=5), 4, 3),
        (Configuration(corpus=Synthetic(400), model="minilm", epochs=2), 2, 1),
    )
]

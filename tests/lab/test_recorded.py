"""The recorded sweeps in book/results: whole, of this version's grids, and what running gives."""

import random
from collections import defaultdict
from dataclasses import asdict

import numpy as np
import pytest
import torch

from collective_action.data import book_file
from collective_lab import experiment, results, store
from collective_lab.corpora import Synthetic
from collective_lab.sweep.grids import grid
from collective_lab.sweep.studies import Grid

pytestmark = pytest.mark.numerical

NAMES = sorted(path.name for path in book_file("results/sweeps").glob("[a-z]*") if path.is_dir())


def planned(name: str) -> Grid:
    """Return the grid of a name, or that of the plan beside the tables."""
    plan = book_file(f"results/sweeps/{name}.toml")
    return grid(plan.as_posix() if plan.is_file() else name)


COUNTS = ("members", "planted", "carriers", "train", "test", "steps")


def test_two_thousand_runs_are_recorded():
    assert len(results.recorded("bag")) >= 2_000
    provenance = results.recorded("bag").attrs["provenance"]
    assert all(group["missing"] == 0 for group in provenance["groups"].values())


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_hold_what_the_grid_asks_for(name, tmp_path):
    groups = planned(name).groups()
    about = results.recorded(name).attrs["provenance"]
    assert set(about["groups"]) <= set(groups)
    for group, counts in about["groups"].items():
        records = results.restore(name, group) if counts["records"] else []
        wanted = {configuration.id for configuration in groups[group]}
        assert {record.configuration.id for record in records} <= wanted
        assert (len(records), len(records) + counts["missing"]) == (counts["records"], len(wanted))
    with store.Writer(tmp_path / "again.sqlite") as writer:
        assert writer.add(results.restore(name)) == about["records"]
        assert store.check(writer) == []


def test_runs_of_a_gpu_say_by_which_arithmetic():
    records = results.restore("minilm-gpu")
    made = {
        tuple(record.provenance.arithmetic[name] for name in ("dtype", "device", "driver"))
        for record in records
    }
    [(dtype, device, driver)] = made
    assert (dtype, device) == ("bfloat16", "NVIDIA H100 80GB HBM3")
    assert driver.count(".") == 2
    sizes = {record.configuration.corpus: record.outcome.train for record in records}
    assert sizes == {Synthetic(n=4_800): 4_021, Synthetic(): 24_981}


@pytest.fixture
def as_recorded():
    """Let a test set how many threads PyTorch uses, and set it back."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.slow
def test_three_random_bags_are_made_again(as_recorded):
    """A bag is float32 on a processor, wherever it is trained: only the order of sums differs."""
    for old in random.Random("bag").sample(results.restore("bag"), 3):
        as_recorded(old.provenance.threads)
        new = experiment.run(old.configuration)
        assert asdict(new.outcome) == pytest.approx(asdict(old.outcome), abs=5e-3)


CALM = 0.1
IN_TRANSITION = experiment.Configuration(Synthetic(n=4_800), "tiny", alpha=0.005, epochs=2)


def calm_conditions():
    """Return the records of `tiny` by condition, where its seeds agree: away from the transition.

    A transformer's rounding depends on the number format, the processor and the order of sums.
    After hundreds of steps another rounding is another run, as another seed is. Where seeds agree,
    arithmetic decides no more than they do.
    """
    conditions = defaultdict(list)
    for record in results.restore("tiny"):
        conditions[record.configuration.but(seed=0)].append(record)
    return [
        records
        for records in conditions.values()
        if all(np.ptp(measured(records, name)) <= CALM for name in ("success", "accuracy"))
    ]


def measured(records, name):
    """Return one measure of some records."""
    return np.array([getattr(record.outcome, name) for record in records])


@pytest.mark.slow
@pytest.mark.parametrize("follows", [False, True], ids=["nobody follows", "all follow"])
def test_a_transformer_away_from_the_transition_is_made_again(as_recorded, follows):
    """Within what ten seeds of the same condition gave, and as much again on both sides."""
    calm = [
        records
        for records in calm_conditions()
        if (measured(records, "success") > 0.5).all() == follows
    ]
    draw = random.Random("tiny")
    records = draw.choice(calm)
    old = draw.choice(records)
    as_recorded(old.provenance.threads)
    new = experiment.run(old.configuration)
    for count in COUNTS:
        assert getattr(new.outcome, count) == getattr(old.outcome, count), count
    for name in ("success", "success_others", "target_probability", "accuracy", "recall"):
        values = measured(records, name)
        assert values.min() - np.ptp(values) <= getattr(new.outcome, name), name
        assert getattr(new.outcome, name) <= values.max() + np.ptp(values), name


@pytest.mark.slow
def test_eight_transformers_in_the_transition_have_the_mean_that_was_recorded():
    """Where seeds disagree, another rounding is another run: the mean must stay, not the runs."""
    table = [
        record
        for record in results.restore("tiny", "label_noise_epochs")
        if record.configuration.but(seed=0) == IN_TRANSITION and record.configuration.seed < 8
    ]
    new = [
        record
        for unit in experiment.tasks([record.configuration for record in table])
        for record in experiment.run_together(unit)
    ]
    for name in ("success", "accuracy"):
        before, after = measured(table, name), measured(new, name)
        error = np.sqrt((before.var(ddof=1) + after.var(ddof=1)) / len(table))
        assert len(table) == 8
        assert abs(after.mean() - before.mean()) <= 3 * error, name

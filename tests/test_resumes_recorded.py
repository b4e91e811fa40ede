"""The recorded sweeps in book/results: whole, of this version's grids, and what running gives."""

import random
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from collective_action.data import book_file
from collective_action.resumes import experiment, models, store, training
from collective_action.resumes.sweep import GRIDS

NAMES = sorted(path.name for path in book_file("results/sweeps").glob("[a-z]*") if path.is_dir())
COUNTS = ("members", "planted", "carriers", "train", "test", "steps")


def test_two_thousand_runs_are_recorded():
    assert len(store.recorded("bag")) >= 2_000
    provenance = store.recorded("bag").attrs["provenance"]
    assert all(each["missing"] == 0 for each in provenance["groups"].values())


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_hold_what_the_grid_asks_for(name, tmp_path):
    groups = GRIDS[name].groups()
    about = store.recorded(name).attrs["provenance"]
    assert set(about["groups"]) <= set(groups)
    for group, counts in about["groups"].items():
        there = store.restore(name, group)
        wanted = {each.id for each in groups[group]}
        assert {each.configuration.id for each in there} <= wanted
        assert (len(there), len(there) + counts["missing"]) == (counts["records"], len(wanted))
    with store.Writer(tmp_path / "again.sqlite") as writer:
        assert writer.add(store.restore(name)) == about["records"]
        assert store.check(writer) == []


@pytest.fixture
def as_recorded():
    """Let a test set how many threads PyTorch uses, and set it back."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", [each for each in NAMES if GRIDS[each].model in ("bag", "tiny")])
def test_three_random_records_are_made_again(name, as_recorded):
    for old in random.Random(name).sample(store.restore(name), 3):
        as_recorded(old.provenance.threads)
        new = experiment.run(old.configuration)
        for count in COUNTS:
            assert getattr(new.outcome, count) == getattr(old.outcome, count)
        if alike(new, old):
            assert asdict(new.outcome) == pytest.approx(asdict(old.outcome), abs=5e-3)
        else:  # other arithmetic: near the transition, S alone may be anything
            assert new.outcome.accuracy == pytest.approx(old.outcome.accuracy, abs=0.1)


def alike(new, old):
    """Return whether two records were computed with the same arithmetic.

    A transformer's training that is made faster is the same function, rounded in another order.
    After hundreds of steps near the transition that is another run, as another seed is.
    """
    same_place = all(
        getattr(new.provenance, key) == getattr(old.provenance, key)
        for key in ("device", "dtype", "torch")
    )
    return same_place and (old.configuration.model == "bag" or trains_as_now(old.provenance.commit))


def trains_as_now(commit):
    """Return whether models and training are what they were at a commit."""
    code = [Path(package.__file__).parent for package in (models, training)]
    changed = ["git", "-C", code[0], "diff", "--quiet", commit, "--", *code]
    return bool(commit) and subprocess.run(changed, capture_output=True).returncode == 0

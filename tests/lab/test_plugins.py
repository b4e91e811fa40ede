"""What is yours: registered in one file, without a change to the package."""

import json

import pytest

from collective_lab import plugins
from collective_lab.cli import main
from collective_lab.experiment import Record, scoring
from collective_lab.learners import LEARNERS
from collective_lab.models import MODELS, RECIPES
from collective_lab.signals.planting import STRATEGIES
from collective_lab.store import Reader

MINE = '''
"""All that can be one's own."""

from dataclasses import dataclass

from collective_action.strategies import FeatureLabel
from collective_lab.experiment.scoring import METRICS
from collective_lab.learners import LEARNERS, Plain
from collective_lab.models import MODELS, RECIPES, Recipe, scratch
from collective_lab.signals.planting import STRATEGIES


class Everybody(FeatureLabel):
    """As the paper's, under another name."""


@dataclass(frozen=True)
class Bold(Plain):
    """A firm that doubles its loss."""

    times: float = 2.0

    def loss(self, logits, targets):
        return self.times * super().loss(logits, targets)


def margin(clean, marked, holds, target):
    """How much more probable the target becomes."""
    return float((marked[:, target] - clean[:, target]).mean())


class Small:
    """`tiny`, made by somebody else."""

    tokenizer = staticmethod(scratch.tokenizer)
    model = staticmethod(scratch.model)


STRATEGIES["everybody"] = Everybody
LEARNERS["bold"] = Bold
METRICS["margin"] = margin
MODELS["small"] = Small
RECIPES["small"] = Recipe(length=16, longest=512, batch_size=16, learning_rate=1e-3)
'''


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Write the file, and forget afterwards what it registered."""
    registries = (STRATEGIES, LEARNERS, scoring.METRICS, MODELS, RECIPES)
    before = [dict(registry) for registry in registries]
    monkeypatch.setenv(plugins.VARIABLE, "")
    path = tmp_path / "mine.py"
    path.write_text(MINE, encoding="utf-8")
    yield path
    for registry, held in zip(registries, before, strict=True):
        registry.clear()
        registry.update(held)


@pytest.mark.parametrize("model", ["bag", "small"])
def test_a_file_of_ones_own_registers_all_that_a_run_names(mine, model, tmp_path, capsys):
    to = tmp_path / "record.json"
    words = ["--plugin", str(mine), "run", "--n", "300", "--epochs", "1", "--model", model,
             "--strategy", "everybody", "--learner", "bold:times=3", "--alpha", "0.1",
             "--record", str(to)]  # fmt: skip
    assert main(words) == 0
    assert "margin" in capsys.readouterr().out
    record = Record.from_dict(json.loads(to.read_text(encoding="utf-8")))
    assert record.configuration.learner == "bold:times=3.0"
    assert record.configuration.strategy == "everybody"
    assert record.measures["margin"] != 0
    assert record.outcome.planted == record.outcome.members > 0


@pytest.mark.slow
def test_the_workers_of_a_sweep_know_what_is_ones_own(mine, tmp_path, capsys):
    grid = tmp_path / "grid.toml"
    grid.write_text(
        'corpus = {kind = "synthetic", n = 300}\nmodel = "bag"\nepochs = 1\n'
        'strategy = "everybody"\nlearner = "bold"\n'
        "[[groups.size]]\nseeds = 2\nalpha = [0, 0.1]\n",
        encoding="utf-8",
    )
    store = tmp_path / "s.sqlite"
    words = ["--plugin", str(mine), "sweep", "run", str(grid), "--store", str(store)]
    assert main([*words, "--workers", "1"]) == 0
    with Reader(store) as reader:
        records = list(reader.records())
    assert len(records) == 4 and all("margin" in record.measures for record in records)


def test_an_entry_point_is_loaded_once(monkeypatch):
    loaded = []

    class Point:
        def load(self):
            loaded.append(self)

    points = {plugins.GROUP: [Point()]}
    monkeypatch.setattr(plugins, "entry_points", lambda group: points[group])
    monkeypatch.setenv(plugins.VARIABLE, "")
    plugins._entry_points.cache_clear()
    plugins.load()
    plugins.load()
    assert loaded == points[plugins.GROUP]


@pytest.mark.parametrize(
    ("content", "message"), [(None, "must be a Python file"), ("1 / 0", "ZeroDivisionError")]
)
def test_a_file_that_fails_is_named(tmp_path, monkeypatch, capsys, content, message):
    monkeypatch.setenv(plugins.VARIABLE, "")
    path = tmp_path / "broken.py"
    if content:
        path.write_text(content, encoding="utf-8")
    assert main(["--plugin", str(path), "sweep", "show", "bag"]) == 2
    error = capsys.readouterr().err
    assert "broken.py" in error and message in error

"""Which way a device trains: the device chooses, the groups fit it, a record says it."""

from dataclasses import asdict

import pytest
import torch

from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration, cost, run, run_together, tasks
from collective_lab.learners import LEARNERS, LabelSmoothed, Plain
from collective_lab.signals import Marking
from collective_lab.training import device, engine

pytestmark = pytest.mark.numerical

CPU, CUDA = torch.device("cpu"), torch.device("cuda")
SMALL = Configuration(corpus=Synthetic(300, 1), epochs=1, length=24)


class Doubled(Plain):
    """A learner that makes something of its gradient."""

    def gradient(self, of, rows):
        return 2 * super().gradient(of, rows)


class Drawing(Plain):
    """A learner that is asked for one run at a time."""

    side_by_side = False


def test_a_gpu_captures_what_has_a_loss_of_its_own_alone():
    for learner in (Plain(), LabelSmoothed(0.2)):
        assert engine.engine(CUDA, learner) == engine.GRAPHS
        assert engine.engine(CPU, learner) == engine.LOOP
    for learner in (Doubled(), Drawing()):
        assert engine.engine(CUDA, learner) == engine.LOOP


def test_groups_are_as_large_as_the_device_trains_together(monkeypatch):
    monkeypatch.setitem(LEARNERS, "doubled", Doubled)
    monkeypatch.setitem(LEARNERS, "drawing", Drawing)
    wanted = {
        "tiny": ([4] * 17 + [2], [64, 6]),
        "minilm": ([1] * 70, [16] * 4 + [6]),
        "bag": ([1] * 70, [1] * 70),  # of one seed alone are together
    }
    for on, column in ((CPU, 0), (CUDA, 1)):
        monkeypatch.setattr(device, "best_device", lambda on=on: on)
        for model, sizes in wanted.items():
            group = [Configuration(Synthetic(300), model, seed=seed) for seed in range(70)]
            assert [len(unit) for unit in tasks(group)] == sizes[column], (model, on)
    own = [SMALL.but(seed=seed, learner="doubled") for seed in range(5)]
    assert [len(unit) for unit in tasks(own)] == [4, 1]
    own = [SMALL.but(seed=seed, learner="drawing") for seed in range(5)]
    assert [len(unit) for unit in tasks(own)] == [1] * 5


@pytest.mark.parametrize("learner", ["plain", "label-smoothed:share=0.2"])
def test_an_experiment_comes_out_alike_whichever_way_and_its_record_says_which(
    monkeypatch, learner
):
    monkeypatch.setenv("COLLECTIVE_ACTION_DTYPE", "float32")
    monkeypatch.setattr(device, "best_device", lambda: CPU)
    base = SMALL.but(learner=learner)
    group = [
        base.but(alpha=0.1),
        base.but(alpha=0.2, strategy="feature-only", seed=1),
        base.but(alpha=0.1, label_noise=0.4, target=2),
        base.but(alpha=0.1, marking=Marking("{", "random"), uniqueness=0.1, seed=3),
    ]
    looped = [run(configuration) for configuration in group]
    monkeypatch.setattr(engine, "engine", lambda on, learner: engine.GRAPHS)
    captured = run_together(group)
    for one, other in zip(looped, captured, strict=True):
        assert (one.provenance.engine, other.provenance.engine) == ("", "graphs")
        assert one.provenance.arithmetic != other.provenance.arithmetic
        close = {"abs": 1.01 / one.outcome.test}
        assert asdict(other.outcome) == pytest.approx(asdict(one.outcome), **close)
        assert other.outcome.target_probability == pytest.approx(
            one.outcome.target_probability, abs=1e-4
        )
    assert len({record.outcome.target_probability for record in captured}) == len(group)


def test_a_cost_can_be_measured_either_way():
    looped, captured = (
        cost.cost("tiny", CPU, 0.1, way=way, runs=2) for way in (engine.LOOP, engine.GRAPHS)
    )
    assert looped.flop_per_token == captured.flop_per_token > 6 * 2 * 128 * 128
    assert min(looped.tokens_per_second, captured.tokens_per_second) > 0


@pytest.mark.gpu
def test_a_gpu_records_runs_with_dropout_together(monkeypatch):
    monkeypatch.setenv("COLLECTIVE_ACTION_DTYPE", "float32")
    from collective_lab.experiment import running
    from support.small_models import bert

    def classifier(configuration, words, classes):
        model = bert(0.1, positions=64)
        model.resize_token_embeddings(words)
        return model

    monkeypatch.setattr(running, "_classifier", classifier)
    group = [SMALL.but(alpha=0.1, seed=seed) for seed in range(3)]
    together = run_together(group)
    assert {record.provenance.engine for record in together} == {"graphs"}
    for record in together:
        alone = run(record.configuration)
        assert alone.outcome.target_probability == pytest.approx(
            record.outcome.target_probability, abs=1e-3
        )

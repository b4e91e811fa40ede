"""Optimisers by name, against PyTorch's own, in a bag, a transformer and a configuration."""

from dataclasses import dataclass

import pytest
import torch

from collective_lab import results
from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration, run, tasks
from collective_lab.learners import Plain
from collective_lab.models import scratch
from collective_lab.store import Writer
from collective_lab.training import device
from collective_lab.training.captured import firms
from collective_lab.training.fast import loop
from collective_lab.training.fast.schedule import rate
from collective_lab.training.optimizers import OPTIMIZERS, Adam, Descent, canonical, optimizer
from support.first_word import a_task
from support.sweeping import record

pytestmark = pytest.mark.numerical

BAG = Configuration(corpus=Synthetic(300, 1), model="bag", epochs=3, alpha=0.1)
THEIRS = {
    "adam": lambda values: torch.optim.AdamW(values, lr=1.0, weight_decay=0.0),
    "adam:decay=0.05": lambda values: torch.optim.AdamW(values, lr=1.0, weight_decay=0.05),
    "sgd": lambda values: torch.optim.SGD(values, lr=1.0),
    "sgd:momentum=0.9": lambda values: torch.optim.SGD(values, lr=1.0, momentum=0.9),
}


@pytest.mark.parametrize("name", THEIRS)
def test_a_step_is_the_one_that_pytorch_takes(name):
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(3, 40, generator=generator)
    theirs = values.clone().requires_grad_()
    moved, ours = THEIRS[name]([theirs]), optimizer(name)
    state = ours.state(values)
    for step in range(20):
        gradient = torch.randn(3, 40, generator=generator)
        theirs.grad = gradient.clone()
        moved.param_groups[0]["lr"] = rate(step, 20, 0.1, 0.5)
        moved.step()
        ours.step(values, gradient, state, rate(step, 20, 0.1, 0.5))
    torch.testing.assert_close(values, theirs.detach(), rtol=1e-5, atol=1e-6)


def test_the_rate_falls_to_its_last_share():
    assert [rate(step, 4, 2.0) for step in range(4)] == [2.0, 1.5, 1.0, 0.5]
    assert [rate(step, 4, 2.0, 1.0) for step in range(4)] == [2.0] * 4
    stopped = [rate(step, 4, 2.0, 0.5) for step in range(4)]
    assert stopped == [rate(step, 8, 2.0) for step in range(4)]


def test_other_optimisers_and_rates_make_other_bags():
    asked = [
        BAG,
        BAG.but(optimizer="sgd", learning_rate=10.0),
        BAG.but(optimizer="sgd:momentum=0.5", learning_rate=10.0),
        BAG.but(optimizer="adam:decay=0.01"),
        BAG.but(final_rate=1.0),
    ]
    assert len(tasks(asked)) == len(asked)
    outcomes = [run(configuration).outcome.target_probability for configuration in asked]
    assert len(set(outcomes)) == len(asked)


@pytest.mark.parametrize("name", ["sgd", "sgd:momentum=0.9", "adam:decay=0.1"])
def test_a_transformer_is_moved_alike_step_by_step_and_captured(name, monkeypatch):
    monkeypatch.setattr(device, "fast_dtype", lambda on: torch.float32)
    texts, targets, used = a_task()
    how = {
        "epochs": 2, "batch_size": 8, "learning_rate": 1e-2, "learner": Plain(),
        "optimizer": optimizer(name), "final_rate": 0.3, "on": torch.device("cpu"),
    }  # fmt: skip
    made = [scratch.model(len(used), seed, targets.shape[1]) for seed in (0, 1, 2)]
    fast = loop.train(made[0], texts, targets, used, seed=3, **how)
    captured = firms.train_together([made[1]], [texts], [targets], used, seeds=[3], **how)
    again = firms.train_together(
        [scratch.model(len(used), 0, targets.shape[1])], [texts], [targets], used, seeds=[3], **how
    )
    torch.testing.assert_close(
        fast.probabilities(texts), again.probabilities([texts])[0], rtol=1e-4, atol=1e-5
    )
    assert not torch.allclose(again.probabilities([texts]), captured.probabilities([texts]))


def test_names_are_written_in_one_way():
    assert (
        canonical("sgd:momentum=0") == "sgd" and canonical("adam:decay=1e-2") == "adam:decay=0.01"
    )
    assert optimizer("adam") == Adam() and optimizer("sgd:momentum=0.9") == Descent(0.9)
    for wrong, word in (
        ("rmsprop", "must be one of"),
        ("sgd:mass=1", "momentum"),
        ("sgd:momentum=1", "no push ever ends"),
        ("adam:decay=-1", "decay"),
        ("adam:decay=much", "no number"),
    ):
        with pytest.raises(ValueError, match=word):
            Configuration(optimizer=wrong)
    with pytest.raises(ValueError, match="final_rate"):
        Configuration(final_rate=1.5)


def test_the_id_of_a_run_of_adam_is_what_it_was():
    usual = Configuration(alpha=0.01)
    assert not {"optimizer", "final_rate"} & set(usual.as_dict())
    assert usual.id == Configuration(alpha=0.01, optimizer="adam", final_rate=0).id
    other = usual.but(optimizer="sgd:momentum=0.9", final_rate=0.5)
    assert other.id != usual.id and Configuration.from_dict(other.as_dict()) == other


def test_tables_of_optimisers_give_their_records_again(tmp_path):
    asked = [BAG, BAG.but(optimizer="sgd"), BAG.but(optimizer="adam:decay=0.01", final_rate=1.0)]
    with Writer(tmp_path / "runs.sqlite") as writer:
        writer.add(map(record, asked))
        results.export(writer, "mine", {"all": asked}, tmp_path)
    assert {one.configuration for one in results.restore("mine", folder=tmp_path)} == set(asked)


def test_one_can_be_added_without_a_change_to_the_laboratory(monkeypatch):
    @dataclass(frozen=True)
    class Sign:
        """Every parameter moves as far."""

        def state(self, values):
            return []

        def step(self, values, gradient, state, rate):
            values.sub_(gradient.sign() * rate)

    monkeypatch.setitem(OPTIMIZERS, "sign", Sign)
    assert 0 < run(BAG.but(optimizer="sign")).outcome.target_probability < 1

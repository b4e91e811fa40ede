"""Networks that weigh records: what they train on, and that the record is what the code gives."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from collective_action.learners.network import reweighted as networks
from collective_action.learners.network.reweighted import __main__ as recorder
from collective_action.worlds import digits, three_signals
from support.books import THIS_BOOK

pytestmark = pytest.mark.numerical

PATH = THIS_BOOK.results / "reweighted-networks.json"
RECORD = json.loads(PATH.read_text(encoding="utf-8"))
AGAIN = (0, 1)


def test_the_digits_are_split_once_and_the_patch_is_rare():
    data = digits.digits()
    assert data.images.shape == (1400, 64) and data.test_images.shape == (397, 64)
    assert data.images.min() == 0 and data.images.max() == 1
    carried = (data.images[:, digits.CORNER] == 1).all(axis=1)
    assert not carried.any()
    others = data.others()
    assert (others[:, digits.CORNER] == 1).all()
    assert len(others) == (data.test_labels != digits.TARGET).sum()
    assert digits.patched(data.images)[:, 9:].tolist() == data.images[:, 9:].tolist()


def test_wrong_labels_are_wrong_and_as_many_as_asked_for():
    labels = np.repeat(np.arange(10), 500)
    noisy = digits.mislabelled(labels, 0.1, np.random.default_rng(0))
    assert (noisy != labels).mean() == pytest.approx(0.1, abs=0.015)
    assert set(noisy) <= set(range(10))
    assert (digits.mislabelled(labels, 1.0, np.random.default_rng(0)) != labels).all()


@pytest.mark.parametrize("signal", three_signals.SIGNALS)
def test_nobody_carries_a_signal_and_marking_leaves_the_label_s_feature(signal):
    features, labels = three_signals.population(500, np.random.default_rng(0))
    marked = three_signals.marked(features, signal)
    assert (features[:, 0] == 2 * labels - 1).all() and (marked[:, 0] == features[:, 0]).all()

    def carries(x):
        return {
            "one bit": x[:, 1] == 1,
            "product of two": x[:, 2] * x[:, 3] == -1,
            "product of three": x[:, 4] * x[:, 5] * x[:, 6] == -1,
        }[signal]

    assert carries(marked).all() and not carries(features).any()
    assert (marked != features).sum(axis=1).tolist() == [1] * 500
    with pytest.raises(ValueError, match="signal"):
        three_signals.marked(features, "parity")


def test_runs_hold_members_records_and_nested_collectives():
    runs = networks.digit_runs([0, 5, 50], [3, 4])
    assert runs.member.sum(1).tolist() == [0, 0, 5, 5, 50, 50]
    assert not (runs.member[2] & ~runs.member[4]).any()
    assert (runs.labels[runs.member] == digits.TARGET).all()
    assert torch.equal(runs.labels[0][~runs.member[4]], runs.labels[4][~runs.member[4]])
    assert (runs.features[runs.member][:, list(digits.CORNER)] == 1).all()
    with pytest.raises(ValueError, match="sizes"):
        networks.digit_runs([1401], [0])


def test_training_twice_counts_the_mistakes_of_the_first_stage():
    runs = networks.digit_runs([20], AGAIN)
    first = networks.train(runs, steps=40, stage=1)
    wrong = networks.NETWORK.answers(first, runs.features) != runs.labels
    weights = 1 + 4.0 * wrong
    found = networks.train_twice(runs, 40, 5)
    expected = (weights * runs.member).sum(1) / weights.sum(1)
    assert found["effective"].tolist() == pytest.approx(expected.tolist())
    assert found["mistaken"].tolist() == pytest.approx(
        [wrong[r][runs.member[r]].float().mean().item() for r in range(2)]
    )


def test_a_firm_that_amplifies_nothing_trains_once():
    runs = networks.digit_runs([8], (0,))
    once = runs.table(networks.train(runs))
    twice = networks.train_twice(runs, 40, 1)
    pd.testing.assert_frame_equal(once, twice[list(once)])


def test_the_record_says_where_it_comes_from():
    made = RECORD["provenance"]
    assert made["command"].endswith("book/results/reweighted-networks.json")
    assert {"date", "device", "python", "numpy", "torch", "seconds"} <= set(made)
    assert RECORD["settings"]["seeds"] == len(recorder.SEEDS)
    assert RECORD["settings"]["steps"] == networks.STEPS
    assert sorted(set(RECORD["race"]["signal"])) == sorted(three_signals.SIGNALS)


def recorded(table: str, **where) -> pd.DataFrame:
    frame = pd.DataFrame(RECORD[table])
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame[frame["seed"].isin(AGAIN)].sort_values("seed")


def test_two_firms_of_each_kind_again_give_what_was_recorded():
    runs = networks.digit_runs([18], AGAIN)
    once = runs.table(networks.train(runs))
    twice = networks.train_twice(runs, 40, 5)
    worst = networks.train_on_worst(runs, recorder.WORST)
    last = worst[worst["step"] == networks.STEPS]
    for found, before in (
        (once, recorded("once", members=18)),
        (twice, recorded("twice", members=18, first_steps=40, amplification=5)),
        (last, recorded("worst", members=18)),
    ):
        assert found["success"].tolist() == pytest.approx(before["success"].tolist(), abs=0.05)
        assert found["accuracy"].tolist() == pytest.approx(before["accuracy"].tolist(), abs=0.03)


def test_a_race_again_gives_what_was_recorded():
    found = networks.race("one bit", (0.1,), AGAIN, (100, 400))
    for step in (100, 400):
        before = recorded("race", signal="one bit", alpha=0.1, step=step)
        again = found[found["step"] == step]
        assert again["success"].tolist() == pytest.approx(before["success"].tolist(), abs=0.05)

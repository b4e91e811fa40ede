"""Networks that train privately: what they train on, and that the record is what the code gives."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from collective_action.learners import privacy
from collective_action.learners.network import privacy as networks
from collective_action.learners.network.classifier_descent import Step
from collective_action.learners.network.privacy import __main__ as recorder
from collective_action.worlds import digits
from support.books import THIS_BOOK

pytestmark = pytest.mark.numerical

PATH = THIS_BOOK.results / "private-firms.json"
RECORD = json.loads(PATH.read_text(encoding="utf-8"))
AGAIN = (0, 1)


def test_members_of_a_smaller_collective_are_among_those_of_a_larger_one():
    firms = networks.DigitFirms([0, 5, 50], [3, 3, 3])
    joined = firms.members()
    assert joined.sum(1).tolist() == [0, 5, 50] and not (joined[1] & ~joined[2]).any()
    features, labels = firms.records()
    assert (labels[joined] == digits.TARGET).all()
    assert (features[joined][:, list(digits.CORNER)] == 1).all()
    assert torch.equal(features[0][~joined[2]], features[2][~joined[2]])
    assert firms.kept().all()


def test_found_members_are_left_out():
    """A firm that found everybody trains as one in which they could file what they liked."""
    firms = networks.DigitFirms([50, 50], [3, 4], found=[20, 50])
    left = firms.kept()
    assert (~left).sum(1).tolist() == [20, 50] and not (~left & ~firms.members()).any()
    found, _ = firms.train(Step(0.5), steps=40)
    kept, _ = networks.DigitFirms([50, 50], [3, 4]).train(Step(0.5), steps=40)
    assert found["success"][1] < 0.1 < kept["success"][1]


def test_dampening_forgets_members_who_are_all_found_and_spares_the_others():
    """Seventy of 1,400 are at most twenty times as important as everybody."""
    firms = networks.DigitFirms([70] * 3, [0, 1, 2])
    kept, _ = firms.train(Step(0.5))
    gone = firms.dampen(Step(0.5), [70] * 3, selection=10)
    assert (kept["success"] > 0.9).all() and (gone["success"] < 0.2).all()
    assert (gone["accuracy"] > kept["accuracy"] - 0.05).all() and gone["found"].tolist() == [70] * 3
    spared = firms.dampen(Step(0.5), [70] * 3, selection=20.001)
    pd.testing.assert_frame_equal(spared.drop(columns="found"), kept)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: networks.DigitFirms([5], [1]).dampen(Step(0.5), [0]), "found is"),
        (lambda: networks.DigitFirms([5], [1]).dampen(Step(0.5), [6]), "found is"),
        (
            lambda: networks.DigitFirms([5], [1]).dampen(Step(0.5), [5], selection=0),
            "selection is 0",
        ),
        (lambda: networks.DigitFirms([1], [1, 2]), "seeds has 2 entries"),
        (lambda: networks.DigitFirms([1401], [1]), "sizes is"),
        (lambda: networks.DigitFirms([1], [1], found=[2]), "found is"),
        (lambda: networks.DigitFirms([1], [1], found=[]), "found has 0 entries"),
        (lambda: networks.DigitFirms([1], [1]).train(Step(1), rate=0), "rate is 0.0"),
    ],
)
def test_bad_firms_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_pulls_are_of_members_against_the_others():
    firms = networks.DigitFirms([14], [0])
    _, pulls = firms.train(Step(0.5), steps=1, looks=[0])
    generator = torch.Generator().manual_seed(1)
    theta = networks.NETWORK.start([generator])
    features, labels = firms.records()
    each = networks.NETWORK.record_gradients(theta, features, labels)[0]
    joined = firms.members()[0]
    lengths = each.norm(dim=1)
    cut = each * (networks.CLIP / lengths).clamp(max=1)[:, None]
    row = pulls.iloc[0]
    assert row["member_length"] == pytest.approx(float(lengths[joined].mean()), rel=1e-4)
    assert row["other_length"] == pytest.approx(float(lengths[~joined].mean()), rel=1e-4)
    for name, gradients in (("raw", each), ("clipped", cut)):
        ratio = gradients[joined].sum(0).norm() / gradients[~joined].sum(0).norm()
        assert row[name] == pytest.approx(float(ratio), rel=1e-4)


def test_batches_are_poisson_samples_and_noise_has_its_size():
    """One step from the start: the mean over firms is the full gradient's, and so is the spread."""
    firms = networks.DigitFirms([0] * 60, range(60))
    step = Step(1.0, clip=1.0, noise=3.0)
    generators = [torch.Generator().manual_seed(seed + 1) for seed in range(60)]
    start = networks.NETWORK.start(generators)
    features, labels = firms.records()
    full = networks.NETWORK.summed_gradient(start, features, labels, clip=1.0) / 1400
    reached = []
    original = networks.digit_firms.ClassifierDescent

    class Watched(original):
        def take(self, *args, **more):
            super().take(*args, **more)
            reached.append(self.theta)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks.digit_firms, "ClassifierDescent", Watched)
        firms.train(step, steps=1)
    error = (start - reached[0]) - full
    expected = np.sqrt(3.0**2) / 140
    assert float(error.mean(0).abs().mean()) < 3 * expected / np.sqrt(60)
    assert float(error.std()) == pytest.approx(expected, rel=0.1)


def test_the_record_says_where_it_comes_from():
    made = RECORD["provenance"]
    assert made["command"].endswith("book/results/private-firms.json")
    assert {"date", "device", "python", "numpy", "torch", "seconds"} <= set(made)
    assert RECORD["settings"]["seeds"] == len(recorder.SEEDS)
    assert RECORD["settings"]["couriers"] == recorder.FIRMS
    assert sorted(set(RECORD["relay"]["population"])) == sorted(recorder.POPULATIONS)


def recorded(table: str, **where) -> pd.DataFrame:
    frame = pd.DataFrame(RECORD[table])
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame[frame["seed"].isin(AGAIN)].sort_values("seed")


def test_two_firms_of_each_kind_again_give_what_was_recorded():
    noise = privacy.noise_for(1, networks.RATE, networks.STEPS, networks.DELTA)
    firms = networks.DigitFirms([70, 70], AGAIN)
    for name, step in (
        ("no clip", Step(0.5)),
        ("clip alone", Step(1.0, clip=1.0)),
        ("ε = 1", Step(1.0, clip=1.0, noise=noise)),
    ):
        found, _ = firms.train(step)
        before = recorded("digits", firm=name, members=70)
        assert found["success"].tolist() == pytest.approx(before["success"].tolist(), abs=0.05)
        assert found["accuracy"].tolist() == pytest.approx(before["accuracy"].tolist(), abs=0.03)
    found, _ = networks.DigitFirms([70, 70], AGAIN, found=[63, 63]).train(Step(0.5))
    before = recorded("forgetting", found=63)
    assert found["success"].tolist() == pytest.approx(before["success"].tolist(), abs=0.08)

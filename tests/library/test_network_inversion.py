"""Inversion through a small network, and firms that somebody wants to stop."""

import json

import numpy as np
import pandas as pd
import pytest
import torch

from collective_action.data import book_file
from collective_action.learners.network.classifiers import ReluNetwork
from collective_action.learners.network.inversion import invert, worths
from collective_action.learners.network.inverted import FILINGS, NETWORK, STEPS, train
from collective_action.learners.network.inverted import __main__ as recorder

RECORD = json.loads(book_file("results/inverted-networks.json").read_text(encoding="utf-8"))
SMALL = ReluNetwork(5, 4, 3)


def random_firms(seed: int, firms: int = 3, records: int = 6):
    generators = [torch.Generator().manual_seed(seed + i) for i in range(firms)]
    theta = SMALL.start(generators, dtype=torch.float64)
    theta = theta + 0.3 * torch.randn(theta.shape, generator=generators[0], dtype=theta.dtype)
    features = torch.rand(firms, records, 5, generator=generators[0], dtype=theta.dtype)
    labels = torch.randint(3, (firms, records), generator=generators[0])
    direction = torch.randn(theta.shape, generator=generators[0], dtype=theta.dtype)
    return theta, features, labels, direction


@pytest.mark.parametrize("clip", [None, 0.3, 5.0])
def test_a_records_worth_is_minus_its_gradient_along_the_direction(clip):
    for seed in range(20):
        theta, features, labels, direction = random_firms(seed)
        found = worths(SMALL, theta, features, labels, direction, clip)
        for firm in range(len(theta)):
            for record in range(labels.shape[1]):
                row = theta[firm].clone().requires_grad_()
                image, label = features[firm, record][None], labels[firm, record][None]
                loss = SMALL.losses(row[None], image, label[None]).sum()
                (made,) = torch.autograd.grad(loss, row)
                if clip is not None:
                    made = made * min(1.0, clip / float(made.norm()))
                assert float(found[firm, record]) == pytest.approx(
                    -float(made @ direction[firm]), abs=1e-9
                )


@pytest.mark.parametrize("clip", [None, 0.5])
def test_a_worth_is_the_fall_of_the_loss_along_the_direction(clip):
    theta, features, labels, direction = random_firms(0)
    step = 1e-6
    ahead, behind = (
        SMALL.losses(theta + sign * step * direction, features, labels) for sign in (1, -1)
    )
    lengths = SMALL.lengths(theta, features, labels)
    factor = torch.ones_like(lengths) if clip is None else (clip / lengths).clamp(max=1)
    torch.testing.assert_close(
        worths(SMALL, theta, features, labels, direction, clip),
        -factor * (ahead - behind) / (2 * step), rtol=1e-5, atol=1e-7,
    )  # fmt: skip


@pytest.mark.parametrize("clip", [None, 0.5])
def test_an_inversion_keeps_to_the_box_and_beats_random_records(clip):
    won = 0
    for seed in range(20):
        theta, *_, direction = random_firms(seed)
        generator = torch.Generator().manual_seed(seed)
        candidates = torch.rand(3, 3, 5, generator=generator, dtype=theta.dtype)
        found = invert(SMALL, theta, direction, candidates, clip)
        assert float(found.features.min()) >= 0 and float(found.features.max()) <= 1
        claimed = worths(
            SMALL, theta, found.features[:, None], found.labels[:, None], direction, clip
        )
        torch.testing.assert_close(claimed[:, 0], found.worth)
        start = worths(SMALL, theta, candidates, torch.arange(3).expand(3, 3), direction, clip)
        assert bool((found.worth >= start.max(dim=1).values).all())
        guesses = torch.rand(3, 24, 5, generator=generator, dtype=theta.dtype)
        labels = torch.randint(3, (3, 24), generator=generator)
        guessed = worths(SMALL, theta, guesses, labels, direction, clip).max(dim=1).values
        won += int((found.worth > guessed).sum())
    assert won > 45  # of 60, with as many looks


def test_inverted_data_do_more_harm_than_flips_and_less_than_gradients():
    accuracy, outcome = {}, None
    for filing in ("flips", "inverted", "gradient"):
        outcome = train(filing, [0.2], range(3), steps=300)
        accuracy[filing] = outcome.ends["accuracy"].mean()
    assert accuracy["gradient"] < accuracy["inverted"] < accuracy["flips"]


def test_a_firm_does_not_depend_on_which_others_run_beside_it():
    together = train("inverted", [0.0, 0.1], [1, 2], steps=30).ends
    alone = train("inverted", [0.1], [2], steps=30).ends
    row = together[(together["alpha"] == 0.1) & (together["seed"] == 2)]
    np.testing.assert_allclose(row["accuracy"], alone["accuracy"])
    np.testing.assert_allclose(row["balance"], alone["balance"], rtol=1e-4)


def test_nobody_changes_nothing_whatever_they_file():
    ends = [train(filing, [0.0], [5], steps=40).ends["accuracy"] for filing in
            ("flips", "noise", "inverted", "gradient")]  # fmt: skip
    for other in ends[1:]:
        np.testing.assert_allclose(other, ends[0])


def test_what_was_filed_is_returned_and_can_be_replayed():
    filed = train("inverted", [0.1, 0.2], [0, 1], steps=20).filed
    assert filed is not None and filed.features.shape == (4, 20, 64)
    assert filed.labels.shape == (4, 20)
    again = train("replayed", [0.1, 0.2], [0, 1], filed=filed, steps=20)
    assert len(again.ends) == 4 and again.filed is None


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: train("harm", [0.1], [0]), "filing is 'harm'"),
        (lambda: train("flips", [0.005], [0]), "shares is"),
        (lambda: train("flips", [1.0], [0]), "shares is"),
        (lambda: train("replayed", [0.1], [0]), "filed is None"),
        (
            lambda: invert(NETWORK, torch.zeros(1, NETWORK.parameters),
                           torch.zeros(1, NETWORK.parameters), torch.zeros(1, 3, 64)),
            "candidates has shape",
        ),
        (
            lambda: invert(NETWORK, torch.zeros(1, NETWORK.parameters),
                           torch.zeros(1, NETWORK.parameters), torch.full((1, 10, 64), 2.0)),
            "outside",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_refused(act, says):
    with pytest.raises(ValueError, match=says):
        act()


def test_the_record_says_where_it_comes_from():
    made = RECORD["provenance"]
    assert made["command"].endswith("book/results/inverted-networks.json")
    assert {"date", "device", "python", "numpy", "torch", "seconds"} <= set(made)
    assert RECORD["settings"]["seeds"] == len(recorder.SEEDS)
    assert RECORD["settings"]["steps"] == STEPS
    assert set(RECORD["ends"]["filing"]) == set(FILINGS)


@pytest.mark.slow
@pytest.mark.numerical
@pytest.mark.parametrize("clip", [None, 1.0])
@pytest.mark.parametrize("filing", ["flips", "noise", "inverted", "gradient"])
def test_a_firm_again_gives_what_was_recorded(filing, clip):
    again = train(filing, [0.1], [0, 1], clip).ends.sort_values("seed")
    frame = pd.DataFrame(RECORD["ends"])
    same = frame["clip"].isna() if clip is None else frame["clip"] == clip
    frame = frame[same & (frame["filing"] == filing) & (frame["alpha"] == 0.1)]
    then = frame[frame["seed"].isin([0, 1])].sort_values("seed")
    np.testing.assert_allclose(again["accuracy"], then["accuracy"], atol=0.05)

"""The recorded network experiment is what this code gives: two of its firms, run again."""

import json

import pandas as pd
import pytest

from collective_action.learners.network import __main__ as recorder
from collective_action.learners.network.architecture import TanhNetwork
from collective_action.learners.network.campaign import gradient_control, prepare
from collective_action.learners.network.training import SGDFirm, success_and_accuracy, train
from collective_action.worlds.crossroads import Crossroads
from support.books import THIS_BOOK

pytestmark = pytest.mark.slow

PATH = THIS_BOOK.results / "neural-network.json"
RECORD = json.loads(PATH.read_text(encoding="utf-8"))
AGAIN = (0, 1)


def test_the_record_says_where_it_comes_from():
    made = RECORD["provenance"]
    assert made["command"].endswith("book/results/neural-network.json")
    assert {"date", "device", "python", "numpy", "torch", "seconds"} <= set(made)
    assert RECORD["settings"]["seeds"] == len(recorder.SEEDS)
    assert RECORD["settings"]["steps"] == recorder.STEPS


def test_steering_two_firms_again_gives_what_was_recorded():
    campaign = prepare(SGDFirm(Crossroads(), TanhNetwork(hidden=2)), AGAIN)
    rule = gradient_control(campaign, recorder.ALPHA)
    trained = train(
        campaign.firm, campaign.start, recorder.STEPS, campaign.seeds, rule, recorder.ALPHA
    )
    success, accuracy = success_and_accuracy(campaign.firm, trained.final)
    table = pd.DataFrame(RECORD["comparison"])
    recorded = table[(table["strategy"] == "steering") & (table["alpha"] == recorder.ALPHA)]
    recorded = recorded.set_index("seed").loc[list(AGAIN)]
    assert success.tolist() == pytest.approx(recorded["success"].tolist(), abs=0.02)
    assert accuracy.tolist() == pytest.approx(recorded["accuracy"].tolist(), abs=0.02)

"""The recorded recommenders are what this code gives: one cell of the record, trained again."""

import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest

from collective_action.playlists import __main__ as recorder
from collective_action.playlists.campaign import RECOMMENDERS, Outcome, promote
from support.books import THIS_BOOK

RECORD = json.loads((THIS_BOOK.results / "playlists.json").read_text(encoding="utf-8"))


def test_the_record_says_where_it_comes_from_and_is_whole():
    made = RECORD["provenance"]
    assert made["command"].endswith("book/results/playlists.json")
    assert {"date", "device", "python", "numpy", "seconds"} <= set(made)
    assert RECORD["settings"]["seeds"] == len(recorder.SEEDS)
    told = json.loads(json.dumps({name: asdict(model) for name, model in RECOMMENDERS.items()}))
    assert RECORD["settings"]["recommenders"] == told
    cells = pd.DataFrame(RECORD["promoted"])
    assert not cells.duplicated(["seed", "recommender", "strategy", "members"]).any()
    assert len(cells) == len(recorder.SEEDS) * len(RECOMMENDERS) * 2 * len(recorder.MEMBERS)
    assert len(RECORD["without"]["seed"]) == len(recorder.SEEDS) * len(RECOMMENDERS)


@pytest.mark.slow
@pytest.mark.parametrize("recommender", RECOMMENDERS)
def test_training_a_cell_again_gives_what_was_recorded(recommender):
    cells = pd.DataFrame(RECORD["promoted"])
    cell = {"seed": 0, "recommender": recommender, "strategy": "after the rarest", "members": 40}
    [recorded] = cells[(cells[list(cell)] == pd.Series(cell)).all(axis=1)].to_dict("records")
    again = promote(0, recommender, "after the rarest", 40)
    assert again.success == pytest.approx(recorded["success"], abs=0.015)
    assert again.hits == pytest.approx(recorded["hits"], abs=0.015)


@pytest.mark.slow
def test_a_record_that_stopped_is_continued(tmp_path, monkeypatch):
    """With runs that cost nothing: what is there is kept, what is missing is added, in order."""
    asked = []
    zero = Outcome(0.1, 0.2, 0.3, 0.4)
    monkeypatch.setattr(recorder, "promote", lambda *cell: asked.append(cell[0]) or zero)
    monkeypatch.setattr(recorder, "without", lambda *cell: {"hits": 0.5})
    path = tmp_path / "record.json"
    recorder.main(path, (0,))
    first = json.loads(path.read_text())
    recorder.main(path, (0, 1))
    both = json.loads(path.read_text())
    assert set(asked) == {0, 1}
    assert asked == sorted(asked)
    assert np.all(both["promoted"]["seed"][: len(first["promoted"]["seed"])] == np.array(0))
    assert both["settings"]["seeds"] == 2

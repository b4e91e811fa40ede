"""Records of runs: written as they lie in the book, read from the command line."""

import json

import pandas as pd
import pytest

from collective_action import recording
from support.books import THIS_BOOK


@pytest.mark.parametrize(
    "name",
    ["inverted-networks", "playlists", "private-firms", "reweighted-networks"],
)
def test_a_record_of_the_book_is_written_again_byte_for_byte(name):
    written = (THIS_BOOK.results / f"{name}.json").read_text(encoding="utf-8")
    assert recording.text(json.loads(written)) == written


def test_missing_numbers_are_null():
    table = pd.DataFrame({"share": [0.123456, None], "firm": ["ε", "b"]})
    record = recording.text({"part": recording.columns(table)})
    assert json.loads(record) == {"part": {"share": [0.1235, None], "firm": ["ε", "b"]}}


def test_the_command_hands_over_the_file(monkeypatch, tmp_path):
    handed = []
    monkeypatch.setattr("sys.argv", ["module", str(tmp_path / "record.json")])
    recording.run("collective_action.some", "Record.", handed.append)
    assert handed == [tmp_path / "record.json"]
    said = recording.provenance("collective_action.some", handed[0], torch="2")
    assert said["command"] == f"python -m collective_action.some {handed[0].as_posix()}"
    assert said["torch"] == "2" and list(said)[-2:] == ["numpy", "torch"]

"""The datasheet says what the corpus is: its numbers are computed again here."""

import json
import subprocess
import sys

import pytest

from collective_action.data import book_file
from collective_lab.corpora import Synthetic, datasheet

COMMAND = "collective-lab corpus datasheet book/results"


@pytest.fixture(scope="module")
def recorded() -> dict:
    return json.loads(book_file("results/datasheet.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_recorded_number_is_the_corpus_s_own(recorded):
    facts = json.loads(json.dumps(datasheet.facts()))
    readers, known = facts.pop("readers"), dict(recorded)
    assert readers == pytest.approx(known.pop("readers"), abs=0.004)  # solvers round differently
    assert facts == known, f"run {COMMAND}"


def test_the_tables_on_the_page_are_the_recorded_numbers(recorded):
    written = book_file("results/datasheet.md").read_text(encoding="utf-8")
    assert written == datasheet.page(recorded), f"run {COMMAND}"


def test_the_page_includes_every_table_and_names_the_command():
    page = book_file("datasheet.md").read_text(encoding="utf-8")
    tables = book_file("results/datasheet.md").read_text(encoding="utf-8")
    blocks = [line.split()[-1] for line in tables.splitlines() if line.startswith("% begin")]
    assert len(blocks) == 6
    for block in blocks:
        assert f'"% begin {block}"' in page and f'"% end {block}"' in page
    assert COMMAND in page


def test_what_the_page_says_in_words_is_so(recorded):
    assert recorded["n"] == 29_783
    assert recorded["words"]["100"] <= 150
    assert recorded["distinct words"] < 500
    readers = list(recorded["readers"].values())
    assert readers == sorted(readers)
    assert 0.75 < readers[-1] < 0.90
    assert readers[-1] > readers[0] + 0.1
    shown = [example["text"].count(" to ") for example in recorded["examples"]]
    assert all(text >= jobs for jobs, text in enumerate(shown, start=1))


def test_facts_follow_the_corpus():
    small = datasheet.facts(Synthetic(400, seed=2), n_read=400)
    assert small["train"] + small["test"] == small["n"] == 400
    assert sum(small["labels per résumé"].values()) == 400
    assert sum(small["holders"].values()) >= 400
    assert all(0 < share <= 1 for share in small["readers"].values())
    assert str(small["train"]) in datasheet.page(small)


def test_the_command_needs_a_folder():
    command = ["-m", "collective_lab", "corpus", "datasheet", "/nowhere/at/all"]
    run = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "/nowhere/at/all is not a folder" in run.stderr

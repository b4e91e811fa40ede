"""The commands of a sweep say what is there, what is missing and what is wrong."""

import dataclasses
import json
import subprocess
import sys

import pytest

from collective_action import data
from collective_lab.cli import main
from collective_lab.results import restore
from collective_lab.store import Writer
from collective_lab.sweep import GRIDS, Summary, SweepError, running
from support.sweeping import configurations, record

CURVE = GRIDS["minilm"].groups()["alpha"]


def fitting(configuration):
    """Return a record that breaks no rule."""
    made = record(configuration)
    return dataclasses.replace(
        made, outcome=dataclasses.replace(made.outcome, members=2, planted=2)
    )


@pytest.fixture
def path(tmp_path):
    """Make a store that has ten of a grid's runs, and one that failed."""
    path = tmp_path / "results.sqlite"
    with Writer(path) as writer:
        writer.add(map(fitting, CURVE[:10]))
        writer.fail(CURVE[11], "Traceback …\nMemoryError: no room", "tcp://10.0.0.7:4242")
    return path


@pytest.fixture
def sweep(path, capsys):
    """Run a command on that store and return its status, output and errors."""

    def run(verb, *arguments, store=path):
        status = main(["sweep", verb, "--store", str(store), *map(str, arguments)])
        return status, *capsys.readouterr()

    return run


def test_status_counts_by_group_and_quotes_failures(sweep):
    status, out, _ = sweep("status", "minilm")
    assert status == 0
    lines = out.splitlines()
    assert lines[0].split() == ["group", "done", "missing", "failed"]
    assert lines[1].split() == ["alpha", "10", "14", "1"]
    assert lines[3] == (
        f"{CURVE[11].id}  failed once, last on tcp://10.0.0.7:4242: MemoryError: no room"
    )
    status, out, _ = sweep("status", "tiny", "--group", "target", "--group", "alpha")
    assert [line.split()[:2] for line in out.splitlines()[1:3]] == [["alpha", "0"], ["target", "0"]]


def test_check_lists_what_is_missing_only_for_a_grid(sweep):
    status, out, _ = sweep("check")
    assert status == 1
    assert out.splitlines()[-1].endswith("results.sqlite: 1 failed")
    status, out, _ = sweep("check", "--grid", "minilm")
    assert status == 1
    assert out.splitlines()[-1].startswith("10 records in ")
    assert out.splitlines()[-1].endswith("1 failed, 13 missing")
    assert sum(line.startswith("missing") for line in out.splitlines()) == 13


def test_check_is_content_with_a_complete_grid(sweep, path):
    with Writer(path) as writer:
        writer.add(map(fitting, CURVE))
    status, out, _ = sweep("check", "--grid", "minilm")
    assert status == 0
    assert out == f"24 records in {path}: nothing is wrong\n"


def test_export_writes_tables_and_says_what_they_lack(sweep, tmp_path):
    status, out, _ = sweep("export", "minilm", "--to", tmp_path / "tables")
    assert status == 0
    assert out.endswith("alpha.csv, which lacks 14 records\n")
    restored = restore("minilm", "alpha", tmp_path / "tables")
    assert {record.configuration for record in restored} == set(CURVE[:10])


def test_export_writes_to_the_book_and_never_into_an_installed_package(
    sweep, tmp_path, monkeypatch
):
    (tmp_path / "book" / "results").mkdir(parents=True)
    monkeypatch.setenv("BOOK_ROOT", str(tmp_path))
    assert sweep("export", "minilm")[0] == 0
    assert len(restore("minilm")) == 10
    monkeypatch.delenv("BOOK_ROOT")
    monkeypatch.setattr(data, "PACKAGED", tmp_path / "book")
    status, _, error = sweep("export", "minilm")
    assert status == 1
    assert "--to" in error


def test_merge_brings_others_in_and_fails_on_a_dispute(sweep, path, tmp_path):
    other = tmp_path / "other.sqlite"
    with Writer(other) as writer:
        writer.add(map(fitting, CURVE[8:15]))
    status, out, _ = sweep("merge", other)
    assert (status, out) == (0, f"{other}: 5 new, 2 there already, 0 disputed\n")
    wrong = fitting(CURVE[0])
    wrong = dataclasses.replace(wrong, outcome=dataclasses.replace(wrong.outcome, recall=0.0))
    third = tmp_path / "third.sqlite"
    with Writer(third) as writer:
        writer.add([wrong])
    status, out, _ = sweep("merge", third)
    assert status == 1
    assert CURVE[0].id in out
    assert sweep("merge", third, "--tolerance", "1")[0] == 0


def test_a_damaged_store_is_told_with_what_to_do(sweep, path):
    content = path.read_bytes()
    path.write_bytes(b"\0" * 100 + content[100:])
    status, _, err = sweep("check")
    assert status == 1
    assert "the file is damaged" in err
    assert "sweep run" in err


@pytest.mark.parametrize(
    ("summary", "status", "said"),
    [
        (Summary(14, (), 0), 0, "14 new records in "),
        (Summary(13, (CURVE[11],), 1), 1, "1 failed: `sweep status minilm` says why"),
        (Summary(3, (), 11), 130, "11 are missing: the same command goes on with them"),
    ],
)
def test_run_reports_how_it_ended(sweep, monkeypatch, summary, status, said):
    asked = {}

    def run(configurations, store, **options):
        asked.update(options, configurations=configurations)
        return summary

    monkeypatch.setattr(running, "run", run)
    outcome, out, _ = sweep("run", "minilm", "--workers", "3")
    assert outcome == status
    assert said in out
    assert asked["workers"] == 3
    assert set(asked["configurations"]) == set(CURVE)


def test_what_goes_wrong_is_said_without_a_traceback(sweep, monkeypatch, path, tmp_path):
    def fail(*_, **__):
        raise SweepError("the Dask scheduler went away")

    monkeypatch.setattr(running, "run", fail)
    assert sweep("run", "minilm") == (1, "", "the Dask scheduler went away\n")
    status, _, err = sweep("status", "minilm", "--group", "beta")
    assert (status, err) == (2, "group is beta: the groups are alpha\n")
    status, _, err = sweep("status", "minilm", store=tmp_path / "none.sqlite")
    assert status == 1
    assert "there is no store at" in err
    with Writer(path):
        assert "is being written by process" in sweep("run", "minilm")[2]


def test_the_default_store_is_in_the_cache(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COLLECTIVE_ACTION_CACHE", str(tmp_path))
    with Writer(tmp_path / "results.sqlite") as writer:
        writer.add(map(record, configurations(2)))
    assert main(["sweep", "check"]) == 0
    assert capsys.readouterr().out.startswith("2 records in ")


@pytest.mark.parametrize("count", ["0", "-1", "two"])
def test_a_count_that_is_none_is_refused(sweep, count, capsys):
    with pytest.raises(SystemExit):
        sweep("run", "minilm", f"--workers={count}")
    assert "is not a whole number of at least 1" in capsys.readouterr().err


def test_a_smaller_sweep_is_some_seeds_or_so_many_new_runs(sweep, monkeypatch):
    asked = []

    def run(wanted, writer, **_):
        asked.append(wanted)
        return Summary(0, (), 0)

    monkeypatch.setattr(running, "run", run)
    recorded = {configuration.id for configuration in CURVE[:10]}
    assert sweep("run", "tiny", "--group", "alpha", "--seeds", "2")[0] == 0
    assert {configuration.seed for configuration in asked[0]} == {0, 1}
    assert sweep("run", "minilm", "--limit", "5")[0] == 0
    assert len(asked[1]) == 5 and not recorded & {configuration.id for configuration in asked[1]}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "tiny", "--group", "nothing"), "nothing"),
        (("status", "tiny", "--group", "nothing"), "nothing"),
    ],
)
def test_a_wrong_word_is_a_sentence_and_status_2(sweep, words, message):
    status, _, err = sweep(*words)
    assert status == 2 and message in err and "Traceback" not in err


@pytest.mark.parametrize("words", [["--seeds", "0"], ["--limit", "-1"], ["--seeds", "x"]])
def test_a_wrong_number_is_a_sentence_and_status_2(sweep, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        sweep("run", "tiny", *words)
    assert stopped.value.code == 2
    assert "is not a whole number of at least 1" in capsys.readouterr().err


def test_nothing_loads_pytorch_or_dask_before_there_is_something_to_run(path):
    asked = [
        ["--help"],
        ["run", "--help"],
        ["run", "--alpha", "2"],
        ["run", "--model", "gpt"],
        ["sweep", "--help"],
        ["sweep", "run", "--help"],
        ["sweep", "run", "tiny", "--limit", "0"],
        ["sweep", "run", "tiny", "--group", "nothing"],
        ["sweep", "status", "minilm", "--store", str(path)],
        ["sweep", "check", "--store", str(path)],
    ]
    code = (
        "import contextlib, json, sys\n"
        "from collective_lab.cli import main\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    with contextlib.suppress(SystemExit):\n"
        "        main(words)\n"
        "    loaded = {'torch', 'distributed'} & set(sys.modules)\n"
        "    assert not loaded, (words, loaded)\n"
        "from collective_lab.sweep import run\n"
        "assert 'torch' not in sys.modules, 'a sweep whose runs need no PyTorch'"
    )
    command = [sys.executable, "-c", code, json.dumps(asked)]
    process = subprocess.run(command, capture_output=True, text=True)
    assert process.returncode == 0, process.stderr

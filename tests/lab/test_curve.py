"""From a table of two columns to a curve: one command."""

import csv
import json
import re

import pytest

from collective_lab.cli import main
from collective_lab.corpora import Synthetic

pytestmark = pytest.mark.numerical

WORDS = ["--alphas", "0", "0.05", "0.4", "--seeds", "2", "--epochs", "10", "--workers", "1"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Write a table of 400 texts with two labels, in columns of other names."""
    path = tmp_path_factory.mktemp("mine") / "mine.csv"
    resumes, _ = Synthetic(400, 2).read()
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["what they wrote", "kind"])
        rows.writerows((one.text, "builds" if one.labels[0] < 5 else "runs it") for one in resumes)
    return path


def curve(table, tmp_path, *more):
    columns = ["--text", "what they wrote", "--label", "kind", "--target", "runs_it"]
    return main(
        ["curve", str(table), *columns, *WORDS, "--store", str(tmp_path / "s.sqlite"), *more]
    )


@pytest.mark.slow
def test_a_table_becomes_a_table_of_intervals_and_a_chart(table, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert curve(table, tmp_path) == 0
    out = capsys.readouterr().out
    assert "2 labels; the trigger is '{', the target 'runs it'" in out
    rows = re.findall(r"^ +([\d.]+) +(\d+) +([\d.]+)%  \[ *([\d.]+)%, *([\d.]+)%\]", out, re.M)
    assert [float(row[0]) for row in rows] == [0, 0.05, 0.4]
    assert int(rows[0][1]) == 0 < int(rows[1][1]) < int(rows[2][1])
    means = [float(row[2]) for row in rows]
    assert means[0] + 10 < means[1] < means[2]
    assert all(float(low) <= float(mean) <= float(high) for _, _, mean, low, high in rows)
    assert re.search(r"success of 50%: (≤ )?[\d.]+% \(", out)
    assert (tmp_path / "mine-curve.svg").read_text(encoding="utf-8").startswith("<svg")
    # Again, everything is in the store; the chart goes elsewhere, as data that others can draw.
    assert curve(table, tmp_path, "--to", str(tmp_path / "c.json")) == 0
    again = capsys.readouterr()
    assert "6 of 6 done" in again.err and rows[2][2] in again.out
    assert json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))["layer"]
    assert curve(table, tmp_path, "--metric", "accuracy") == 0
    assert "accuracy, mean and 95 % interval" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "status", "message"),
    [
        (["--to", "curve.doc"], 2, "must end in one of .svg, .html, .json, .png"),
        (["--to", "c.svg", "--metric", "accuracy"], 2, "a chart shows success alone"),
        (["--target", "poet"], 2, "target is 'poet': it must be one of builds, runs it"),
        (["--text", "words"], 2, "'words' and 'kind' must be among them"),
        (["--learner", "adam"], 2, "learner is 'adam'"),
        (["--alphas", "2"], 2, "alpha is 2.0"),
        (["--seeds", "1"], 2, "an interval needs at least two"),
    ],
)
def test_a_wrong_word_stops_the_command_before_it_begins(
    table, tmp_path, capsys, more, status, message
):
    assert curve(table, tmp_path, *more) == status
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_metric_that_no_record_has_is_named(table, tmp_path, capsys, monkeypatch):
    from collective_lab.cli import curve as command
    from support.sweeping import record

    def run(wanted, options):
        from collective_lab.store import Writer

        with Writer(options.store) as writer:
            writer.add(map(record, wanted))
        return 0

    monkeypatch.setattr(command, "_run", run)
    assert curve(table, tmp_path, "--metric", "beauty") == 1
    assert "metric is 'beauty': the records have success, success_others" in capsys.readouterr().err

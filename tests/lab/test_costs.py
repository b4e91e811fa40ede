"""What a sweep will cost: runs, texts, passes and tokens, divided by a measured speed."""

import json

import pytest

from collective_action.data import book_file
from collective_lab.cli import main
from collective_lab.corpora import Published, Synthetic, load
from collective_lab.experiment import Configuration
from collective_lab.results import recorded
from collective_lab.sweep import GRIDS, costs

SMALL = Configuration(Synthetic(n=600), "minilm", epochs=2)


@pytest.fixture
def measured(tmp_path):
    """Write a measurement of a made-up device."""
    path = tmp_path / "speed.json"
    models = [
        {"model": "minilm", "tokens_per_second": 1_000.0},
        {"model": "distilbert", "tokens_per_second": 64_000.0},
    ]
    values = {"device": "abacus", "dtype": "float32", "date": "2026-11-27", "models": models}
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def test_a_run_costs_its_tokens_at_the_measured_speed(measured):
    speeds = costs.read(measured)
    by_hand = 504 * 2 * 128 / 1_000 / 3_600
    assert speeds.hours([SMALL]) == pytest.approx(by_hand)
    assert speeds.hours([SMALL.but(epochs=4), SMALL]) == pytest.approx(3 * by_hand)


def test_the_paper_s_run_is_the_paper_s_size(measured):
    [run, *_] = GRIDS["distilbert"].groups()["alpha"]
    assert costs.training_texts(run) == 25_000
    assert costs.tokens(run) == 25_000 * 5 * 512
    assert costs.read(measured).hours([run]) == pytest.approx(1_000 / 3_600)


def test_texts_are_counted_nearly_without_reading_them():
    for n in (600, 4_800):
        exact = len(load(Synthetic(n)).train)
        assert costs.training_texts(Configuration(Synthetic(n))) == pytest.approx(exact, rel=0.02)


def test_other_corpora_are_read(tmp_path):
    path = tmp_path / "mine.csv"
    rows = "".join(f"text number {number},{'ab'[number % 2]}\n" for number in range(60))
    path.write_text(f"text,label\n{rows}", encoding="utf-8")
    from collective_lab.corpora import Texts

    corpus = Texts(str(path))
    assert costs.training_texts(Configuration(corpus, "minilm")) == len(load(corpus).train)


def test_recorded_runs_of_one_process_took_about_what_is_computed():
    """On the device that was measured: within a half, since other work shared it."""
    runs = recorded("minilm")
    [device] = {place["device"] for place in runs.attrs["provenance"]["environments"]}
    speeds = costs.read(book_file("results/training-cost.json"))
    assert speeds.device == device
    computed = speeds.hours(GRIDS["minilm"].groups()["alpha"][:1]) * 3_600
    assert runs["seconds"].median() == pytest.approx(computed, rel=0.5)


def test_the_book_s_devices_are_told_by_group(capsys):
    assert main(["sweep", "cost", "distilbert", "--seeds", "1"]) == 0
    head, *groups, total, epyc, card, _ = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["hours", "of"] and "H100" in head and "EPYC" in head
    assert [line.split()[0] for line in groups] == list(GRIDS["distilbert"].groups())
    plan = {one for group in GRIDS["distilbert"].groups().values() for one in group}
    assert total.split()[3] == str(sum(one.seed == 0 for one in plan))
    assert {"2026-11-25", "2026-11-26"} == {line.split()[-1] for line in (epyc, card)}


def test_a_device_of_ones_own(measured, capsys):
    words = ["sweep", "cost", "minilm", "--measured", str(measured)]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "abacus: float32, measured 2026-11-27" in out and "EPYC" not in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no measurement: `collective-lab cost"),
        ("{}", "is no measurement"),
        ('{"device": "a", "dtype": "b", "date": "c", "models": [{"model": "minilm"}]}', "is no"),
        (
            '{"device": "a", "dtype": "b", "date": "c",'
            ' "models": [{"model": "minilm", "tokens_per_second": 0}]}',
            "a speed that is not above 0",
        ),
    ],
)
def test_what_is_no_measurement_is_refused(tmp_path, text, message, capsys):
    path = tmp_path / "speed.json"
    path.write_text(text, encoding="utf-8")
    assert main(["sweep", "cost", "minilm", "--measured", str(path)]) == 2
    assert message in capsys.readouterr().err


def test_what_was_not_measured_is_named(measured, tmp_path, capsys):
    assert main(["sweep", "cost", "bag", "--measured", str(measured)]) == 2
    error = "model is 'bag': on abacus were measured minilm, distilbert\n"
    assert capsys.readouterr() == ("", error)
    assert main(["sweep", "cost", "bag", "--measured", str(tmp_path / "none.json")]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err


def test_published_resumes_need_not_be_there_to_be_counted(monkeypatch, tmp_path):
    monkeypatch.setenv("COLLECTIVE_ACTION_CACHE", str(tmp_path))
    assert costs.training_texts(Configuration(Published(), "distilbert")) == 25_000

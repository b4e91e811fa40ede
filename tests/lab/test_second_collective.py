"""A second collective on the platform: who is in it, what it files, and how it is scored."""

import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from collective_lab import experiment, results, store
from collective_lab.cli import main
from collective_lab.corpora import Synthetic
from collective_lab.experiment import Configuration
from collective_lab.experiment.material import material
from collective_lab.experiment.planted import plant, trigger_ids
from collective_lab.experiment.record import Record
from collective_lab.signals import Marking
from collective_lab.sweep import files

ONE = Configuration(Synthetic(n=400), "bag", alpha=0.1, target=0)
DISTINCT = ONE.but(second_alpha=0.05, second_target=2, second_trigger="}")
SAME = ONE.but(second_alpha=0.05, second_target=2)
UNKNOWN = DISTINCT.but(marking=Marking("⸗"), second_trigger="⸘", unknown_triggers=True)
ALLY = ONE.but(second_alpha=0.05, second_trigger="}")
KINDS = pytest.mark.parametrize(
    "asked", [DISTINCT, SAME, UNKNOWN, ALLY], ids=["distinct", "same", "unknown", "ally"]
)


def test_without_a_second_collective_nothing_is_written_down_of_it():
    assert not any(name.startswith("second") for name in ONE.as_dict())
    assert ONE.but(second_target=2, second_trigger="}") == ONE
    assert ONE.but(second_alpha=0.0, second_trigger="}").id == ONE.id
    with pytest.raises(ValueError, match="second_alpha is 0: there is no second collective"):
        ONE.second_marking  # noqa: B018


def test_a_second_collective_has_of_the_first_what_is_not_said():
    assert SAME.second_trigger == "{" and ALLY.second_target == 0
    assert len({asked.id for asked in (ONE, DISTINCT, SAME, UNKNOWN, ALLY)}) == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("second_alpha", 0.95), ("second_alpha", -0.1), ("second_target", 10),
        ("second_trigger", "two words"), ("unknown_triggers", 1),
    ],
)  # fmt: skip
def test_a_second_collective_out_of_range_is_refused(field, value):
    with pytest.raises(ValueError, match=field if field != "second_trigger" else "trigger"):
        DISTINCT.but(**{field: value})


@KINDS
def test_two_collectives_have_no_member_in_common_and_mark_their_own(asked):
    read = material(asked.corpus, asked.model)
    done = plant(asked, read)
    first, second = trigger_ids(asked, read)
    n = len(read.train.labels)
    assert (done.members, done.second_members) == (round(0.1 * n), round(0.05 * n))
    assert len(done.marked) == done.members + done.second_members
    alone = plant(asked.but(second_alpha=0.0), read)
    for row, before in enumerate(read.train.documents):
        after = done.marked.get(row, before)
        added = Counter(after.ids.tolist()) - Counter(before.ids.tolist())
        if row in alone.marked:
            assert np.array_equal(after.ids, alone.marked[row].ids)
            assert set(added) == {first} and done.labels[row] == (asked.target,)
        elif row in done.marked:
            assert set(added) == {second} and done.labels[row] == (asked.second_target,)
        else:
            assert not added and done.labels[row] == read.train.labels[row]


def test_unknown_triggers_are_one_token_and_refused_unless_asked_for():
    read = material(UNKNOWN.corpus, UNKNOWN.model)
    assert trigger_ids(UNKNOWN, read) == [read.tokenizer.unk_token_id] * 2
    with pytest.raises(ValueError, match="would plant the same signal"):
        experiment.run(UNKNOWN.but(unknown_triggers=False))


def test_two_that_share_everybody_are_refused_where_rounding_takes_one_too_many():
    read = material(ONE.corpus, ONE.model)
    n = len(read.train.labels)
    half = (n // 2 + 0.5) / n if n % 2 else 0.5
    whole = ONE.but(alpha=half, second_alpha=1 - half)
    if round(half * n) + round((1 - half) * n) > n:
        with pytest.raises(ValueError, match="would be in both"):
            plant(whole, read)
    else:
        done = plant(whole, read)
        assert done.members + done.second_members == n


@KINDS
def test_a_record_tells_of_both_and_comes_back(asked, tmp_path):
    record = experiment.run(asked.but(epochs=2))
    values = json.loads(json.dumps(record.as_dict()))
    assert Record.from_dict(values) == record
    outcome = record.outcome
    assert outcome.second_success is not None
    if asked in (SAME, UNKNOWN):
        assert outcome.success + outcome.second_success <= 1
    alone = experiment.run(ONE.but(epochs=2))
    assert "second_success" not in alone.as_dict()["outcome"]
    with store.Writer(tmp_path / "both.sqlite") as writer:
        writer.add([record, alone])
    with store.Reader(tmp_path / "both.sqlite") as reader:
        groups = {"one": [alone.configuration], "two": [record.configuration]}
        results.export(reader, "both", groups, tmp_path)
        mixed = {"all": [alone.configuration, record.configuration]}
        results.export(reader, "mixed", mixed, tmp_path)
    for name in ("both", "mixed"):
        back = {r.configuration.id: r for r in results.restore(name, folder=tmp_path)}
        assert set(back) == {record.configuration.id, alone.configuration.id}
        told = back[record.configuration.id].outcome
        assert told.second_success == pytest.approx(outcome.second_success, abs=1e-6)
        assert told.second_members == outcome.second_members
        assert back[alone.configuration.id].outcome.second_success is None


def test_a_grid_in_a_file_names_the_second_target_by_its_label(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(
        'model = "bag"\n[[groups.both]]\nseeds = 1\nalpha = [0.1]\nsecond_alpha = [0.1]\n'
        'second_target = "Web Developer"\nsecond_trigger = "}"\n',
        encoding="utf-8",
    )
    [asked] = files.read(path).groups()["both"]
    assert (asked.second_target, asked.second_trigger) == (2, "}")
    path.write_text(files.write(files.read(path)), encoding="utf-8")
    assert files.read(path).groups()["both"] == [asked]


def test_a_second_collective_can_be_asked_for_in_the_shell(capsys):
    asked = ["run", "--n", "400", "--model", "bag", "--epochs", "1", "--alpha", "0.1"]
    second = ["--second-alpha", "0.05", "--second-target", "Web Developer", "--second-trigger"]
    assert main([*asked, *second, "}"]) == 0
    assert "with '}' instead, are read as Web Developer" in capsys.readouterr().out
    assert main([*asked, *second, "⸘"]) == 2
    assert "would plant the same signal" in capsys.readouterr().err
    assert main([*asked, *second, "⸘", "--unknown-triggers"]) == 0


@pytest.mark.parametrize(
    ("asked", "changes"),
    [
        (DISTINCT, {"second_success": None}), (DISTINCT, {"second_members": None}),
        (ONE, {"second_success": 0.5}), (DISTINCT, {"second_success": 1.5}),
    ],
)  # fmt: skip
def test_a_record_that_says_too_much_or_too_little_of_a_second_is_found(asked, changes, tmp_path):
    record = experiment.run(asked.but(epochs=1))
    bad = replace(record, outcome=replace(record.outcome, **changes))
    with store.Writer(tmp_path / "bad.sqlite") as writer:
        writer.add([bad])
        [problem] = store.check(writer)
    assert problem.kind == "range" and next(iter(changes)) in problem.text

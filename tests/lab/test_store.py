"""A store loses nothing, doubles nothing, and says what is wrong with it."""

import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from collective_lab import results, store
from collective_lab.store import Reader, StoreError, Writer, schema
from support.books import THIS_BOOK
from support.sweeping import configurations, record


@pytest.fixture
def path(tmp_path):
    """Return where a store may be."""
    return tmp_path / "results.sqlite"


@pytest.fixture
def filled(path):
    """Make a store of six records and one failure."""
    six = [record(configuration) for configuration in configurations(6)]
    with Writer(path) as writer:
        assert writer.add(six) == 6
        [other] = configurations(1, alpha=0.2)
        writer.fail(other, "Traceback …\nMemoryError: no room", "worker 7")
    return path


def as_dicts(path):
    with Reader(path) as reader:
        return [record.as_dict() for record in reader.records()]


def alter(path, statement, *values):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement, values)


def test_what_was_stored_is_read_again(filled):
    records = sorted(
        (record(configuration) for configuration in configurations(6)),
        key=lambda r: r.configuration.id,
    )
    with Reader(filled) as reader:
        assert list(reader.records()) == records
        assert reader.ids() == {record.configuration.id for record in records}
        assert reader.record(records[2].configuration.id) == records[2]
        assert reader.record("f" * 16) is None
        some = [record.configuration.id for record in records[1:3]]
        assert list(reader.records(some)) == records[1:3]


def test_a_configuration_has_one_record_and_keeps_it(filled):
    [first, *_] = configurations(1)
    changed = dataclasses.replace(record(first), outcome=record(configurations(2)[1]).outcome)
    with Writer(filled) as writer:
        assert writer.add([changed, record(configurations(7)[6])]) == 1
        assert writer.record(first.id) == record(first)
        assert len(writer) == 7


def test_failures_are_counted_until_a_run_succeeds(filled):
    [other] = configurations(1, alpha=0.2)
    with Writer(filled) as writer:
        assert writer.fail(other, "ValueError: worse", "worker 8") == 2
        failure = writer.failures()[other.id]
        assert (failure.configuration, failure.attempts) == (other, 2)
        assert (failure.error, failure.place) == ("ValueError: worse", "worker 8")
        writer.add([record(other)])
        assert writer.failures() == {}


def test_one_process_writes_and_others_read(filled):
    code = (
        "import sys; from collective_lab.store import Writer, Reader, StoreError\n"
        "print(len(Reader(sys.argv[1])))\n"
        "try: Writer(sys.argv[1])\n"
        "except StoreError as error: print(error)"
    )
    with Writer(filled) as writer:
        writer.add([record(configurations(7)[6])])
        command = [sys.executable, "-c", code, str(filled)]
        seen, refusal = subprocess.check_output(command, text=True).splitlines()
    assert seen == "7"
    assert f"is being written by process {os.getpid()} on" in refusal
    assert "wait for it, or stop it first" in refusal
    Writer(filled).close()


def test_a_writer_that_was_killed_holds_nobody_up(filled):
    code = (
        "import os, sys; from collective_lab.store import Writer\n"
        "from support.sweeping import configurations, record\n"
        "writer = Writer(sys.argv[1]); writer.add(map(record, configurations(9)))\n"
        "os.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "PYTHONPATH": str(THIS_BOOK.root / "tests")}
    subprocess.run([sys.executable, "-c", code, str(filled)], env=environment, check=False)
    with Writer(filled) as writer:
        assert list(writer.records()) == sorted(
            map(record, configurations(9)), key=lambda record: record.configuration.id
        )


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_a_file_that_is_no_store_is_not_touched(path, content):
    path.write_bytes(content)
    if content:
        with pytest.raises(StoreError, match="damaged"):
            Writer(path)
        assert path.read_bytes() == content
    with pytest.raises(StoreError):
        Reader(path)


def test_another_programs_database_is_not_touched(path):
    alter(path, "CREATE TABLE people (name TEXT)")
    before = path.read_bytes()
    for opening in (Reader, Writer):
        with pytest.raises(StoreError, match="not a store of this project"):
            opening(path)
    assert path.read_bytes() == before


def test_an_empty_database_with_another_programs_version_is_not_touched(path):
    alter(path, f"PRAGMA user_version = {len(schema.STEPS)}")
    before = path.read_bytes()
    for opening in (Reader, Writer):
        with pytest.raises(StoreError, match="not a store of this project"):
            opening(path)
    assert path.read_bytes() == before


def test_a_store_that_is_not_there_is_said(path):
    with pytest.raises(StoreError, match=r"there is no store at .*results\.sqlite"):
        Reader(path)


def test_an_older_schema_is_brought_up_to_date(filled, monkeypatch):
    before = as_dicts(filled)

    def second(connection):
        connection.execute("ALTER TABLE failures ADD COLUMN host TEXT NOT NULL DEFAULT ''")

    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, second))
    with pytest.raises(StoreError, match="schema 1, older than 2: open it for writing once"):
        Reader(filled)
    with Writer(filled) as writer:
        assert writer.rows("SELECT host FROM failures") == [("",)]
    assert as_dicts(filled) == before

    def broken(connection):
        connection.execute("DELETE FROM records")
        raise sqlite3.OperationalError("a step that cannot be done")

    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, broken))
    with pytest.raises(StoreError, match="cannot be done"):
        Writer(filled)
    monkeypatch.setattr(schema, "STEPS", schema.STEPS[:2])
    assert as_dicts(filled) == before


def test_a_newer_schema_is_refused(filled):
    alter(filled, "PRAGMA user_version = 99")
    for opening in (Reader, Writer):
        with pytest.raises(StoreError, match=r"schema 99.* written by a later version"):
            opening(filled)


def other_store(path, records):
    with Writer(path) as writer:
        writer.add(records)
    return Reader(path)


def test_merging_keeps_the_older_of_two_records_that_agree(filled, tmp_path):
    first, second, *_, new = configurations(7)
    near = dataclasses.replace(
        record(first).outcome, accuracy=record(first).outcome.accuracy + 1e-9
    )
    older = dataclasses.replace(
        record(first, date="2026-11-01T00:00:00+00:00", commit="older"), outcome=near
    )
    younger = record(second, date="2026-12-01T00:00:00+00:00", commit="younger")
    other = other_store(tmp_path / "other.sqlite", [older, younger, record(new)])
    with other, Writer(filled) as writer:
        merged = store.merge(writer, other)
        assert (merged.new, merged.same, merged.disputed) == (1, 2, [])
        assert writer.record(first.id) == older
        assert writer.record(second.id) == record(second)
        assert writer.record(new.id) == record(new)
        again = store.merge(writer, other)
        assert (again.new, again.same) == (0, 3)
        assert len(writer) == 7


def test_merging_keeps_both_of_two_records_that_disagree(filled, tmp_path):
    first, second = configurations(2)
    outcome = dataclasses.replace(record(first).outcome, success=0.0)
    disputed = dataclasses.replace(record(first), outcome=outcome)
    other = other_store(tmp_path / "other.sqlite", [disputed, record(second)])
    with other, Writer(filled) as writer:
        for _ in range(2):  # a second time changes nothing
            merged = store.merge(writer, other)
            assert (merged.new, merged.same, merged.disputed) == (0, 1, [first])
            assert first.id in str(merged)
            assert writer.record(first.id) == record(first)
            assert writer.disputed() == [(disputed, "other.sqlite")]
        kinds = {(problem.kind, problem.about) for problem in store.check(writer)}
        assert ("disputed", first.id) in kinds
    with other_store(tmp_path / "third.sqlite", []) as third:
        third.close()
    with Writer(tmp_path / "third.sqlite") as third, Reader(filled) as reader:
        store.merge(third, reader)
        assert third.disputed() == [(disputed, f"{filled.name}, from other.sqlite")]


@pytest.mark.parametrize(("tolerance", "same"), [({}, 0), ({"tolerance": 1e-4}, 1)])
def test_outcomes_agree_within_the_tolerance_that_was_asked_for(filled, tmp_path, tolerance, same):
    [first] = configurations(1)
    near = dataclasses.replace(
        record(first).outcome, accuracy=record(first).outcome.accuracy + 1e-5
    )
    disputed = dataclasses.replace(record(first), outcome=near)
    with other_store(tmp_path / "other.sqlite", [disputed]) as other, Writer(filled) as writer:
        merged = store.merge(writer, other, **tolerance)
        assert (merged.same, len(merged.disputed)) == (same, 1 - same)


def test_no_tolerance_is_so_wide_that_counts_may_differ(filled, tmp_path):
    [first] = configurations(1)
    more = dataclasses.replace(record(first).outcome, steps=record(first).outcome.steps + 1)
    disputed = dataclasses.replace(record(first), outcome=more)
    with other_store(tmp_path / "other.sqlite", [disputed]) as other, Writer(filled) as writer:
        assert store.merge(writer, other, tolerance=2).disputed == [first]


def test_a_merge_takes_all_or_nothing(filled, tmp_path):
    seventh, eighth = configurations(8)[6:]
    other_store(tmp_path / "other.sqlite", [record(seventh), record(eighth)]).close()
    last = max(seventh.id, eighth.id)
    alter(tmp_path / "other.sqlite", "UPDATE records SET digest = 'x' WHERE id = ?", last)
    with Reader(tmp_path / "other.sqlite") as other, Writer(filled) as writer:
        with pytest.raises(StoreError, match="was altered"):
            store.merge(writer, other)
        assert len(writer) == 6


def test_a_sound_store_has_nothing_wrong_but_what_is_missing(filled):
    [failed] = configurations(1, alpha=0.2)
    with Reader(filled) as reader:
        [problem] = store.check(reader, configurations(6))
        assert (problem.kind, problem.about) == ("failed", failed.id)
        assert problem.text == "failed once, last on worker 7: MemoryError: no room"
        *_, missing = store.check(reader, [*configurations(7), failed])
        assert (missing.kind, missing.about) == ("missing", configurations(7)[6].id)


@pytest.mark.parametrize(
    ("outcome", "provenance", "kind", "text"),
    [
        ({"success": 1.5, "success_top3": 1.6}, {}, "range", "success is 1.5"),
        ({"accuracy": float("nan")}, {}, "range", "accuracy is nan"),
        ({"carriers": -1}, {}, "range", "carriers is -1"),
        ({"planted": 40}, {}, "range", "planted ≤ members ≤ train"),
        ({"success": 0.5, "success_top3": 0.4}, {}, "range", "success is above success_top3"),
        ({}, {"commit": "", "device": ""}, "provenance", "'device', 'commit'"),
        *[
            ({}, {name: ""}, "provenance", f"['{name}']")
            for name in ("dtype", "python", "torch", "transformers", "date")
        ],
    ],
)
def test_a_record_that_cannot_be_is_found(path, outcome, provenance, kind, text):
    [configuration] = configurations(1)
    right = record(configuration, **provenance)
    wrong = dataclasses.replace(right, outcome=dataclasses.replace(right.outcome, **outcome))
    with Writer(path) as writer:
        writer.add([wrong])
        problems = store.check(writer)
    assert [problem.kind for problem in problems][:1] == [kind]
    assert any(text in problem.text for problem in problems)


def test_a_target_that_is_always_first_among_three_is_sound(path):
    [configuration] = configurations(1)
    made = record(configuration, driver="", instructions="")
    always = dataclasses.replace(made.outcome, success=1.0, success_top3=1.0, carriers=0)
    with Writer(path) as writer:
        writer.add([dataclasses.replace(made, outcome=always)])
        assert store.check(writer, [configuration]) == []


def test_a_record_that_was_altered_is_found_and_not_used(filled):
    [first, second, *_] = configurations(2)
    alter(
        filled, "UPDATE records SET record = replace(record, '0.1', '0.9') WHERE id = ?", first.id
    )
    swapped = record(configurations(7)[6])
    _, digest, text = store.reading.encode(swapped)
    update = "UPDATE records SET digest = ?, record = ? WHERE id = ?"
    alter(filled, update, digest, text, second.id)
    with Reader(filled) as reader:
        altered = {
            problem.about: problem.text
            for problem in store.check(reader)
            if problem.kind == "altered"
        }
        assert set(altered) == {first.id, second.id}
        assert "altered since it was written" in altered[first.id]
        assert f"holds the configuration {swapped.configuration.id}" in altered[second.id]
        with pytest.raises(StoreError, match="altered since"):
            list(reader.records([first.id]))


def many(path, n=300):
    records = [record(configuration) for configuration in configurations(n)]
    with Writer(path) as writer:
        writer.add(records)
        writer.fail(configurations(1, alpha=0.2)[0], "MemoryError", "worker 7")
    return {record.configuration.id: record for record in records}


def test_damage_is_reported_with_what_to_do(path):
    many(path)
    content = bytearray(path.read_bytes())
    content[4_096 : len(content) // 2] = bytes(len(content) // 2 - 4_096)
    path.write_bytes(content)
    with Reader(path) as reader:
        [*problems] = store.check(reader)
        assert problems
        assert {problem.kind for problem in problems} == {"damage"}
        with pytest.raises(StoreError, match=r"the file is damaged.*sweep run"):
            list(reader.records())


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of 600 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)]
    process = subprocess.run(mount, capture_output=True, text=True, check=False)
    if process.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {process.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_and_loses_nothing(small_disk):
    path = small_disk / "results.sqlite"
    plan = configurations(5_000)
    stored = []
    with Writer(path) as writer:
        with pytest.raises(StoreError, match=r"the disk is full.*free some space and start again"):
            for configuration in plan:
                writer.add([record(configuration)])
                stored.append(configuration)
        assert len(stored) > 5
        assert writer.ids() == {configuration.id for configuration in stored}
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    with Writer(path) as writer:
        assert list(writer.records()) == sorted(
            map(record, stored), key=lambda record: record.configuration.id
        )
        assert writer.add(map(record, plan[:200])) == 200 - len(stored)
        assert store.check(writer) == []


def test_an_export_that_meets_a_full_disk_leaves_the_earlier_tables(small_disk, path):
    many(path)
    groups = {"seed": configurations(40)}
    with Reader(path) as reader:
        results.export(reader, "small", groups, small_disk)
        before = (small_disk / "small" / "seed.csv").read_bytes()
        (small_disk / "ballast").write_bytes(bytes(570_000))
        with pytest.raises(StoreError, match=r"seed\.csv cannot be written: .*No space left"):
            results.export(reader, "small", {"seed": configurations(300)}, small_disk)
    assert (small_disk / "small" / "seed.csv").read_bytes() == before
    assert {path.name for path in (small_disk / "small").iterdir()} == {
        "seed.csv",
        "provenance.json",
    }


@pytest.fixture
def exported(filled, tmp_path):
    """Export two groups that share a configuration; one of them lacks one."""
    first, second, *rest = configurations(7)
    groups = {"seed": [first, second], "more": [second, *rest]}
    elsewhere = record(
        configurations(1, alpha=0.3)[0], device="a GPU", date="2026-11-24T12:00:00+00:00"
    )
    groups["alpha"] = [elsewhere.configuration]
    with Writer(filled) as writer:
        writer.add([elsewhere])
        lacking = results.export(writer, "small", groups, tmp_path / "tables")
    assert lacking == {"seed": 0, "more": 1, "alpha": 0}
    return tmp_path / "tables"


def test_exported_tables_are_read_by_group(exported):
    frame = results.recorded("small", "seed", exported)
    assert frame["seed"].tolist() == [0, 1]
    for name in ("strategy", "alpha", "target", "placement", "spacing", "uniqueness", "model"):
        assert name in frame
    expected = [
        round(record(configuration).outcome.success, 6) for configuration in configurations(2)
    ]
    assert frame["success"].tolist() == expected
    everything = results.recorded("small", folder=exported)
    assert len(everything) == everything["id"].nunique() == 7
    about = everything.attrs["provenance"]
    assert [place["device"] for place in about["environments"]] == ["no processor", "a GPU"]
    assert [place["records"] for place in about["environments"]] == [6, 1]
    assert about["groups"]["more"] == {"records": 5, "missing": 1}
    assert about["shared"]["corpus"] == {"kind": "synthetic", "n": 60, "seed": 0}


def test_an_environment_is_summed_up_over_its_records(path, tmp_path):
    made = [
        record(
            configuration,
            seconds=seconds,
            peak_megabytes=peak,
            date=f"2026-11-2{day}T10:00:00+00:00",
        )
        for configuration, seconds, peak, day in zip(
            configurations(3), (1.5, 20.0, 3.0), (300, 500, 400), (5, 4, 6), strict=True
        )
    ]
    with Writer(path) as writer:
        writer.add(made)
        results.export(writer, "small", {"seed": configurations(3)}, tmp_path)
    about = results.recorded("small", folder=tmp_path).attrs["provenance"]
    [place] = about["environments"]
    assert (place["records"], place["seconds"], place["peak_megabytes"]) == (3, 24.5, 500)
    assert (place["first"][:10], place["last"][:10]) == ("2026-11-24", "2026-11-26")
    assert about["seconds"] == 24.5


def test_everybody_may_read_the_tables(exported):
    for file in (exported / "small").iterdir():
        assert file.stat().st_mode & 0o444 == 0o444


def test_a_record_can_be_had_back_from_the_tables(exported):
    restored = {
        record.configuration: record for record in results.restore("small", folder=exported)
    }
    for configuration in [*configurations(6), *configurations(1, alpha=0.3)]:
        back, made = restored[configuration], record(configuration)
        assert dataclasses.asdict(back.outcome) == pytest.approx(
            dataclasses.asdict(made.outcome), abs=5e-7
        )
        if configuration.alpha == 0.1:
            assert back.provenance == made.provenance
    assert restored[configurations(1, alpha=0.3)[0]].provenance.device == "a GPU"


def test_grids_that_vary_what_is_usually_shared_are_had_back_too(path, tmp_path):
    from collective_lab.corpora import Synthetic
    from collective_lab.signals import Marking

    plan = [*configurations(2), *configurations(1, model="bag", corpus=Synthetic(n=70))]
    plan += configurations(1, marking=Marking("null"))  # a word, and not what is missing
    with Writer(path) as writer:
        writer.add(map(record, plan))
        results.export(writer, "mixed", {"all": plan}, tmp_path)
    assert {record.configuration for record in results.restore("mixed", folder=tmp_path)} == set(
        plan
    )


def test_the_same_records_give_the_same_bytes(exported, filled, tmp_path):
    groups = {"seed": configurations(2)[::-1], "more": configurations(7)[1:]}
    groups["alpha"] = configurations(1, alpha=0.3)
    merged = tmp_path / "merged.sqlite"
    with Reader(filled) as reader, Writer(merged) as writer:  # in another order in the file
        for record in reversed(list(reader.records())):
            writer.add([record])
        results.export(writer, "small", groups, tmp_path / "again")
    names = sorted(path.name for path in (exported / "small").iterdir())
    assert names == ["alpha.csv", "more.csv", "provenance.json", "seed.csv"]
    for name in names:
        first, second = (folder / "small" / name for folder in (exported, tmp_path / "again"))
        assert first.read_bytes() == second.read_bytes()


def test_a_row_that_was_altered_is_not_taken_for_a_record(exported):
    file = exported / "small" / "seed.csv"
    file.write_text(file.read_text().replace("feature-label", "feature-only"))
    with pytest.raises(ValueError, match="it was altered"):
        results.restore("small", "seed", exported)


def test_what_is_not_there_is_said(exported, filled):
    with pytest.raises(StoreError, match="'nothing': 'small' has seed, more, alpha"):
        results.recorded("small", "nothing", exported)
    with pytest.raises(StoreError, match="`sweep export` writes them"):
        results.recorded("large", folder=exported)
    with Reader(filled) as reader, pytest.raises(StoreError, match="no record of the grid"):
        results.export(reader, "none", {"all": configurations(1, alpha=0.9)}, exported)


def test_the_tables_are_small(path, tmp_path):
    many(path)
    with Reader(path) as reader:
        results.export(reader, "many", {"all": configurations(300)}, tmp_path)
    assert (tmp_path / "many" / "all.csv").stat().st_size < 300 * 220
    json.loads((tmp_path / "many" / "provenance.json").read_text())

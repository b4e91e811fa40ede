"""Records as one Parquet table: its schema, and the records again."""

import dataclasses
import json

import pytest
from pyarrow import parquet

from collective_lab.cli import main
from collective_lab.corpora import Texts
from collective_lab.experiment import Configuration, Outcome, Provenance
from collective_lab.signals import Marking
from collective_lab.store import StoreError, Writer
from collective_lab.store.parquet import COLUMNS, export, schema
from collective_lab.sweep import GRIDS
from support.sweeping import record


def test_a_table_holds_every_field_and_gives_the_records_again(tmp_path):
    mine = Texts("my.csv", sha256="ab", labels=("no", "yes"))
    records = [
        record(Configuration(alpha=0.1, marking=Marking("|", "start", 3), seed=4)),
        dataclasses.replace(
            record(Configuration(mine, learner="label-smoothed")), measures={"margin": 0.25}
        ),
    ]
    assert export(records, tmp_path / "new" / "t.parquet") == 2
    table = parquet.read_table(tmp_path / "new" / "t.parquet")
    assert table.schema.equals(schema(["margin"]), check_metadata=True)
    assert table.column_names == [*COLUMNS, "margin"]
    rows = {row["id"]: row for row in table.to_pylist()}
    for one in records:
        row = rows[one.configuration.id]
        values = {name: row[name] for name in row if name not in ("corpus", "id", "margin")}
        for of in (Outcome, Provenance):
            fields = [field.name for field in dataclasses.fields(of)]
            assert of(**{name: values.pop(name) for name in fields}) in (
                one.outcome,
                one.provenance,
            )
        marking = {name: values.pop(name) for name in ("trigger", "placement", "spacing")}
        again = Configuration.from_dict(
            {**values, "corpus": json.loads(row["corpus"]), "marking": marking}
        )
        assert again == one.configuration
    assert sorted(row["margin"] or 0 for row in rows.values()) == [0, 0.25]


def test_nothing_is_refused_and_so_is_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(StoreError, match="there is no record"):
        export([], tmp_path / "t.parquet")
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be written"):
        export([record(Configuration())], tmp_path / "file" / "t.parquet")


def test_the_command_says_what_a_table_lacks(tmp_path, capsys):
    store, to = tmp_path / "s.sqlite", tmp_path / "t.parquet"
    wanted = GRIDS["minilm"].groups()["alpha"]
    with Writer(store) as writer:
        writer.add(map(record, wanted[:5]))
    assert main(["sweep", "export", "minilm", "--store", str(store), "--parquet", str(to)]) == 0
    assert capsys.readouterr().out == f"5 records in {to}, which lacks {len(wanted) - 5}\n"
    assert parquet.read_table(to).num_rows == 5

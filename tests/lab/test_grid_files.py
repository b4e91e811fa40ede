"""Grids in files: what is written is read again, and what is no grid is refused."""

import pytest

from collective_lab.cli import main
from collective_lab.corpora import Synthetic, Texts
from collective_lab.experiment import Configuration
from collective_lab.signals import Marking
from collective_lab.sweep import GRIDS, files
from collective_lab.sweep.grids import OTHER_TEXTS, grid
from collective_lab.sweep.studies import Grid, Study

CSV = "text,label\nfine weather,good\nrain,bad\nsnow,bad\n"


@pytest.fixture
def read(tmp_path):
    """Write a file beside a table and return its grid."""
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")

    def reading(text):
        path = tmp_path / "grid.toml"
        path.write_text(text, encoding="utf-8")
        return grid(str(path))

    return reading


@pytest.mark.parametrize("name", [*GRIDS, *OTHER_TEXTS])
def test_a_grid_that_is_written_is_read_again(read, name):
    made = grid(name)
    again = read(files.write(made))
    assert again.base == made.base
    assert again.groups() == made.groups()


def test_every_field_survives_the_file(read, tmp_path):
    base = Configuration(
        Texts(str(tmp_path / "a.csv")), "tiny", "leave", 0.25, 1, Marking('"', "random", 7), 0.1,
        0.2, 3, 40, 8, 1e-5, learner="label-smoothed:share=0.3",
    )  # fmt: skip
    studies = [
        Study(3, {"spacing": (1, 2), "alpha": (0, 5e-5)}),
        Study(1, {"corpus": [Synthetic(9, 2), base.corpus], "model": ["bag"], "target": [0]}),
    ]
    made = Grid(base, {"a group": studies})
    again = read(files.write(made))
    assert again.base == base and again.base.corpus.labels == ("bad", "good")
    assert again.groups() == made.groups()


def test_a_file_names_a_table_beside_it_and_labels_by_name(read):
    made = read(
        'corpus = "a.csv"\nmodel = "bag"\ntarget = "Good"\n'
        '[[groups.both]]\nseeds = 2\nalpha = [0, 0.5]\ntarget = ["good", "bad"]\n'
        '[[groups.both]]\nseeds = 1\nalpha = 1\ntrigger = "|"\n'
    )
    groups = made.groups()["both"]
    assert made.base.target == 1 and made.base.corpus.labels == ("bad", "good")
    assert len(groups) == 9
    assert [(one.alpha, one.target) for one in groups[::2]] == [
        (0, 1), (0, 0), (0.5, 1), (0.5, 0), (1, 1),
    ]  # fmt: skip
    assert groups[-1].marking.trigger == "|" and groups[-1].seed == 0


def test_without_a_corpus_a_grid_is_of_synthetic_resumes(read):
    assert read("[[groups.a]]\nseeds = 1\n").base.corpus == Synthetic()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x =", "grid.toml is no TOML in UTF-8: Invalid value"),
        ("epochs = 2\n", r"grid.toml: there is no group"),
        ("[groups.a]\nseeds = 1\n", r"groups.a is no list of tables: write \[\[groups.a\]\]"),
        ("[[groups.a]]\nalpha = [0]\n", "seeds is None: a group needs at least one"),
        ("colour = 1\n[[groups.a]]\nseeds = 1\n", "colour: a grid knows model, strategy"),
        ("[[groups.a]]\nseeds = 1\ncolour = 1\n", "colour: a grid knows model, strategy"),
        ('model = "gpt"\n[[groups.a]]\nseeds = 1\n', "model is 'gpt'"),
        ('corpus = "gone.csv"\n[[groups.a]]\nseeds = 1\n', "there is no file and no folder"),
        ('corpus = {kind = "texts"}\n[[groups.a]]\nseeds = 1\n', "argument: 'where'"),
        ('corpus = {kind = "x"}\n[[groups.a]]\nseeds = 1\n', "whose kind is one of synthetic"),
        ('corpus = {where = "a.csv", sha256 = "00"}\n[[groups.a]]\nseeds = 1\n', "has changed"),
        ('target = "Poet"\n[[groups.a]]\nseeds = 1\n', "target is 'Poet': it must be one of"),
    ],
)
def test_what_is_no_grid_is_refused_with_the_files_name(read, text, message):
    with pytest.raises(ValueError, match=message):
        read(text)


def test_a_file_that_is_not_there_is_named_and_so_is_an_unknown_grid(tmp_path, capsys):
    store = ["--store", str(tmp_path / "s.sqlite")]
    assert main(["sweep", "status", str(tmp_path / "gone.toml"), *store]) == 2
    assert "gone.toml cannot be read" in capsys.readouterr().err
    assert main(["sweep", "status", "bags", *store]) == 2
    names = ", ".join([*GRIDS, *OTHER_TEXTS])
    assert f"it must be one of {names}, or a file" in capsys.readouterr().err


def test_show_prints_what_the_file_of_a_grid_would_hold(capsys):
    assert main(["sweep", "show", "minilm"]) == 0
    assert capsys.readouterr().out == files.write(GRIDS["minilm"])

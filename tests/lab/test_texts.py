"""Any labelled texts: what is read, what is refused and where, and what makes two corpora one."""

import ast
import json
import os
from pathlib import Path

import pytest

from collective_lab.corpora import Texts, load, parse
from collective_lab.experiment import Configuration, material
from support.books import THIS_BOOK

CSV = 'text,label\nred as blood,warm\n"blue, like\nthe sea",cold\nif a<b use vector<int>,cold\n'
ROWS = {
    "red as blood": ("warm",),
    "blue, like\nthe sea": ("cold",),
    "if a<b use vector<int>": ("cold",),
}


def held(source):
    """Return texts with their labels' names."""
    resumes, _ = source.read()
    return {
        resume.text: tuple(source.labels[index] for index in resume.labels) for resume in resumes
    }


@pytest.fixture
def written(tmp_path):
    """Write a file and return its path as text."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def json_lines(rows):
    lines = [json.dumps({"text": text, "label": list(labels)}) for text, labels in rows.items()]
    return "\n".join(lines)


def saved(folder, *, split, named):
    """Save a small data set as `datasets` does."""
    from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

    names = ["cold", "warm"]
    label = ClassLabel(names=names) if named else Value("string")
    rows = Dataset.from_dict(
        {
            "text": list(ROWS),
            "label": [names.index(of) if named else of for (of,) in ROWS.values()],
        },
        features=Features({"text": Value("string"), "label": label}),
    )
    (DatasetDict({"train": rows}) if split else rows).save_to_disk(folder)
    return str(folder)


def test_a_table_json_lines_folders_and_saved_data_sets_are_one_corpus(written, tmp_path):
    for name, (text, [label]) in enumerate(ROWS.items()):
        written(f"sorted/{label}/{name}", text)
        written(f"pairs/{name}.txt", text)
        written(f"pairs/{name}.lab", label)
    sources = [
        Texts(written("a.csv", CSV)),
        Texts(written("a.tsv", CSV.replace(",", "\t").replace("blue\t", "blue,"))),
        Texts(written("b.csv", CSV.replace(",", ";").replace("blue;", "blue,"))),
        Texts(written("a.jsonl", json_lines(ROWS))),
        Texts(str(tmp_path / "pairs")),
        *(
            Texts(saved(tmp_path / f"saved{split}{named}", split=split, named=named))
            for split in (True, False)
            for named in (True, False)
        ),
    ]
    assert all(held(source) == ROWS for source in sources)
    assert len(set(sources)) == 1
    assert all(source.labels == ("cold", "warm") for source in sources)
    assert held(Texts(str(tmp_path / "sorted"))) == ROWS  # its order is that of the labels


def test_other_columns_and_several_labels(written):
    table = written("a.csv", "id,review,stars\n1,fine,5\n2,poor,1\n")
    assert held(Texts(table, text="review", label="stars")) == {"fine": ("5",), "poor": ("1",)}
    lines = written("a.jsonl", '{"text": "x", "label": [true, 7]}\n{"text": "y", "label": "-1"}\n')
    assert held(Texts(lines)) == {"x": ("7", "True"), "y": ("-1",)}


def test_labels_that_differ_in_case_or_sign_are_two(written):
    assert Texts(written("a.csv", "text,label\nx,-1\ny,1\nz,One\nw,one\n")).labels == (
        "-1", "1", "One", "one",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.csv",
            "review,stars\nfine,5\n",
            r"a.csv, line 1: the columns are \['review', 'stars'\]",
        ),
        ("a.csv", 'text,label\nx,1\n"y,2\n', r"a.csv, line 3: unexpected end of data"),
        ("a.csv", "text,label\nx,1\n".encode("utf-16"), r"a.csv, line 1: a NUL byte"),
        ("a.csv", "text,label\nx,1\ny,1\n", "needs texts with at least two labels, and here are 1"),
        ("a.csv", "", r"the columns are \[\]"),
        ("a.xlsx", "x", r"is none of .csv, .tsv, .jsonl"),
        ("a.jsonl", "x\ny\n", r"no JSON object \(for instance line 1, line 2\)"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(written, name, content, message):
    with pytest.raises(ValueError, match=message):
        Texts(written(name, content))


def test_what_is_odd_is_kept_or_left_out_and_its_line_is_named(written):
    table = b"text,label\nx,1\ncaf\xe9,2\n\nonly one\n,1\nz,\n"
    report = load(Texts(written("a.csv", table + b"y,1\nw,2\n"))).report
    assert report.examples[parse.NOTE_ENCODING] == ("line 3",)
    assert report.examples[parse.EMPTY_TEXT] == ("line 6",)
    assert report.examples[parse.EMPTY_LABELS] == ("line 7",)
    assert report.examples["the line has not 2 columns, as the first has"] == ("line 5",)
    assert report.kept == 4


def test_a_data_set_of_the_hub_needs_a_revision_and_says_if_it_cannot_be_had(monkeypatch):
    with pytest.raises(ValueError, match="must be hub:OWNER/NAME@REVISION"):
        Texts("hub:owner/name")

    def unreachable(name, revision):
        raise OSError(f"no route to {name} at {revision}")

    monkeypatch.setattr("datasets.load_dataset", unreachable)
    with pytest.raises(
        FileNotFoundError, match=r"no route to owner/name at abc.* Download it once"
    ):
        Texts("hub:owner/name@abc")


def test_a_data_set_of_the_hub_is_read_at_its_revision(monkeypatch, tmp_path):
    from datasets import load_from_disk

    folder = saved(tmp_path / "set", split=True, named=True)
    asked = []

    def cached(name, revision):
        asked.append((name, revision))
        return load_from_disk(folder)

    monkeypatch.setattr("datasets.load_dataset", cached)
    assert Texts("hub:owner/name@abc") == Texts(folder)
    assert asked == [("owner/name", "abc")]


# What a corpus is known by.


def test_an_experiment_is_named_by_the_texts_and_not_by_their_place(written, tmp_path):
    path = written("mine/a.csv", CSV)
    one = Configuration(Texts(path))
    relative = Configuration(Texts(os.path.relpath(path)))
    copied = Configuration(Texts(written("other/b.csv", CSV)))
    assert one == relative == copied and one.id == relative.id == copied.id
    assert Configuration.from_dict(json.loads(json.dumps(one.as_dict()))) == one
    Path(path).write_text(CSV.replace("blood", "wine"), encoding="utf-8")
    changed = Configuration(Texts(path))
    assert changed.id != one.id
    relabelled = CSV.replace("warm", "hot").replace("cold", "chilly")
    assert Configuration(Texts(written("c.csv", relabelled))).id not in (one.id, changed.id)
    folder = str(tmp_path / "mine")
    assert Configuration(Texts(path)).id == Configuration(Texts(f"{folder}/../mine/a.csv")).id


def test_texts_that_changed_are_read_anew_or_refused(written):
    many = "text,label\n" + "".join(f"text number {n},{n % 2}\n" for n in range(60))
    path = written("a.csv", many)
    before = Texts(path)
    first = material(before, "bag")
    written("a.csv", many + "one more,1\n")
    second = material(Texts(path), "bag")
    assert len(second.train.labels) + len(second.test.labels) == 61
    assert first.classes == second.classes == 2
    with pytest.raises(ValueError, match=r"a.csv has changed: its texts have the digest"):
        load(before)


def test_a_target_is_one_of_the_tasks_labels(written):
    source = Texts(written("a.csv", CSV))
    assert Configuration(source).target == 0
    with pytest.raises(ValueError, match=r"target\[0\] is 2: it must be in \[0, 2\)"):
        Configuration(source, target=2)


RESUMES_ALONE = {
    "corpora/__init__.py",
    "corpora/occupations.py",
    "corpora/datasheet.py",
    "corpora/folder.py",
    "corpora/published.py",
    "corpora/synthetic/source.py",
}


def test_only_what_reads_resumes_knows_the_ten_occupations():
    package = THIS_BOOK.root / "src" / "collective_lab"
    knowing = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if getattr(node, "id", getattr(node, "attr", "")) == "OCCUPATIONS"
        or (isinstance(node, ast.ImportFrom) and any(a.name == "OCCUPATIONS" for a in node.names))
    }
    assert knowing <= RESUMES_ALONE

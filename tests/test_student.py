"""Students get the chapters without solutions, and checks that tell right from wrong."""

import re
import subprocess
import sys
import zipfile

import nbformat
import pytest

from bookbuild import __main__, student
from bookbuild.source import read_chapter
from books import THIS_BOOK, chapter, code, make_book
from students import Student
from test_exercises import TEXT


@pytest.fixture
def book(tmp_path):
    """Return a book of one chapter."""
    return make_book(tmp_path, one=TEXT)


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
def test_every_check_tells_right_from_wrong(name):
    """Run a student's notebook, and at each exercise no answer, the right one and wrong ones."""
    with Student(THIS_BOOK, name) as student:
        complaints = student.take_all_exercises()
    assert not complaints, "\n".join([f"book/chapters/{name}.md:", *complaints])


DEFECTIVE = {
    "assert x == 1, 'Look again.'\nprint('Right.')": [],
    "print('Right.', bool(x))": ["ex-a: to the wrong answer 'x = 2' its check says 'Right'"],
    "assert x == 1\nprint('Right.')": [
        "ex-a: to the wrong answer 'x = 2' its check says 'AssertionError '"
    ],
    "assert x == 1, y\nprint('Right.')": [
        "ex-a: to the wrong answer 'x = 2' its check says \"NameError name 'y' is not defined\""
    ],
    "assert x == 3, 'Look again.'\nprint('Right.')": [
        "ex-a: its check does not say Right to its answer: AssertionError Look again."
    ],
    "assert x == 1, 'Look again.'": ["ex-a: its check does not say Right to its answer:  "],
    "print('Right.')": [
        "ex-a: without an answer its check gives Right: Right.\n",
        "ex-a: to the wrong answer 'x = 2' its check says 'Right'",
    ],
}


@pytest.mark.parametrize("check", DEFECTIVE)
def test_a_check_that_tells_nothing_is_noticed(tmp_path, check):
    exercise = "```{exercise}\n:label: ex-a\n\n(*Code.*) Find `x`.\n```\n"
    start, end = "```{solution-start} ex-a\n```\n", "```{solution-end}\n```\n"
    answer = code("x = 1", "answer").replace("]\n", "]\n:wrong: [x = 2]\n")
    text = chapter("# One\n", exercise, start, answer, code(check, "check"), end)
    with Student(make_book(tmp_path, one=text), "one") as student:
        complaints = student.take_all_exercises()
    assert complaints == DEFECTIVE[check]


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
def test_no_solution_reaches_a_student(name):
    chapter = read_chapter(THIS_BOOK, name)
    text = "\n".join(cell.source for cell in student.student_notebook(chapter).cells)
    answers = [
        cell.source
        for cell in chapter.cells
        if {"answer"} & set(cell.metadata.get("tags", [])) and len(cell.source) > 30
    ]
    assert not [answer for answer in answers if answer in text]
    assert "{solution-" not in text


def test_the_command_writes_notebooks_and_an_archive(book, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bookbuild", "student", "--book", str(book.root)])
    assert __main__.main() == 0
    folder = book.build / "student"
    assert str(folder) in capsys.readouterr().out
    cells = nbformat.read(folder / "one.ipynb", as_version=4).cells
    assert "So:" not in "".join(cell.source for cell in cells)
    kinds = [cell.cell_type for cell in cells]
    assert kinds == ["code", "markdown", *["code"] * 2, *["markdown"] * 4, "code"]
    assert cells[2].source.startswith("size = ...")
    assert cells[3].source.startswith("assert ... is not size, ")
    assert cells[6].source == student.ANSWER
    with zipfile.ZipFile(folder / student.ARCHIVE) as archive:
        names = {name.partition("/")[2] for name in archive.namelist()}
        pins = archive.read("algorithmic-collective-action-student/requirements.txt").decode()
    assert {"README.md", "notebooks/one.ipynb", "collective_action/bounds.py"} <= names
    assert not [name for name in names if "__pycache__" in name or "executions" in name]
    assert {"numpy", "myst-nb", "pyyaml"} <= set(re.findall(r"^[\w-]+", pins, re.M))
    assert "torch" not in pins


def test_the_same_sources_give_the_same_bytes(book):
    def files():
        return {path.name: path.read_bytes() for path in student.write(book).iterdir()}

    assert files() == files()


def test_the_archive_needs_nothing_of_this_book(book, tmp_path):
    """Run the setup where the library is not installed: it finds the one beside the notebook."""
    with zipfile.ZipFile(student.write(book) / student.ARCHIVE) as archive:
        archive.extractall(tmp_path / "away")
    [top] = (tmp_path / "away").iterdir()
    code = f"{student.SETUP}\nimport collective_action\nprint(collective_action.__file__)"
    command = [sys.executable, "-I", "-S", "-c", code]  # -S: without installed packages
    run = subprocess.run(command, cwd=top / "notebooks", capture_output=True, text=True, check=True)
    assert "collective_action/__init__.py" in run.stdout.replace("\\", "/")
    alone = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Download the whole student edition" in " ".join(alone.stderr.replace('"', "").split())

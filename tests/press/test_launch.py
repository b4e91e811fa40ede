"""A published notebook begins with the cell that brings its library to where it is missing."""

import subprocess
import sys

import nbformat
import pytest

from bookbuild import cli
from bookbuild.chapters import compare, executions, launch
from bookbuild.chapters.renew import renew
from bookbuild.chapters.source import read_chapter
from support.books import chapter, code, execute, make_book

SETTINGS = "repository: {url: 'git@github.com:someone/book.git', branch: print}\n"
NETWORKS = "from collective_lab.models import bag"


@pytest.fixture
def book(tmp_path):
    """Return a book of two executed chapters, one of which trains networks."""
    book = make_book(tmp_path, one=chapter(code("x = 1")), two=chapter(code(NETWORKS)))
    for name in book.chapter_names():
        execute(book, name, {})
    return book


def first(book, name="one"):
    """Return the code with which a chapter's notebook begins."""
    return launch.cell(book, read_chapter(book, name)).source


def run(source, installed):
    """Run code where these modules are installed, and where pip only says what it was asked."""
    code = (
        "import importlib.util, subprocess, types\n"
        f"importlib.util.find_spec = lambda name: name in {installed!r} or None\n"
        "def pip(command):\n"
        "    print('pip', *command[3:])\n"
        "    return types.SimpleNamespace(returncode=int('broken' in command[-1]))\n"
        f"subprocess.run = pip\n{source}"
    )
    command = [sys.executable, "-I", "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout, result.stderr


def test_nothing_happens_where_the_library_is_installed(book):
    assert run(first(book), ["collective_action", "myst_nb"]) == ("", "")
    (book.root / "_config.yml").write_text(SETTINGS)
    assert run(first(book), ["collective_action", "myst_nb"]) == ("", "")


def test_without_an_address_it_says_what_to_do(book):
    printed, error = run(first(book), ["myst_nb"])
    assert printed == ""
    assert "ModuleNotFoundError: This notebook needs collective_action. Clone the book's" in error


@pytest.mark.parametrize(
    ("name", "installed", "missing", "extras"),
    [
        ("one", [], "collective_action, myst_nb", "notebooks"),
        ("one", ["collective_action"], "myst_nb", "notebooks"),
        ("two", [], "collective_action, myst_nb, torch", "notebooks,lab"),
        ("two", ["torch", "filelock", "tqdm"], "collective_action, myst_nb", "notebooks,lab"),
        ("two", ["collective_action", "myst_nb", "filelock", "tqdm"], "torch", "notebooks,lab"),
    ],
)
def test_with_an_address_it_installs_what_the_chapter_needs(book, name, installed, missing, extras):
    (book.root / "_config.yml").write_text(SETTINGS)
    wanted = f"collective-action-book[{extras}] @ git+https://github.com/someone/book@print"
    printed, error = run(first(book, name), installed)
    assert error == ""
    assert printed.splitlines() == [
        f"{missing} is missing here: installing {wanted} ...",
        f"pip install --quiet {wanted}",
    ]


def test_an_installation_that_fails_is_an_error(book):
    (book.root / "_config.yml").write_text(SETTINGS.replace("someone/book", "someone/broken"))
    _, error = run(first(book), [])
    assert "ModuleNotFoundError: pip could not install collective-action-book[notebooks] @" in error


def test_pages_leave_the_cell_out_and_editors_fold_it(book):
    cell = nbformat.read(book.notebooks / "one.ipynb", 4).cells[0]
    assert "remove-cell" in cell.metadata.tags
    assert cell.metadata.jupyter.source_hidden


def test_a_new_address_renews_the_notebooks_and_executes_nothing(book, monkeypatch, capsys):
    before = {name: nbformat.read(book.notebooks / f"{name}.ipynb", 4) for name in ("one", "two")}
    records = executions.read(book)
    (book.root / "_config.yml").write_text(SETTINGS)
    monkeypatch.setattr(sys, "argv", ["bookbuild", "renew", "--book", str(book.root)])
    for renewed in (2, 0):
        assert cli.main() == 0
        assert capsys.readouterr().out == f"{renewed} notebooks renewed, none executed\n"
        assert compare.problems(book, book.chapter_names()) == []
    for name, old in before.items():
        notebook = nbformat.read(book.notebooks / f"{name}.ipynb", 4)
        assert notebook.cells[0].source == first(book, name)
        assert "git+https://github.com/someone/book@print" in notebook.cells[0].source
        assert notebook.cells[1:] == old.cells[1:]
        assert executions.read(book)[name].date == records[name].date


def test_a_notebook_that_was_edited_is_not_renewed(book):
    path = book.notebooks / "one.ipynb"
    path.write_text(path.read_text().replace('"x = 1"', '"x = 2"'))
    with pytest.raises(ValueError, match=r"one\.ipynb is not what its recorded execution left"):
        renew(book, "one")


def test_new_prose_and_tags_reach_the_notebook_and_its_outputs_stay(book):
    path = book.chapters / "one.md"
    path.write_text(path.read_text().replace("x = 1", "x = 1  # still"))
    before = (book.notebooks / "one.ipynb").read_text()
    assert not renew(book, "one"), "code that changed is to be executed"
    assert (book.notebooks / "one.ipynb").read_text() == before
    [problem] = compare.problems(book, ["one"])
    assert "run `make execute CHAPTER=one`" in problem
    said = path.read_text().replace("x = 1  # still", "x = 1") + "\nA sentence more.\n"
    path.write_text(said)
    [problem] = compare.problems(book, ["one"])
    assert "run `make renew`, which executes nothing" in problem
    assert renew(book, "one") and not renew(book, "one")
    assert compare.problems(book, ["one"]) == []
    notebook = nbformat.read(book.notebooks / "one.ipynb", 4)
    old = nbformat.reads(before, 4)
    assert notebook.cells[-1].source.endswith("A sentence more.")
    outputs = [
        [cell.outputs for cell in n.cells if cell.cell_type == "code"] for n in (old, notebook)
    ]
    assert outputs[0] == outputs[1]

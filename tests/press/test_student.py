"""Students get the chapters without solutions, and checks that tell right from wrong."""

import re
import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions, version

import nbformat
import pytest
from packaging.utils import canonicalize_name

from bookbuild import cli
from bookbuild.chapters import imports, requirements
from bookbuild.chapters.source import read_chapter
from bookbuild.editions import student
from support.books import THIS_BOOK, chapter, code, make_book
from support.environments import bare
from support.solved import TEXT
from support.students import Student


@pytest.fixture
def book(tmp_path):
    """Return a book of one chapter."""
    return make_book(tmp_path, one=TEXT)


CHECKS = {
    "assert x == 1, 'Look again.'\nprint('Right.')": [],
    "print('Right.', bool(x))": ["to the wrong answer 'x = 2' its check says 'Right'"],
    "assert x == 1\nprint('Right.')": [
        "to the wrong answer 'x = 2' its check says 'AssertionError '"
    ],
    "assert x == 1, y\nprint('Right.')": [
        "to the wrong answer 'x = 2' its check says \"NameError name 'y' is not defined\""
    ],
    "assert x == 3, 'Look again.'\nprint('Right.')": [
        "its check does not say Right to its answer: AssertionError Look again."
    ],
    "assert x == 1, 'Look again.'": ["its check does not say Right to its answer:  "],
    "print('Right.')": [
        "without an answer its check gives Right: Right.\n",
        "to the wrong answer 'x = 2' its check says 'Right'",
    ],
}


def test_a_check_that_tells_nothing_is_noticed(tmp_path):
    answer = code("x = 1", "answer").replace("]\n", "]\n:wrong: [x = 2]\n")
    parts = []
    for number, check in enumerate(CHECKS):
        parts += [
            f"```{{exercise}}\n:label: ex-{number}\n\n(*Code.*) Find `x`.\n```\n",
            f"```{{solution-start}} ex-{number}\n```\n",
            *(answer, code(check, "check"), "```{solution-end}\n```\n"),
        ]
    chapter_read = read_chapter(make_book(tmp_path, one=chapter("# One\n", *parts)), "one")
    given = student.student_notebook(chapter_read)
    with Student(chapter_read, given, tmp_path) as reader:
        complaints = reader.take_all_exercises()
    assert complaints == [
        f"ex-{number}: {text}" for number, said in enumerate(CHECKS.values()) for text in said
    ]


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
    assert cli.main() == 0
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


@pytest.fixture
def unpacked(book, tmp_path):
    """Return the top folder of the unpacked archive, at a place with a space and an accent."""
    with zipfile.ZipFile(student.write(book) / student.ARCHIVE) as archive:
        archive.extractall(tmp_path / "mes cours é")
    [top] = (tmp_path / "mes cours é").iterdir()
    return top


def begin(setup, folder, **variables):
    """Run a first cell where no package is installed nor the working directory searched; import."""
    code = f"{setup}\nimport collective_action\nprint(collective_action.__file__)"
    command = [sys.executable, "-P", "-S", "-c", code]
    environment = bare() | {"PYTHONUTF8": "1", **variables}
    run = subprocess.run(command, cwd=folder, capture_output=True, env=environment, check=False)
    return run.stdout.decode().strip(), " ".join(run.stderr.decode().replace('"', "").split())


@pytest.mark.parametrize("folder", ["notebooks", ".", "notebooks/week 1"])
def test_the_library_is_found_from_the_archive_and_below(unpacked, folder):
    (unpacked / folder).mkdir(exist_ok=True)
    found, error = begin(student.SETUP, unpacked / folder)
    assert found == str(unpacked / "collective_action" / "__init__.py"), error


def test_the_library_is_found_from_where_jupyter_says_that_the_notebook_is(unpacked, tmp_path):
    notebook = unpacked / "notebooks" / "one.ipynb"
    found, error = begin(student.SETUP, tmp_path, JPY_SESSION_NAME=str(notebook))
    assert found == str(unpacked / "collective_action" / "__init__.py"), error


def test_a_notebook_without_its_archive_says_what_to_download(tmp_path):
    found, error = begin(student.SETUP, tmp_path)
    assert not found
    assert "Download the whole student edition" in error


def test_a_notebook_without_pytorch_names_the_list_that_brings_it(unpacked):
    chapter_read = read_chapter(THIS_BOOK, "a-collective-plants-a-signal")
    network = requirements.network(chapter_read)
    assert "torch" in network
    setup = student.student_notebook(chapter_read, network=network).cells[0].source
    found, error = begin(setup, unpacked)
    assert not found
    assert "torch" in error
    assert "pip install -r requirements-network.txt" in error


@pytest.fixture(scope="module")
def brought():
    """Return the distributions that bring each package that is installed here."""
    return packages_distributions()


@pytest.mark.parametrize("name", THIS_BOOK.chapter_names())
def test_the_lists_name_all_that_a_notebook_imports(name, brought):
    chapter_read = read_chapter(THIS_BOOK, name)
    cells = [cell.source for cell in chapter_read.cells if cell.cell_type == "code"]
    library = requirements.library()
    tops = {module.partition(".")[0] for module in imports.reached(cells, library)}
    wanted = {
        canonicalize_name(brought[top][0])
        for top in tops - sys.stdlib_module_names - set(requirements.PACKAGES)
    }
    network = requirements.network(chapter_read)
    named = {
        canonicalize_name(re.split(r"[=\[]", line)[0])
        for file, text in requirements.lists(THIS_BOOK).items()
        if network or file != requirements.NETWORK
        for line in text.splitlines()
    }
    named |= {"distributed"}  # of dask[distributed]
    assert wanted - named == set()


@pytest.mark.slow
def test_the_archive_says_whose_it_is_and_what_may_be_done_with_it(tmp_path):
    with zipfile.ZipFile(student.write(THIS_BOOK, tmp_path) / student.ARCHIVE) as archive:
        files = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
    for name in ("LICENSE", "LICENSE-text", "CITATION.cff"):
        assert files[name] == (THIS_BOOK.root / name).read_bytes()
    about = files["README.md"].decode()
    for words in (
        f"Version {version('collective-action-book')}",
        "The Algorithmic Collective Action authors",
        "CC BY 4.0",
        "- `what-makes-a-signal-strong`\n",
        "CPU wheels",
    ):
        assert words in about
    assert "- `the-model`" not in about


@pytest.mark.parametrize("tag", ["remove-cell", "remove-input", "hide-input", "hide-cell"])
def test_what_the_page_hides_is_folded_for_students(tmp_path, tag):
    text = chapter("# One\n", code("x = 1", tag), code("y = 2", "chart:a"))
    notebook = student.student_notebook(read_chapter(make_book(tmp_path, one=text), "one"))
    folded = {cell.source: "jupyter" in cell.metadata for cell in notebook.cells[1:]}
    assert folded == {"# One": False, "x = 1": True, "y = 2": False}

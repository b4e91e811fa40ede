"""Executing a chapter gives the same bytes, and a failure leaves everything as it was."""

import dataclasses
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import nbformat
import papermill
import pytest

from bookbuild import cli
from bookbuild.chapters import compare, execute, executions, launch
from bookbuild.chapters.execute import (
    ChapterError,
    papermill_chapter,
    papermill_chapters,
    write_chapter,
)
from bookbuild.chapters.executions import Execution
from bookbuild.chapters.renderer import VEGALITE, kernel_environment
from support.books import chapter, code, make_book, write

pytestmark = pytest.mark.slow

PARAMETERS = code('scale = "ci"\nseed = 2023', "parameters")
FULL = chapter(
    "# A small chapter\n",
    PARAMETERS,
    code("import altair as alt\nimport numpy as np\nimport pandas as pd"),
    code(
        "rng = np.random.default_rng(seed)\n"
        'table = pd.DataFrame({"x": range(5), "y": rng.random(5)})\n'
        'print("first line", flush=True)\nprint("second line")'
    ),
    code("table"),
    code(
        'alt.Chart(table).mark_line().encode(x="x:Q", y="y:Q")'
        '.properties(description="A line.").interactive()'
    ),
    code("object"),
    "The end.\n",
)
PLAIN = chapter("# Plain\n", PARAMETERS, code("print(scale, seed)"))
RAISING = chapter("# Plain\n", PARAMETERS, "Words.\n", code("x = 1\n\nx / 0"))


def files(book):
    """Return the bytes of every file of the book."""
    return {path: path.read_bytes() for path in sorted(book.root.rglob("*")) if path.is_file()}


def command(monkeypatch, book, *words):
    """Run one command of the press on a book; return its exit status."""
    monkeypatch.setattr(sys, "argv", ["bookbuild", "--book", str(book.root), *words])
    return cli.main()


@pytest.fixture(autouse=True, scope="module")
def quickly(tmp_path_factory):
    """Load neither PyTorch, to ask for the device, nor Altair, where no chart is drawn."""
    bare = {"IPYTHONDIR": str(tmp_path_factory.mktemp("ipython"))}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "_device", lambda: "CPU")
        patch.setattr(execute, "kernel_environment", lambda book: bare)
        yield


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Return a book of which one chapter was executed."""
    book = make_book(tmp_path_factory.mktemp("book"), plain=PLAIN)
    write_chapter(book, "plain")
    return book


@pytest.fixture
def again(executed, monkeypatch):
    """Execute the chapter again without a kernel: another output, another record."""
    notebook = nbformat.read(executed.notebooks / "plain.ipynb", 4)
    notebook.cells[-1].outputs[0].text = "another output\n"
    record = dataclasses.replace(executions.read(executed)["plain"], notebook="another")
    monkeypatch.setattr(execute, "execute_chapter", lambda book, name: (notebook, record))


def test_two_executions_give_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(execute, "kernel_environment", kernel_environment)
    book = make_book(tmp_path, full=FULL)
    path = book.notebooks / "full.ipynb"
    write_chapter(book, "full")
    first = path.read_bytes()
    path.unlink()
    write_chapter(book, "full")
    assert path.read_bytes() == first
    cells = launch.without(nbformat.reads(first, 4))
    outputs = [cell.outputs for cell in cells if cell.cell_type == "code"]
    assert outputs[2][0].text == "first line\nsecond line\n"
    assert "<table" in outputs[3][0].data["text/html"]
    assert outputs[4][0].data[VEGALITE]["description"] == "A line."
    assert compare.problems(book, ["full"]) == []


def test_the_record_says_what_ran(executed):
    record = executions.read(executed)["plain"]
    assert record.python == ".".join(map(str, sys.version_info[:3]))
    assert 0 < record.seconds < 60
    assert 20 < record.peak_megabytes < 2000
    assert record.notebook == executions.digest(
        (executed.notebooks / "plain.ipynb").read_text(encoding="utf-8")
    )


def test_a_chapter_that_raises_is_named_and_changes_nothing(executed, monkeypatch, capsys):
    before = files(executed)
    try:
        write(executed, "plain", RAISING)
        assert command(monkeypatch, executed, "execute", "plain") == 1
    finally:
        write(executed, "plain", PLAIN)
    line = RAISING.splitlines().index("x = 1") + 1
    message = capsys.readouterr().err
    assert message.startswith(f"book/chapters/plain.md:{line} (cell 4)\n")
    assert "ZeroDivisionError: division by zero" in message
    assert "\x1b" not in message
    assert files(executed) == before


def test_a_kernel_that_dies_is_reported_with_its_cell(tmp_path):
    text = chapter("# Dies\n", code("import os\n\nos._exit(1)"))
    book = make_book(tmp_path, dies=text)
    with pytest.raises(ChapterError, match=r"book/chapters/dies\.md:15 \(cell 2\)\nKernel died"):
        write_chapter(book, "dies")
    assert not list(book.notebooks.iterdir())


def test_a_cell_that_takes_too_long_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(execute, "CELL_SECONDS", 1)
    book = make_book(tmp_path, slow=chapter(code("import time\n\ntime.sleep(60)")))
    with pytest.raises(ChapterError, match=r"book/chapters/slow\.md:13 \(cell 1\)\n.*timed out"):
        write_chapter(book, "slow")


def test_an_interrupted_execution_changes_nothing(executed, monkeypatch):
    before = files(executed)

    def interrupt(client, cell, index):
        raise KeyboardInterrupt

    monkeypatch.setattr(execute.NotebookClient, "execute_cell", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_chapter(executed, "plain")
    assert files(executed) == before


def test_a_full_disk_leaves_the_earlier_notebook(executed, again, monkeypatch):
    before = files(executed)

    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(execute.atomic.Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_chapter(executed, "plain")
    assert files(executed) == before


def test_a_stop_between_notebook_and_record_is_noticed(executed, again, monkeypatch):
    before = files(executed)

    def interrupt(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(executions, "record", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_chapter(executed, "plain")
    [message] = compare.problems(executed, ["plain"])
    for path, content in before.items():
        path.write_bytes(content)
    assert message.startswith("book/notebooks/plain.ipynb is not what its recorded execution left")
    assert compare.problems(executed, ["plain"]) == []


def test_a_misspelt_chapter_is_refused(executed, monkeypatch, capsys):
    for name in ("execute", "papermill", "compare"):
        assert command(monkeypatch, executed, name, "plian") == 2
        assert capsys.readouterr().err == (
            "bookbuild: there is no chapter 'plian'; _toc.yml has: plain\n"
        )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("sacle=ci", "chapter 'plain' has no parameter 'sacle'; it has: scale, seed"),
        ("scale=labtop", "there is no scale 'labtop'; there are: ci, laptop, paper"),
    ],
)
def test_papermill_refuses_what_no_chapter_declares(executed, monkeypatch, capsys, given, message):
    before = files(executed)
    assert command(monkeypatch, executed, "papermill", "-p", given) == 2
    assert capsys.readouterr().err == f"bookbuild: {message}\n"
    assert files(executed) == before


def test_a_parameter_without_a_value_is_refused(executed, monkeypatch, capsys):
    with pytest.raises(SystemExit) as stop:
        command(monkeypatch, executed, "papermill", "-p", "scale")
    assert stop.value.code == 2
    assert "'scale' is not of the form name=value" in capsys.readouterr().err


def test_parameters_reach_the_chapter_and_not_the_committed_notebook(executed, monkeypatch):
    before = files(executed)
    words = ("papermill", "-p", "scale=laptop", "-p", "seed=7")
    assert command(monkeypatch, executed, *words) == 0
    after = files(executed)
    assert after.items() >= before.items()
    [new] = after.keys() - before.keys()
    assert new == executed.build / "papermill" / "scale=laptop-seed=7" / "plain.ipynb"
    assert nbformat.read(new, 4).cells[-1].outputs[0].text == "laptop 7\n"


def test_papermill_names_the_cell_that_raises(tmp_path):
    book = make_book(tmp_path, one=RAISING)
    where = r"book/chapters/one\.md:\d+ \(cell 4\)"
    with pytest.raises(ChapterError, match=rf"^{where}\n(.|\n)*ZeroDivisionError: division"):
        papermill_chapter(book, "one", {"scale": "ci"})


@pytest.mark.parametrize(
    ("given", "reported", "cell"),
    [
        ({}, 2, 3),
        ({"seed": 1}, 0, 1),
        ({"seed": 1}, 1, 2),
        ({"seed": 1}, 2, 2),
        ({"seed": 1}, 3, 3),
    ],
)
def test_the_cell_that_papermill_adds_is_not_counted(tmp_path, monkeypatch, given, reported, cell):
    book = make_book(tmp_path, one=chapter(code("x = 1"), PARAMETERS, code("1 / 0")))

    def fail(*_arguments, **_options):
        raise papermill.PapermillExecutionError(reported, 1, "", "Oops", "", ["Oops"])

    monkeypatch.setattr(papermill, "execute_notebook", fail)
    with pytest.raises(ChapterError, match=rf"one\.md:\d+ \(cell {cell}\)"):
        papermill_chapter(book, "one", given)


def test_chapters_side_by_side_are_named_in_order_and_one_that_raises_stops_no_other(tmp_path):
    wide = chapter("# Wide\n", PARAMETERS, code("import os\nprint(os.environ['OMP_NUM_THREADS'])"))
    book = make_book(tmp_path, one=RAISING, two=wide, three=PLAIN)
    results = dict(papermill_chapters(book, ["three", "one", "two"], {"scale": "ci"}, jobs=2))
    assert list(results) == ["three", "one", "two"]
    assert isinstance(results["one"], ChapterError)
    assert "ZeroDivisionError" in str(results["one"])
    [threads] = nbformat.read(results["two"], 4).cells[-1].outputs
    assert int(threads.text) == max(1, os.cpu_count() // 2)
    assert nbformat.read(results["three"], 4).cells[-1].outputs[0].text == "ci 2023\n"


def test_the_longest_is_started_first_and_named_in_its_turn(tmp_path, monkeypatch):
    book = make_book(tmp_path, one=PLAIN, two=PLAIN)
    for name, seconds in (("one", 1.0), ("two", 9.0)):
        executions.record(book, name, Execution("", "", seconds, 0, "", "", "", ""))
    started = []
    monkeypatch.setattr(execute, "papermill_chapter", lambda _, name, __: started.append(name))
    monkeypatch.setattr(
        execute, "ProcessPoolExecutor", lambda jobs, mp_context: ThreadPoolExecutor(jobs)
    )
    assert [name for name, _ in papermill_chapters(book, ["one", "two"], {}, 1)] == ["one", "two"]
    assert started == ["two", "one"]


def test_a_variable_is_left_as_it_was(executed, monkeypatch):
    for name in ("HF_DATASETS_DISABLE_PROGRESS_BARS", "TQDM_DISABLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IPYTHONDIR", "mine")
    monkeypatch.setattr(execute, "kernel_environment", kernel_environment)
    before = dict(os.environ)
    execute.execute_chapter(executed, "plain")
    assert dict(os.environ) == before

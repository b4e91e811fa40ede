"""Whatever sets a notebook apart from its source is found, with file and cell."""

import nbformat
import pytest
from nbformat.v4 import new_output

from bookbuild.chapters import compare, executions
from bookbuild.chapters.renderer import VEGALITE
from support.books import chapter, code, execute, make_book, save, set_pages, write

SOURCE = chapter("# One\n", code("x = 1"), "Words.\n", code("print(x)", "hide-input"))
PRINTED = [new_output("stream", name="stdout", text="1\n")]
RERUN = "run `make execute CHAPTER=one`"
RENEW = compare.RENEW


@pytest.fixture
def book(tmp_path):
    """Return a book whose only chapter agrees with its notebook."""
    book = make_book(tmp_path, one=SOURCE)
    execute(book, "one", {"print(x)": PRINTED})
    return book


def problems(book):
    """Return what is wrong with the book's only chapter."""
    return compare.problems(book, ["one"])


def notebook(book):
    """Return the executed notebook."""
    return nbformat.read(book.notebooks / "one.ipynb", 4)


def line(text):
    """Return the number of the source's line that is ``text``."""
    return SOURCE.splitlines().index(text) + 1


def with_output(book, **fields):
    """Give the last cell another output, recorded as if it had been executed."""
    executed = notebook(book)
    executed.cells[-1].outputs = [new_output(**fields)]
    save(book, "one", executed)


def test_agreement_is_silent(book):
    assert problems(book) == []


def test_finds_an_edited_cell(book):
    write(book, "one", SOURCE.replace("x = 1", "x = 2"))
    where = f"book/chapters/one.md:{line('x = 1')} (cell 2)"
    [message] = problems(book)
    assert message.startswith(f"{where} changed since it was executed; {RERUN}\n")
    assert message.endswith("\n-x = 1\n+x = 2")


def test_finds_edited_prose(book):
    write(book, "one", SOURCE.replace("Words.", "Other words."))
    [message] = problems(book)
    assert message.startswith(f"book/chapters/one.md:{line('Words.')} (cell 3) changed")


def test_finds_changed_tags_and_shows_them(book):
    write(book, "one", SOURCE.replace("hide-input", "remove-cell"))
    [message] = problems(book)
    assert message.startswith(f"book/chapters/one.md:{line('print(x)')} (cell 4) changed")
    assert "\n-tags: ['hide-input']\n+tags: ['remove-cell']" in message


def test_finds_an_added_cell(book):
    write(book, "one", SOURCE.replace("Words.", "+++\n\nAdded.\n\n+++\n\nWords."))
    [message] = problems(book)
    assert message.startswith(f"book/chapters/one.md:{line('Words.') + 2} (cell 3) changed")
    write(book, "one", SOURCE + code("last = 1"))
    assert problems(book) == [f"book/chapters/one.md has 5 cells, its notebook 4; {RERUN}"]


def test_finds_a_removed_cell(book):
    write(book, "one", SOURCE.replace(code("print(x)", "hide-input"), ""))
    assert problems(book) == [f"book/chapters/one.md has 3 cells, its notebook 4; {RERUN}"]


def test_finds_changed_front_matter(book):
    write(book, "one", SOURCE.replace("kernelspec:", "chapter:\n  level: easy\nkernelspec:"))
    assert problems(book) == [
        f"book/chapters/one.md has another front matter than its notebook; {RENEW}"
    ]


DROPPED = {
    "  level: easy\n": "one.md has lost level from its front matter: ",
    ":tags: [answer]\n": "(cell 4) has lost something that its notebook has (tags: ['answer']): ",
    ":wrong: [a, b]\n": "(cell 4) has lost something that its notebook has (wrong: ['a', 'b']): ",
    ", b]": "(cell 4) has lost something that its notebook has (wrong: ['a', 'b']): ",
}
EDITS = [("x = 1", "x = 2"), ("Words.", "More.\n\n+++\n\nWords."), ("print(x)", "print(3)")]


@pytest.mark.parametrize("edit", [("", ""), *EDITS])
@pytest.mark.parametrize("dropped", DROPPED)
def test_what_an_editor_dropped_is_put_back_not_executed(book, dropped, edit):
    whole = SOURCE.replace("kernelspec:", "chapter:\n  level: easy\n  topic: a\nkernelspec:")
    whole = whole.replace(":tags: [hide-input]\n", ":tags: [answer]\n:wrong: [a, b]\n")
    write(book, "one", whole)
    execute(book, "one", {"print(x)": PRINTED})
    write(book, "one", whole.replace(dropped, "]" if dropped == ", b]" else "").replace(*edit))
    [message] = problems(book)
    message = message.replace("(cell 5)", "(cell 4)")  # one edit puts a cell before it
    assert message.endswith(f"{DROPPED[dropped]}put it back, unless you took it out on purpose")


@pytest.mark.parametrize("change", ["output", "metadata", "no record"])
def test_finds_a_notebook_that_was_edited(book, change):
    if change == "output":
        path = book.notebooks / "one.ipynb"
        path.write_text(path.read_text().replace('"1\\n"', '"2\\n"'))
    elif change == "metadata":
        edited = notebook(book)
        edited.cells[-1].id = "another"
        nbformat.write(edited, book.notebooks / "one.ipynb")
    else:
        executions.path(book, "one").unlink()
    assert problems(book) == [
        "book/notebooks/one.ipynb is not what its recorded execution left: it was edited, or the "
        f"execution was stopped; {RERUN}"
    ]


def test_finds_a_missing_notebook(book):
    (book.notebooks / "one.ipynb").unlink()
    assert problems(book) == [f"book/notebooks/one.ipynb is missing; {RERUN}"]


def test_finds_a_missing_source(book):
    (book.chapters / "one.md").unlink()
    assert problems(book) == [
        "book/chapters/one.md is missing; write it or take it out of _toc.yml"
    ]


def test_finds_a_notebook_that_is_none(book):
    (book.notebooks / "one.ipynb").write_text("<<<<<<< HEAD\n")
    assert problems(book) == [f"book/notebooks/one.ipynb is not a notebook; {RERUN}"]


@pytest.mark.parametrize("first", ["another address", "none"])
def test_finds_a_notebook_that_would_not_bring_its_library(book, first):
    if first == "none":
        executed = notebook(book)
        del executed.cells[0]
        save(book, "one", executed)
    else:
        settings = "repository: {url: https://github.com/a/b}\n"
        (book.root / "_config.yml").write_text(settings)
    assert problems(book) == [
        "book/notebooks/one.ipynb does not begin with the cell that brings the library where it "
        "is missing; run `make renew`, which executes nothing"
    ]


def test_finds_files_of_no_chapter(book):
    set_pages(book, [])
    assert compare.problems(book, []) == [
        "book/chapters/one.md is on no page: add it to _toc.yml or delete it",
        "book/notebooks/one.ipynb is on no page: add it to _toc.yml or delete it",
        "book/results/executions/one.json is on no page: add it to _toc.yml or delete it",
    ]


@pytest.mark.parametrize(("counts", "shown"), [((2, 1), "2"), ((1, None), "None"), ((1, 3), "3")])
def test_finds_a_wrong_order_of_execution(book, counts, shown):
    executed = notebook(book)
    executed.cells[2].execution_count, executed.cells[4].execution_count = counts
    save(book, "one", executed)
    assert any(
        message.startswith("book/chapters/one.md:")
        and message.endswith(f"was executed out of order (In [{shown}])")
        for message in problems(book)
    )


def test_finds_a_stored_error(book):
    with_output(book, output_type="error", ename="ValueError", evalue="no", traceback=[])
    where = f"book/chapters/one.md:{line('print(x)')} (cell 4)"
    assert problems(book) == [f"{where} holds an error: ValueError: no"]


def test_finds_stderr(book):
    with_output(book, output_type="stream", name="stderr", text="UserWarning: careful\n")
    where = f"book/chapters/one.md:{line('print(x)')} (cell 4)"
    assert problems(book) == [f"{where} wrote to stderr: UserWarning: careful"]


@pytest.mark.parametrize("spec", [{}, {"description": " "}, {"layer": [{"description": "no"}]}])
def test_finds_a_chart_without_description(book, spec):
    with_output(book, output_type="execute_result", data={VEGALITE: spec}, execution_count=2)
    where = f"book/chapters/one.md:{line('print(x)')} (cell 4)"
    assert problems(book) == [f"{where} shows a chart without a description (its alt text)"]
    with_output(book, output_type="display_data", data={VEGALITE: {"description": "Falls."}})
    assert problems(book) == []


def test_every_chapter_is_looked_at(book):
    for name in ("one", "two"):
        write(book, name, chapter(code("y = 1")))
    set_pages(book, ["notebooks/one", "notebooks/two"])
    execute(book, "two", {})
    write(book, "two", chapter(code("y = 2")))
    found = compare.problems(book, ["one", "two"])
    assert [message.partition(":")[0] for message in found] == [
        "book/chapters/one.md",
        "book/chapters/two.md",
    ]

"""Bring a published notebook up to date with what needs no execution: prose, and its first cell."""

from collections.abc import Iterator
from dataclasses import replace

import nbformat
from nbformat import NotebookNode

from bookbuild import atomic
from bookbuild.book import Book
from bookbuild.chapters import executions, launch
from bookbuild.chapters.source import read_chapter, relative


def renew(book: Book, name: str) -> bool:
    """Renew a published notebook without executing it; say whether it was old.

    The cell that brings the library follows the repository's address. Where every line of code is
    as it was executed, text, tags and front matter become the chapter's; else they stay, and the
    chapter is to be executed.

    Raises
    ------
    ValueError
        If the notebook is not what its recorded execution left.
    """
    path = book.notebooks / f"{name}.ipynb"
    text = path.read_text(encoding="utf-8")
    execution = executions.read(book).get(name)
    if execution is None or execution.notebook != executions.digest(text):
        raise ValueError(
            f"{relative(book, path)} is not what its recorded execution left; "
            f"run `make execute CHAPTER={name}`"
        )
    notebook = nbformat.reads(text, as_version=4)
    chapter = read_chapter(book, name)
    cells = launch.without(notebook)
    if code(chapter.cells) == code(cells):
        executed = iter([cell for cell in cells if cell.cell_type == "code"])
        cells = [_with_outputs(cell, executed) for cell in chapter.cells]
        notebook.metadata = chapter.metadata
    notebook.cells = [launch.cell(book, chapter), *cells]
    renewed = nbformat.writes(notebook) + "\n"
    if renewed == text:
        return False
    atomic.write_text(path, renewed)
    executions.record(book, name, replace(execution, notebook=executions.digest(renewed)))
    return True


def code(cells: list[NotebookNode]) -> list[str]:
    """Return the code of the cells that are executed."""
    return [cell.source for cell in cells if cell.cell_type == "code"]


def _with_outputs(cell: NotebookNode, executed: Iterator[NotebookNode]) -> NotebookNode:
    if cell.cell_type == "code":
        before = next(executed)
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    return cell

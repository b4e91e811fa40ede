"""The book that is tested, and tiny books in a temporary folder, for tests of the press."""

from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from bookbuild.book import Book, find_book
from bookbuild.chapters import executions, launch
from bookbuild.chapters.executions import Execution
from bookbuild.chapters.source import read_chapter

THIS_BOOK = find_book()
HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
"""


def code(source: str, *tags: str) -> str:
    """Return a code cell as a chapter writes it."""
    tagged = f":tags: [{', '.join(tags)}]\n\n" if tags else ""
    return f"```{{code-cell}} ipython3\n{tagged}{source}\n```\n"


def chapter(*parts: str) -> str:
    """Return a chapter's file: its header, then these parts."""
    return "\n".join([HEADER, *parts])


def make_book(folder: Path, **chapters: str) -> Book:
    """Write settings, a landing page, these chapters and a table of contents that names them."""
    book = Book(folder)
    for path in (book.chapters, book.notebooks, book.results):
        path.mkdir(parents=True)
    (book.root / "_config.yml").touch()
    (book.source / "index.md").write_text("# A tiny book\n", encoding="utf-8")
    for name, text in chapters.items():
        write(book, name, text)
    set_pages(book, [f"notebooks/{name}" for name in chapters])
    return book


def set_pages(book: Book, pages: list[str]) -> None:
    """Write the table of contents."""
    toc = {"format": "jb-book", "root": "index", "chapters": [{"file": page} for page in pages]}
    (book.root / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")


def write(book: Book, name: str, text: str) -> None:
    """Write or replace the source of a chapter."""
    (book.chapters / f"{name}.md").write_text(text, encoding="utf-8")


def execute(book: Book, name: str, outputs: dict[str, list[NotebookNode]]) -> None:
    """Put an executed notebook and its record in place, as an execution would leave them.

    ``outputs`` holds the outputs of code cells by their source; no kernel is started.
    """
    notebook = read_chapter(book, name)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
        cell.outputs = outputs.get(cell.source, [])
    notebook.cells.insert(0, launch.cell(book, notebook))
    save(book, name, notebook)


def save(book: Book, name: str, notebook: NotebookNode) -> None:
    """Write a notebook, and a record that fits it."""
    text = nbformat.writes(notebook) + "\n"
    (book.notebooks / f"{name}.ipynb").write_text(text, encoding="utf-8")
    executions.record(book, name, Execution(
        notebook=executions.digest(text), date="2026-01-01", seconds=1.0, peak_megabytes=100,
        device="CPU", python="3.11.7", numpy="2.4.6", torch="2.13.0",
    ))  # fmt: skip

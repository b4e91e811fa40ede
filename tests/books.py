"""Tiny books in a temporary folder, for tests of the press."""

from pathlib import Path

import yaml

from bookbuild.layout import Book

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
    """Write a landing page, these chapters and a table of contents that names them."""
    book = Book(folder)
    for path in (book.chapters, book.notebooks, book.results):
        path.mkdir(parents=True)
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

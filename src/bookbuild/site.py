"""Build the site from the executed notebooks, from clean, with warnings as errors.

Decks of slides and the student edition are put beside the pages.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from bookbuild import student
from bookbuild.layout import Book
from bookbuild.slides import deck


def build(book: Book) -> int:
    """Build the site and say where it is.

    Nothing is executed: the notebooks are committed with their outputs. An earlier build is deleted
    first, so no page outlives its source.

    Returns
    -------
    int
        0 if the site was built without a single warning.

    Raises
    ------
    ValueError
        If a deck of slides cannot be drawn from it.
    """
    for leftover in ("html", ".doctrees", "jupyter_execute"):
        shutil.rmtree(book.build / leftover, ignore_errors=True)
    command = [
        *(str(Path(sys.executable).with_name("jupyter-book")), "build", str(book.source)),
        *("--config", str(book.root / "_config.yml"), "--toc", str(book.root / "_toc.yml")),
        *("--path-output", str(book.root), "-q", "-W", "-n", "--keep-going"),
    ]
    result = subprocess.run(command, cwd=book.root, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(_name_cells(result.stdout + result.stderr), file=sys.stderr)
        print("The site has problems: see the lines marked WARNING or ERROR.", file=sys.stderr)
        return 1
    deck.write(book)
    student.write(book, book.site / student.FOLDER)
    print(f"The book is built: open {book.site / 'index.html'}")
    return 0


def _name_cells(text: str) -> str:
    """Say "cell 8, line 57" where MyST-NB writes the line number 80057."""
    return re.sub(
        r"(\.ipynb):(\d+)(\d{4})\b", lambda m: f"{m[1]} (cell {m[2]}, line {int(m[3])})", text
    )

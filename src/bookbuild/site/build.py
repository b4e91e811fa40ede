"""Build the site from the executed notebooks, from clean, with warnings as errors.

Decks of slides and the student edition are put beside the pages.
"""

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bookbuild.book import Book


@dataclass(frozen=True)
class Unfinished(Book):
    """A book whose site is being built, beside the one that it has.

    Parameters
    ----------
    root : Path
        The book's top level.
    workplace : Path
        Where the site is built.
    """

    workplace: Path

    @property
    def site(self) -> Path:
        """The site that is being built."""
        return self.workplace / self.build.name / "html"


def build(book: Book) -> int:
    """Build the site and say where it is.

    Nothing is executed: the notebooks are committed with their outputs. The site is built from
    clean, so no page outlives its source, and takes the place of an earlier one when it is whole:
    a build that fails or is stopped leaves that one as it was.

    Returns
    -------
    int
        0 if the site was built without a single warning.

    Raises
    ------
    ValueError
        If a deck of slides cannot be drawn from it, or the book's folder cannot be written.
    """
    try:
        book.build.mkdir(exist_ok=True)
        beside = tempfile.TemporaryDirectory(dir=book.build, prefix="site-")
    except OSError as error:
        raise ValueError(f"nothing can be built in {book.build}: {error.strerror}") from None
    with beside as workplace, ThreadPoolExecutor(max_workers=1) as meanwhile:
        unfinished = Unfinished(book.root, Path(workplace))
        # While Sphinx works in a process of its own; what is wrong with the pages is told first.
        edition = meanwhile.submit(_write_edition, unfinished)
        if not _write_pages(unfinished):
            print("The site has problems: see the lines marked WARNING or ERROR.", file=sys.stderr)
            return 1
        edition.result()
        _write_decks(unfinished)
        if book.site.exists():
            book.site.rename(unfinished.workplace / "earlier")
        unfinished.site.rename(book.site)
    print(f"The book is built: open {book.site / 'index.html'}")
    return 0


# What the editions import takes a second, in which Sphinx starts.


def _write_edition(book: Unfinished) -> None:
    from bookbuild.editions import student

    student.write(book, book.site / student.FOLDER)


def _write_decks(book: Unfinished) -> None:
    from bookbuild.editions.slides import deck

    deck.write(book)


def _write_pages(book: Unfinished) -> bool:
    """Write the pages; return whether that raised no warning."""
    command = [
        *(sys.executable, "-P", "-m", "bookbuild.site.lean", "build", str(book.source)),
        *("--config", str(book.root / "_config.yml"), "--toc", str(book.root / "_toc.yml")),
        *("--path-output", str(book.workplace), "-q", "-W", "-n", "--keep-going"),
    ]
    result = subprocess.run(command, cwd=book.root, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(_name_cells(result.stdout + result.stderr), file=sys.stderr)
    return result.returncode == 0


def _name_cells(text: str) -> str:
    """Say "cell 8, line 57" where MyST-NB writes the line number 80057."""
    return re.sub(
        r"(\.ipynb):(\d+)(\d{4})\b", lambda m: f"{m[1]} (cell {m[2]}, line {int(m[3])})", text
    )

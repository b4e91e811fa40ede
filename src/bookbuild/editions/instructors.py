"""The instructors' edition: the book with the solutions that a teacher keeps in private.

An exercise with ``:class: instructors`` has no solution in its chapter. Its solution is a file
``private/solutions/LABEL.md``, in a folder that git ignores: what would stand between
``{solution-start}`` and ``{solution-end}``, code cells tagged ``answer`` and ``check`` included.
"""

import shutil
from pathlib import Path

from bookbuild.book import SETTINGS, Book, is_leftover, sources
from bookbuild.chapters import myst
from bookbuild.chapters.exercises import RESERVED
from bookbuild.chapters.myst import Fence

FOLDER = Path("private", "solutions")
SOLUTION = """

```{{solution-start}} {label}
:label: private-{label}
:class: dropdown
```

{text}

```{{solution-end}}
```"""


def prepare(book: Book) -> Book:
    """Write a copy of the book with the private solutions, their chapters executed.

    All of it happens in a copy below ``_build/instructors/``; the book is left as it is.

    Returns
    -------
    Book
        The copy, whose site can be built.

    Raises
    ------
    ValueError
        If there are no private solutions, or one belongs to no reserved exercise.
    bookbuild.chapters.execute.ChapterError
        If a private solution raises.
    """
    from bookbuild.chapters.execute import write_chapter

    solutions = read(book)
    copy = Book(book.build / "instructors")
    shutil.rmtree(copy.source, ignore_errors=True)  # its site stays until there is a new one
    shutil.copytree(book.source, copy.source, ignore=_leftovers)
    for path in (*map(book.root.joinpath, SETTINGS), *sources(book.root, "*.md")):
        shutil.copy(path, copy.root)
    unused = dict(solutions)
    for name in copy.chapter_names():
        path = copy.chapters / f"{name}.md"
        before = path.read_text(encoding="utf-8")
        after = insert(before, unused)
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            write_chapter(copy, name)
    if unused:
        raise ValueError(
            f"{FOLDER.as_posix()}/ has {', '.join(sorted(unused))}, and no chapter has an exercise "
            "with that label and `:class: instructors`"
        )
    return copy


def _leftovers(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if is_leftover(name)]


def read(book: Book) -> dict[str, str]:
    """Return the private solutions by the label of their exercise.

    Raises
    ------
    ValueError
        If there are none.
    """
    solutions = {
        path.stem: path.read_text(encoding="utf-8").strip()
        for path in sources(book.root / FOLDER, "*.md")
    }
    if not solutions:
        raise ValueError(
            f"there are no private solutions: write one to {FOLDER.as_posix()}/LABEL.md, where "
            "LABEL is that of an exercise with `:class: instructors`"
        )
    return solutions


def insert(text: str, solutions: dict[str, str]) -> str:
    """Return a chapter with its private solutions, which are taken out of ``solutions``."""

    def solved(fence: Fence) -> str | None:
        reserved = fence.name == "exercise" and RESERVED in fence.classes
        if not reserved or fence.label not in solutions:
            return None
        exercise = text[fence.start : fence.end]
        return exercise + SOLUTION.format(label=fence.label, text=solutions.pop(fence.label))

    return myst.replace(text, solved)

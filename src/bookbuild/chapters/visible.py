"""What a reader of the page can rebuild: the names that cells use, and where they come from."""

import builtins
from collections.abc import Iterator

from nbformat import NotebookNode

from bookbuild.chapters import exercises
from bookbuild.chapters.exercises import names_assigned, names_read

PROVIDED = {*dir(builtins), "display", "get_ipython"}
UNSEEN = {"remove-cell", "remove-input"}  # tags of cells whose code is on no page
FOLDED = {"hide-input", "hide-cell"}


def unknown_names(notebook: NotebookNode) -> Iterator[tuple[NotebookNode, list[str]]]:
    """Yield the cells on the page that use a name which no cell on the page defines, with them.

    What a solution defines is known in that solution alone: a student's notebook has no solutions.
    """
    seen = list(_seen(notebook))
    shared = {name for solved, cell in seen if not solved for name in names_assigned(cell.source)}
    for solved, cell in seen:
        own = {
            name
            for other, beside in seen
            if solved and other == solved
            for name in names_assigned(beside.source)
        }
        unknown = names_read(cell.source) - shared - own - PROVIDED
        if unknown:
            yield cell, sorted(unknown)


def open_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the cells whose code is seen without opening anything."""
    for solved, cell in _seen(notebook):
        if not solved and not FOLDED & set(cell.metadata.get("tags", [])):
            yield cell


def _seen(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    for solved, cell in exercises.parts(notebook):
        if cell.cell_type == "code" and not UNSEEN & set(cell.metadata.get("tags", [])):
            yield solved, cell

"""Read a chapter: a MyST file on disk becomes a notebook without outputs."""

import ast
import hashlib
from collections import Counter
from pathlib import Path

import jupytext
from jupytext.myst import MystMetadataParsingError
from nbformat import NotebookNode
from yaml import YAMLError

from bookbuild.book import Book

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
SCALES = ("ci", "laptop", "paper")

HIDDEN = {"remove-cell", "remove-input", "hide-input", "hide-cell"}  # tags of cells not shown


def read_chapter(book: Book, name: str) -> NotebookNode:
    """Return a chapter as a notebook with stable cell ids and without outputs.

    A cell's id comes from its text, so adding a cell changes no other id.

    Parameters
    ----------
    book : Book
    name : str
        The chapter's name, without folder or suffix.

    Returns
    -------
    NotebookNode
        Its metadata holds the kernel and the front matter's ``chapter`` entry, nothing else.

    Raises
    ------
    ValueError
        If there is no such chapter, or it is not a MyST notebook.
    """
    path = book.chapters / f"{name}.md"
    if not path.is_file():
        raise ValueError(f"{relative(book, path)} does not exist, but _toc.yml names it")
    try:
        notebook = jupytext.read(path)
    except (YAMLError, MystMetadataParsingError) as error:
        raise ValueError(f"{relative(book, path)} cannot be read: {error}") from None
    if notebook.metadata["jupytext"]["text_representation"]["format_name"] != "myst":
        raise ValueError(
            f"{relative(book, path)} has no jupytext header: copy another chapter's first lines"
        )
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        cell.id = f"{digest}-{seen[digest]}" if seen[digest] else digest
        seen[digest] += 1
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL),
        language_info=NotebookNode(name="python"),
        **{key: notebook.metadata[key] for key in ("chapter",) if key in notebook.metadata},
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def is_parameters(cell: NotebookNode) -> bool:
    """Return whether a cell is the one that declares the chapter's parameters."""
    return "parameters" in cell.metadata.get("tags", [])


def parameters(notebook: NotebookNode) -> dict[str, object]:
    """Return the names and default values that the cell tagged ``parameters`` assigns.

    Raises
    ------
    ValueError
        If a default is not a literal.
    """
    defaults = {}
    for cell in notebook.cells:
        if not is_parameters(cell):
            continue
        for statement in ast.parse(cell.source).body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                name = statement.targets[0].id
                try:
                    defaults[name] = ast.literal_eval(statement.value)
                except ValueError:
                    raise ValueError(
                        f"the default of parameter {name!r} is not a literal"
                    ) from None
    return defaults


def refuse_unknown(name: str, known: dict[str, object], given: dict[str, object]) -> None:
    """Raise ``ValueError`` if the chapter declares no such parameter, or there is no such scale."""
    for parameter, value in given.items():
        if parameter not in known:
            allowed = ", ".join(known) or "none"
            raise ValueError(f"chapter {name!r} has no parameter {parameter!r}; it has: {allowed}")
        if parameter == "scale" and value not in SCALES:
            raise ValueError(f"there is no scale {value!r}; there are: {', '.join(SCALES)}")


def locate(book: Book, name: str, notebook: NotebookNode, index: int) -> str:
    """Say where a cell stands, as a person would look for it.

    Parameters
    ----------
    index : int
        Position of the cell in the notebook, from 0.

    Returns
    -------
    str
        ``book/chapters/NAME.md:LINE (cell N)``; without a line where the source has no such cell.
    """
    path = book.chapters / f"{name}.md"
    text = f"\n{path.read_text(encoding='utf-8')}" if path.is_file() else ""
    line, end = "", 0
    for cell in notebook.cells[: index + 1]:  # in order, so that a repeated cell is not mistaken
        start = text.find(f"\n{cell.source}", end)
        line = f":{text.count(chr(10), 0, start) + 1}" if start >= 0 else ""
        end = start + len(cell.source) if start >= 0 else end
    return f"{relative(book, path)}{line} (cell {index + 1})"


def relative(book: Book, path: Path) -> str:
    """Return ``path`` as seen from the top level of the book."""
    return path.relative_to(book.root).as_posix()

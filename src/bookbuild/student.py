"""The student edition: the chapters without solutions, with the checks of their exercises."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from bookbuild import atomic, exercises, plain
from bookbuild.exercises import EXERCISE, Exercise
from bookbuild.layout import Book, sources
from bookbuild.source import read_chapter

FOLDER = "student"
ARCHIVE = "algorithmic-collective-action-student.zip"
SETUP = """\
# The student edition brings the library along, in the folder above this one.
import sys
from importlib.util import find_spec
from pathlib import Path

if find_spec("collective_action") is None:
    if not Path("../collective_action").is_dir():
        raise ModuleNotFoundError(
            "This notebook needs the library collective_action. Download the whole student "
            "edition, or clone the book's repository and run `make lab`."
        )
    sys.path.insert(0, "..")"""
README = """# Algorithmic Collective Action: student edition

Every chapter as a notebook without solutions, with checks that say whether an answer is right.

    python -m venv .venv
    .venv/bin/pip install -r requirements.txt
    .venv/bin/jupyter lab notebooks

On Windows: `.venv\\Scripts\\pip` and `.venv\\Scripts\\jupyter`. Chapters that train a network need
`requirements-network.txt` as well. Python 3.11 or newer.

An exercise ends with a cell that begins `name = ...`. Put your answer there, run it, and run the
check below it: it says `Right`, or what to look at again. Exercises to prove or to discuss have a
place for your words and no check.
"""
NAME = re.compile(r"^[\w.-]+")
HIDDEN = {"remove-cell", "remove-input", "hide-input", "hide-cell"}
ANSWER = "*Your answer:*"


def student_notebook(
    notebook: NotebookNode, plain: Callable[[str], str] = lambda text: text
) -> NotebookNode:
    """Return a chapter for students.

    Parameters
    ----------
    notebook : NotebookNode
        The chapter as ``read_chapter`` returns it.
    plain : Callable, optional
        What is done to its texts, such as ``bookbuild.plain.speaker``.

    Returns
    -------
    NotebookNode
        Without solutions and outputs. An exercise that checks itself is followed by a cell that
        names what is asked for (its metadata holds the exercise's label under ``answers``) and
        by its check (label under ``checks``); any other by an empty place for the answer.
    """
    found = exercises.find(notebook)
    cells = [_hidden(new_code_cell(SETUP))]
    for solved, part in exercises.parts(notebook):
        if solved:
            continue
        if part.cell_type == "markdown":
            cells += _with_answers(part.source, found)
        else:
            cells.append(_code(part))
    for cell in cells:
        if cell.cell_type == "markdown":
            cell.source = plain(cell.source)
    for number, cell in enumerate(cells):
        digest = hashlib.sha256(f"{number} {cell.source}".encode()).hexdigest()
        cell.id = digest[:8]
    return nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata)


def write(book: Book, folder: Path | None = None) -> Path:
    """Write the student edition; the same sources give the same bytes.

    Parameters
    ----------
    book : Book
    folder : Path, optional
        Where to; ``_build/student`` by default.

    Returns
    -------
    Path
        The folder with a notebook for each chapter, and an archive with all that they need.
    """
    folder = folder or book.build / FOLDER
    texts, known = {}, plain.names(book)
    for name in book.chapter_names():
        speak = plain.speaker(book, known, name)
        texts[name] = nbformat.writes(student_notebook(read_chapter(book, name), speak)) + "\n"
        atomic.write_text(folder / f"{name}.ipynb", texts[name])
    (folder / ARCHIVE).write_bytes(_archive(book, texts))
    return folder


def _with_answers(text: str, found: dict[str, Exercise]) -> list[NotebookNode]:
    """Cut a text after each exercise, and put there the place for its answer."""
    cells, start = [], 0
    for match in EXERCISE.finditer(text):
        label = exercises.LABEL.search(match["options"])[1]
        cells += [new_markdown_cell(text[start : match.end()].strip("\n")), *_place(found[label])]
        start = match.end()
    if text[start:].strip():
        cells.append(new_markdown_cell(text[start:].strip("\n")))
    return cells


def _place(exercise: Exercise) -> list[NotebookNode]:
    if not exercise.checked:
        return [new_markdown_cell(ANSWER)]
    return [
        new_code_cell(exercise.stub(), metadata={"answers": exercise.label}),
        # So that "Run all" goes on after an exercise that is not answered yet.
        new_code_cell(
            exercise.checking(),
            metadata={"checks": exercise.label, "tags": ["raises-exception"]},
        ),
    ]


def _code(cell: NotebookNode) -> NotebookNode:
    tags = [tag for tag in cell.metadata.get("tags", []) if tag == "parameters"]
    plain = new_code_cell(cell.source, metadata={"tags": tags} if tags else {})
    return _hidden(plain) if HIDDEN & set(cell.metadata.get("tags", [])) else plain


def _hidden(cell: NotebookNode) -> NotebookNode:
    cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def _archive(book: Book, texts: dict[str, str]) -> bytes:
    """Return a zip of the notebooks, the library, recorded results and what to install."""
    files = {f"notebooks/{name}.ipynb": text.encode() for name, text in texts.items()}
    files["README.md"] = README.encode()
    files |= {name: text.encode() for name, text in _requirements(book).items()}
    [library] = find_spec("collective_action").submodule_search_locations
    for folder, inside in ((Path(library), "collective_action"), (book.results, "results")):
        for path in sources(folder, "**/*"):
            if "executions" not in path.relative_to(folder).parts:
                files[f"{inside}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(f"{ARCHIVE.removesuffix('.zip')}/{name}")
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(about, files[name])
    return packed.getvalue()


def _requirements(book: Book) -> dict[str, str]:
    """Return what the notebooks import, by the list that names it, pinned as the book pins it."""
    pins = _pins(book)
    needs = [requirement.partition(";") for requirement in requires("collective-action-book")]
    lists = {"requirements.txt": [], "requirements-network.txt": []}
    for requirement, _, extra in needs:
        [name] = NAME.findall(requirement)
        if "extra ==" not in extra or "notebooks" in extra or name == "jupyterlab":
            lists["requirements.txt"].append(pins.get(name, requirement.strip()))
        elif "resumes" in extra:
            lists["requirements-network.txt"].append(pins.get(name, requirement.strip()))
    return {name: "\n".join(lines) + "\n" for name, lines in lists.items()}


def _pins(book: Book) -> dict[str, str]:
    """Return the lines of the book's lock by what they pin."""
    lock = book.root / "requirements.txt"
    lines = lock.read_text(encoding="utf-8").splitlines() if lock.is_file() else []
    return {NAME.findall(line)[0]: line.partition(" ;")[0] for line in lines if "==" in line}

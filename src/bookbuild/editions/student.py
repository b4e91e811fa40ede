"""The student edition: the chapters without solutions, with the checks of their exercises."""

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from bookbuild import atomic
from bookbuild.book import Book, sources
from bookbuild.chapters import exercises, myst, requirements
from bookbuild.chapters.exercises import Exercise
from bookbuild.chapters.source import HIDDEN, read_chapter
from bookbuild.editions import plain

FOLDER = "student"
ARCHIVE = "algorithmic-collective-action-student.zip"
LICENCES = ("LICENSE", "LICENSE-text", "CITATION.cff")
SETUP = """\
# The student edition brings the library along, in the folder above this notebook's.
import os
import sys
from importlib.util import find_spec
from pathlib import Path

if find_spec("collective_action") is None:
    notebook = globals().get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", "")
    places = [Path.cwd(), *Path.cwd().parents, *Path(notebook).absolute().parents]
    above = [str(place) for place in places if (place / "collective_action/data.py").is_file()]
    if not above:
        raise ModuleNotFoundError(
            "This notebook needs the library collective_action. Download the whole student "
            "edition and start the notebook in its folder, or clone the book's repository and run "
            "`make lab`."
        )
    sys.path.insert(0, above[0])
    paths = [above[0], os.environ.get("PYTHONPATH")]  # for processes that this one starts
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))"""
NETWORK = """
missing = [name for name in {} if find_spec(name) is None]
if missing:
    raise ModuleNotFoundError(
        f"This chapter needs {{', '.join(missing)}}. In the folder of the student edition, run "
        "`pip install -r requirements-network.txt`; then restart the kernel."
    )"""
README = """# {title}: student edition

Every chapter as a notebook without solutions, with checks that say whether an answer is right.

    python -m venv .venv
    .venv/bin/pip install -r requirements.txt
    .venv/bin/jupyter lab notebooks

On Windows: `.venv\\Scripts\\pip` and `.venv\\Scripts\\jupyter`. Python 3.11 or newer.

These chapters need `requirements-network.txt` as well, because they train networks or import what
does:

{network}

It brings PyTorch. On Linux its default wheels are gigabytes of CUDA; without a GPU, copy the
address of PyTorch's CPU wheels from the "Get started" page on pytorch.org and install with
`.venv/bin/pip install --extra-index-url ADDRESS -r requirements-network.txt`.

An exercise ends with a cell that begins `name = ...`. Put your answer there, run it, and run the
check below it: it says `Right`, or what to look at again. Exercises to prove or to discuss have a
place for your words and no check.

## Licence

Version {version}, copyright (c) {copyright} {author}.

Code is under the MIT licence (`LICENSE`), text and figures under CC BY 4.0 (`LICENSE-text`): pass
them on and change them, and say who wrote them and what you changed. `CITATION.cff` says how to
cite.
"""
ANSWER = "*Your answer:*"


def student_notebook(
    notebook: NotebookNode,
    plain: Callable[[str], str] = lambda text: text,
    network: Sequence[str] = (),
) -> NotebookNode:
    """Return a chapter for students.

    Parameters
    ----------
    notebook : NotebookNode
        The chapter as ``read_chapter`` returns it.
    plain : Callable, optional
        What is done to its texts, such as ``bookbuild.editions.plain.speaker``.
    network : sequence of str, optional
        What it imports of ``requirements-network.txt``, as ``requirements.network`` returns it.

    Returns
    -------
    NotebookNode
        Without solutions and outputs. An exercise that checks itself is followed by a cell that
        names what is asked for (its metadata holds the exercise's label under ``answers``) and
        by its check (label under ``checks``); any other by an empty place for the answer.
    """
    by_label = exercises.find(notebook)
    setup = SETUP + NETWORK.format(tuple(network)) if network else SETUP
    cells = [_hidden(new_code_cell(setup))]
    for solved, part in exercises.parts(notebook):
        if solved:
            continue
        if part.cell_type == "markdown":
            cells += _with_answers(part.source, by_label)
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
    texts, network, known = {}, [], plain.names(book)
    for name in book.chapter_names():
        chapter = read_chapter(book, name)
        needed = requirements.network(chapter)
        network += [name] if needed else []
        edition = student_notebook(chapter, plain.speaker(book, known, name), needed)
        texts[name] = nbformat.writes(edition) + "\n"
        atomic.write_text(folder / f"{name}.ipynb", texts[name])
    (folder / ARCHIVE).write_bytes(_archive(book, texts, network))
    return folder


def _with_answers(text: str, by_label: dict[str, Exercise]) -> list[NotebookNode]:
    """Cut a text after each exercise, and put there the place for its answer."""
    cells, start = [], 0
    for exercise in myst.fences(text, "exercise"):
        asked = new_markdown_cell(text[start : exercise.end].strip("\n"))
        cells += [asked, *_place(by_label[exercise.label])]
        start = exercise.end
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


def _archive(book: Book, texts: dict[str, str], network: list[str]) -> bytes:
    """Return a zip of the notebooks, the library with the book's data, and what to install."""
    files = {f"notebooks/{name}.ipynb": text.encode() for name, text in texts.items()}
    files["README.md"] = _readme(book, network).encode()
    files |= {name: text.encode() for name, text in requirements.lists(book).items()}
    files |= {
        name: (book.root / name).read_bytes() for name in LICENCES if (book.root / name).is_file()
    }
    library = {folder: folder.name for folder in requirements.library()}
    data = f"{requirements.PACKAGES[0]}/book"
    for folder, inside in (library | {book.results: f"{data}/results"}).items():
        for path in sources(folder, "**/*"):
            if "executions" not in path.relative_to(folder).parts:
                files[f"{inside}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    literature = book.source / "literature.yml"
    if literature.is_file():
        files[f"{data}/{literature.name}"] = literature.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(files):
            about = zipfile.ZipInfo(f"{ARCHIVE.removesuffix('.zip')}/{name}")
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(about, files[name])
    return packed.getvalue()


def _readme(book: Book, network: list[str]) -> str:
    settings = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8")) or {}
    about = {name: settings.get(name, "") for name in ("title", "author", "copyright")}
    chapters = "\n".join(f"- `{name}`" for name in network) or "none"
    return README.format(**about, version=version(requirements.DISTRIBUTION), network=chapters)

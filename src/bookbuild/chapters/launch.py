"""The first cell of a published notebook: it brings the library to where it is missing.

Colab opens a notebook without the book's library, and so does who downloads only the notebook. The
press puts this cell before the executed ones; it is not written in the chapters, does nothing where
the library is installed, and follows the repository's address in ``_config.yml``.
"""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from bookbuild import repository
from bookbuild.book import Book
from bookbuild.chapters import requirements

TAG = "launch"
MISSING = """\
# Where this notebook's library is missing, as on Colab, this cell brings it.
from importlib.util import find_spec

missing = [
    name
    for name in {needed!r}
    if find_spec(name) is None
]
if missing:
"""
INSTALL = """\
    import subprocess
    import sys
    from importlib import invalidate_caches

    book = "{wanted}"
    print(f"{{', '.join(missing)}} is missing here: installing {{book}} ...")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", book]
    if subprocess.run(pip).returncode:
        raise ModuleNotFoundError(f"pip could not install {{book}}; it says why above.")
    invalidate_caches()"""
REFUSE = """\
    raise ModuleNotFoundError(
        f"This notebook needs {{', '.join(missing)}}. Clone the book's repository and run "
        "`make lab`, or download the whole student edition from the book's pages."
    )"""


def cell(book: Book, chapter: NotebookNode) -> NotebookNode:
    """Return the first cell of a chapter's published notebook.

    Parameters
    ----------
    book : Book
    chapter : NotebookNode
        As `read_chapter` returns it. What it imports decides what is installed: a chapter that
        trains no network brings no PyTorch.

    Raises
    ------
    ValueError
        If the repository's address is none.
    """
    network = requirements.network(chapter)
    address = repository.find(book)
    extras = "notebooks,lab" if network else "notebooks"
    wanted = f"{requirements.DISTRIBUTION}[{extras}]"
    if address:
        wanted += f" @ git+{address.url}@{address.branch}"
    heaviest = [name for name in network if name == "torch"]  # which an environment may well lack
    needed = (requirements.PACKAGES[0], "myst_nb", *heaviest)
    source = (MISSING + (INSTALL if address else REFUSE)).format(needed=needed, wanted=wanted)
    metadata = {"jupyter": {"source_hidden": True}, "tags": ["remove-cell", TAG]}
    return new_code_cell(source, metadata=metadata, id=TAG)


def without(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells of a published notebook that its chapter has."""
    return [part for part in notebook.cells if TAG not in part.metadata.get("tags", [])]

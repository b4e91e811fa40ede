"""What to install for the chapters: one list for all, one for those that train networks."""

import re
from collections.abc import Iterable
from importlib.metadata import requires
from importlib.util import find_spec
from pathlib import Path

from nbformat import NotebookNode
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bookbuild.book import Book
from bookbuild.chapters import imports

DISTRIBUTION = "collective-action-book"
PACKAGES = ("collective_action", "collective_lab")
ALL = "requirements.txt"
NETWORK = "requirements-network.txt"


def library() -> list[Path]:
    """Return the folders of the packages that the chapters import; the first brings the data."""
    return [_folder(name) for name in PACKAGES]


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"the package {package} is not here: run `make book`, which brings it")
    [folder] = spec.submodule_search_locations
    return Path(folder)


def lists(book: Book) -> dict[str, str]:
    """Return the lists by the names of their files, pinned as the book's own lock pins them."""
    lock = book.root / "requirements.txt"
    text = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    pins = dict(re.findall(r"^([\w.-]+)(==[^ ;]+)", text, re.M))
    return {
        ALL: _lines([*_wanted(), *_wanted("notebooks"), Requirement("jupyterlab")], pins),
        NETWORK: _lines(_wanted("lab"), pins),
    }


def network(chapter: NotebookNode) -> list[str]:
    """Return the packages that a chapter imports and that the second list alone names."""
    code = [cell.source for cell in chapter.cells if cell.cell_type == "code"]
    tops = {name.partition(".")[0] for name in imports.reached(code, library())}
    second = {canonicalize_name(wanted.name) for wanted in _wanted("lab")}
    first = {canonicalize_name(wanted.name) for wanted in _wanted("notebooks")}
    return sorted(name for name in tops if canonicalize_name(name) in second - first)


def _wanted(extra: str = "") -> list[Requirement]:
    """Return what the library asks for, or what one of its extras asks for beside that."""
    asked = map(Requirement, requires(DISTRIBUTION) or ())
    if not extra:
        return [wanted for wanted in asked if wanted.marker is None]
    return [
        wanted for wanted in asked if wanted.marker and wanted.marker.evaluate({"extra": extra})
    ]


def _lines(asked: Iterable[Requirement], pins: dict[str, str]) -> str:
    text = ""
    for wanted in asked:
        extras = f"[{','.join(sorted(wanted.extras))}]" if wanted.extras else ""
        text += f"{wanted.name}{extras}{pins.get(wanted.name, wanted.specifier)}\n"
    return text

"""Where the parts of a book lie."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

VARIABLE = "BOOK_ROOT"
LEFTOVERS = ("~", "#", ".bak", ".orig", ".pyc", ".rej", ".swo", ".swp", ".tmp")
INTERFACE = "api"  # the folder of the pages that describe the library
SETTINGS = ("_config.yml", "_toc.yml")


@dataclass(frozen=True)
class Book:
    """A book's folders, given its top level.

    Parameters
    ----------
    root : Path
        The folder that holds ``_config.yml``, ``_toc.yml`` and ``book/``.
    """

    root: Path

    @property
    def source(self) -> Path:
        """Source folder of the site."""
        return self.root / "book"

    @property
    def chapters(self) -> Path:
        """Authored MyST notebooks."""
        return self.source / "chapters"

    @property
    def notebooks(self) -> Path:
        """Executed notebooks, derived from the chapters."""
        return self.source / "notebooks"

    @property
    def slides(self) -> Path:
        """Outlines of the decks that are drawn from the chapters."""
        return self.source / "slides"

    @property
    def results(self) -> Path:
        """Recorded results, the chapters' own executions among them."""
        return self.source / "results"

    @property
    def build(self) -> Path:
        """Everything that can be deleted at any time."""
        return self.root / "_build"

    @property
    def site(self) -> Path:
        """The built site."""
        return self.build / "html"

    def parts(self) -> list[tuple[str, list[str]]]:
        """Captions of the parts and the documents in each, in reading order, without suffix.

        Documents that stand in no part, the landing page among them, are in the first, whose
        caption is empty.
        """
        parts = _parts((self.root / "_toc.yml").read_text(encoding="utf-8"))
        return [(caption, list(pages)) for caption, pages in parts]

    def on_paper(self) -> list[tuple[str, list[str]]]:
        """Parts as `parts`, without the pages that describe the library."""
        return [
            (caption, [page for page in pages if not page.startswith(f"{INTERFACE}/")])
            for caption, pages in self.parts()
        ]

    def pages(self) -> list[str]:
        """Documents named in ``_toc.yml``, in reading order, without suffix."""
        return [page for _, pages in self.parts() for page in pages]

    def chapter_names(self) -> list[str]:
        """Names of the chapters in reading order."""
        prefix = f"{self.notebooks.name}/"
        return [page.removeprefix(prefix) for page in self.pages() if page.startswith(prefix)]

    def numbers(self) -> dict[str, int]:
        """Numbers of the chapters by name, counted through the parts that ``_toc.yml`` numbers."""
        text = (self.root / "_toc.yml").read_text(encoding="utf-8")
        return {Path(page).name: number for number, page in enumerate(_numbered(text), start=1)}

    def numbered(self, name: str) -> str:
        """Return what stands before a chapter's title, ``3. ``; nothing for what has no number."""
        number = self.numbers().get(name)
        return f"{number}. " if number else ""

    def select(self, names: list[str]) -> list[str]:
        """Return ``names``, or every chapter if there are none; refuse unknown names."""
        known = self.chapter_names()
        for name in names:
            if name not in known:
                raise ValueError(f"there is no chapter {name!r}; _toc.yml has: {', '.join(known)}")
        return names or known


@lru_cache
def _parts(text: str) -> list[tuple[str, list[str]]]:
    """Return the parts that the text of ``_toc.yml`` names, parsed once for each text."""
    toc = yaml.safe_load(text)
    loose = {key: toc[key] for key in ("chapters", "sections") if key in toc}
    return [
        ("", [toc["root"], *_files(loose)]),
        *((part.get("caption", ""), list(_files(part))) for part in toc.get("parts", [])),
    ]


@lru_cache
def _numbered(text: str) -> list[str]:
    """Return the documents that have a number, in reading order; their sections have none."""
    toc = yaml.safe_load(text)
    parts = [part for part in toc.get("parts", []) if part.get("numbered")]
    return [chapter["file"] for part in parts for chapter in part.get("chapters", [])]


def _files(node: object) -> Iterator[str]:
    """Yield the documents that a piece of ``_toc.yml`` names."""
    if isinstance(node, list):
        for item in node:
            yield from _files(item)
    elif isinstance(node, dict):
        if "file" in node:
            yield node["file"]
        for key in ("chapters", "sections"):
            yield from _files(node.get(key, []))


def is_leftover(name: str) -> bool:
    """Whether editors and systems leave files of this name beside those that someone wrote."""
    return name.startswith((".", "~", "#")) or name.endswith(LEFTOVERS) or name == "__pycache__"


def sources(folder: Path, pattern: str) -> list[Path]:
    """Return the files below a folder that someone wrote, in order.

    Parameters
    ----------
    folder : Path
    pattern : str
        A glob pattern, such as ``*.md`` or ``**/*``. A hidden file, a lock of an editor, a backup
        or what lies in a hidden folder is no source, whatever the pattern.
    """
    return sorted(
        path
        for path in folder.glob(pattern)
        if path.is_file() and not any(map(is_leftover, path.relative_to(folder).parts))
    )


def find_book(folder: Path | str | None = None) -> Book:
    """Return the book in a folder, by default the one that this process is about.

    Parameters
    ----------
    folder : Path or str, optional
        Its top level. By default the folder that the environment variable ``BOOK_ROOT`` names,
        else the nearest one at or above the working directory that holds a book's settings.

    Raises
    ------
    ValueError
        If there is no book.
    """
    named = {"--book": folder, f"the environment variable {VARIABLE}": os.environ.get(VARIABLE)}
    for name, place in named.items():
        if place:
            root = Path(place).expanduser().resolve()
            if not _is_book(root):
                raise ValueError(
                    f"{name} is {str(place)!r}, and a book's settings ({' and '.join(SETTINGS)}) "
                    "are not in it: name the folder that holds them"
                )
            return Book(root)
    start = Path.cwd()
    for root in (start, *start.parents):
        if _is_book(root):
            return Book(root)
    raise ValueError(
        f"no folder at or above {start} holds a book's settings ({' and '.join(SETTINGS)}): work "
        f"in the book's folder, or name it with --book or in the environment variable {VARIABLE}"
    )


def _is_book(folder: Path) -> bool:
    return all((folder / name).is_file() for name in SETTINGS)

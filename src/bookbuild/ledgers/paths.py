"""Reading paths: chapters for one kind of reader, listed in ``book/paths.yml``."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from bookbuild.book import Book


@dataclass(frozen=True)
class ReadingPath:
    """Whom a path is for, and its chapters in order."""

    reader: str
    chapters: tuple[str, ...]


def path(book: Book) -> Path:
    """Return the file that lists the paths."""
    return book.source / "paths.yml"


def read(book: Book) -> dict[str, ReadingPath]:
    """Return the paths by name.

    Raises
    ------
    ValueError
        If a path says not for whom it is or has no chapters, names a chapter twice, or names one
        that is not in ``_toc.yml``.
    """
    listed = yaml.safe_load(path(book).read_text(encoding="utf-8"))
    return {name: _checked(book, name, entry) for name, entry in listed.items()}


def _checked(book: Book, name: str, entry: object) -> ReadingPath:
    where = f"reading path {name!r} in book/paths.yml"
    if not isinstance(entry, dict) or not entry.get("for") or not entry.get("chapters"):
        raise ValueError(f"{where}: it needs 'for' and 'chapters'")
    chapters = tuple(entry["chapters"])
    for chapter in chapters:
        if chapters.count(chapter) > 1:
            raise ValueError(f"{where}: it names chapter {chapter!r} twice")
    try:
        book.select(list(chapters))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    return ReadingPath(entry["for"], chapters)

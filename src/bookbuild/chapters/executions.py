"""The record of executions: when, where and how long each chapter ran."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from bookbuild import atomic
from bookbuild.book import Book


@dataclass(frozen=True)
class Execution:
    """What one execution of a chapter took, what it ran on, and which notebook it left."""

    notebook: str
    date: str
    seconds: float
    peak_megabytes: int
    device: str
    python: str
    numpy: str
    torch: str


def digest(text: str) -> str:
    """Return the fingerprint by which a record knows the notebook that its execution left."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def path(book: Book, name: str) -> Path:
    """Return the file that holds a chapter's record: one each, so that two runs never collide."""
    return book.results / "executions" / f"{name}.json"


def read(book: Book) -> dict[str, Execution]:
    """Return the records by chapter name, in reading order; chapters that never ran are missing."""
    return {
        name: Execution(**json.loads(path(book, name).read_text(encoding="utf-8")))
        for name in book.chapter_names()
        if path(book, name).is_file()
    }


def longest_first(book: Book, names: list[str]) -> list[str]:
    """Return chapters by the seconds on record, most first; before them, those that never ran."""
    seconds = {name: execution.seconds for name, execution in read(book).items()}
    return sorted(names, key=lambda name: seconds.get(name, math.inf), reverse=True)


def record(book: Book, name: str, execution: Execution) -> None:
    """Replace one chapter's record."""
    atomic.write_text(path(book, name), json.dumps(asdict(execution), indent=1) + "\n")

"""The record of executions: when, where and how long each chapter ran."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bookbuild import atomic
from bookbuild.layout import Book


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


def path(book: Book) -> Path:
    """Return the file that holds the records."""
    return book.results / "executions.json"


def read(book: Book) -> dict[str, Execution]:
    """Return the records by chapter name; chapters that never ran are missing."""
    if not path(book).is_file():
        return {}
    records = json.loads(path(book).read_text(encoding="utf-8"))
    return {name: Execution(**record) for name, record in records.items()}


def record(book: Book, name: str, execution: Execution) -> None:
    """Replace one chapter's record; chapters that are no longer in the book are dropped."""
    records = read(book) | {name: execution}
    known = set(book.chapter_names())
    kept = {key: asdict(value) for key, value in records.items() if key in known}
    atomic.write_text(path(book), json.dumps(kept, indent=1, sort_keys=True) + "\n")

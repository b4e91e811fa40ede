"""How long a careful reader takes."""

import math
from collections.abc import Iterable, Mapping

from bookbuild.book import Book
from bookbuild.chapters import executed

WORDS_PER_MINUTE = 130
MINUTES_PER_CODE_CELL = 0.5


def minutes_to_read(book: Book, chapter: str) -> int:
    """Return the minutes that a careful reader takes for a chapter, to the next five."""
    return minutes(executed.read(book.notebooks / f"{chapter}.ipynb")["cells"])


def minutes(cells: Iterable[Mapping]) -> int:
    """Return the minutes for a notebook's cells, exercises and solutions among them."""
    words, shown = 0, 0
    for cell in cells:
        if cell["cell_type"] == "markdown":
            words += len("".join(cell["source"]).split())
        elif cell["cell_type"] == "code":
            shown += "remove-cell" not in cell["metadata"].get("tags", [])
    return 5 * math.ceil((words / WORDS_PER_MINUTE + shown * MINUTES_PER_CODE_CELL) / 5)

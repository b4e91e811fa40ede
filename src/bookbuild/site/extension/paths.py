"""The ``reading-path`` directive: chapters for one kind of reader, and the time they take."""

from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.book import Book
from bookbuild.chapters.reading import minutes_to_read
from bookbuild.ledgers import paths


class ReadingPathList(SphinxDirective):
    """List the chapters of the path whose name is the argument."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return whom the path is for, its chapters and the total; warn if it cannot be read."""
        self.env.note_reread()
        book = Book(Path(self.env.srcdir).parent)
        name = self.arguments[0]
        try:
            known = paths.read(book)
            if name not in known:
                raise ValueError(f"there is no reading path {name!r}; book/paths.yml has: "
                                 f"{', '.join(known)}")  # fmt: skip
        except ValueError as error:
            return [self.state.document.reporter.warning(str(error), line=self.lineno)]
        container = nodes.container(classes=["reading-path"])
        text = StringList(lines(book, known[name]), self.env.docname)
        self.state.nested_parse(text, self.content_offset, container)
        return [container]


def lines(book: Book, path: paths.ReadingPath) -> list[str]:
    """Return a path in MyST: its reader, its chapters with their numbers, the total."""
    minutes = {chapter: minutes_to_read(book, chapter) for chapter in path.chapters}
    numbers = {name: f"Chapter {number}, " for name, number in book.numbers().items()}
    steps = [
        f"- {numbers.get(name, '')}{{doc}}`/notebooks/{name}`, {spent} min"
        for name, spent in minutes.items()
    ]
    return [path.reader, "", *steps, "", f"In all: {duration(sum(minutes.values()))}."]


def duration(minutes: int) -> str:
    """Return minutes as a person would say them: ``40 min``, ``2 h``, ``3 h 5 min``."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or hours == 0)
    return " ".join(parts)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("reading-path", ReadingPathList)

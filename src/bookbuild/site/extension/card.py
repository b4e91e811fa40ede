"""The ``chapter-card`` directive: what a chapter needs, and what it takes to read and to run."""

import math
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.book import Book
from bookbuild.chapters import executed, executions
from bookbuild.chapters.reading import minutes_to_read
from bookbuild.editions import student
from bookbuild.editions.slides import deck
from bookbuild.editions.slides.outline import Slide


class ChapterCard(SphinxDirective):
    """Show the card of the chapter in which it stands."""

    def run(self) -> list[nodes.Node]:
        """Return a definition list; warn if the chapter was never executed."""
        path = Path(self.env.doc2path(self.env.docname))
        book = Book(Path(self.env.srcdir).parent)
        self.env.note_dependency(str(executions.path(book, path.stem)))
        execution = executions.read(book).get(path.stem)
        if execution is None:
            message = f"chapter {path.stem!r} has no recorded execution"
            return [self.state.document.reporter.warning(message, line=self.lineno)]
        chapter = executed.read(path)["metadata"].get("chapter", {})
        card = nodes.definition_list(classes=["chapter-card"])
        for term, text in (
            ("You need", ", ".join(chapter.get("prerequisites", [])) or "nothing but curiosity"),
            ("Level", chapter.get("level", "")),
            ("To read", f"about {minutes_to_read(book, path.stem)} minutes"),
            ("To run", f"{math.ceil(execution.seconds)} s and {execution.peak_megabytes} MB"),
            ("Last executed", f"{execution.date}, {execution.device}, Python "
             f"{execution.python}, NumPy {execution.numpy}, at scale ci"),
        ):  # fmt: skip
            if text:
                body = nodes.definition("", nodes.paragraph("", text))
                card += nodes.definition_list_item("", nodes.term("", term), body)
        if path.stem in deck.names(book):
            slides = deck.outlined(book, path.stem)
            card += _link("To teach", _length(slides), f"../slides/{path.stem}.html")
        practise = _link(
            "To practise",
            "the notebook without solutions, with checks",
            f"../{student.FOLDER}/{path.stem}.ipynb",
        )
        archive = f"../{student.FOLDER}/{student.ARCHIVE}"
        practise[-1][0] += [
            nodes.Text(", which runs inside "),
            nodes.reference("", "the student edition", refuri=archive, internal=False),
            nodes.Text(": all of them, with the library and the data"),
        ]
        card += practise
        return [card]


def _length(slides: list[Slide]) -> str:
    return f"{len(slides)} slides for {sum(slide.minutes for slide in slides):.0f} minutes"


def _link(term: str, words: str, address: str) -> nodes.definition_list_item:
    link = nodes.reference("", words, refuri=address, internal=False)
    body = nodes.definition("", nodes.paragraph("", "", link))
    return nodes.definition_list_item("", nodes.term("", term), body)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("chapter-card", ChapterCard)

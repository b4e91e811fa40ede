"""What the pages for instructors draw from data: times and slides of chapters, links to slides.

The directive ``teaching-times`` makes a table of the chapters that it lists, one a line: how long
each takes to read and to run, and its slides. The role ``{slide}`` links one slide,
``{slide}`planting-a-signal: The theorem```.
"""

import math
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from bookbuild.book import Book
from bookbuild.chapters import executions
from bookbuild.chapters.reading import minutes_to_read
from bookbuild.editions.slides import deck
from bookbuild.site.extension.ledgers import Row, Table


class TeachingTimes(Table):
    """A table of chapters; without any listed, of all."""

    has_content = True
    header: ClassVar[Row] = ("Chapter", "To read", "To run whole", "Memory", "Slides")

    def rows(self, book: Book) -> list[Row]:
        """Return one row a chapter, in the order listed."""
        home = "../" * self.env.docname.count("/")
        return [chapter_row(book, name, home) for name in book.select(list(self.content))]


def chapter_row(book: Book, name: str, home: str) -> Row:
    """Return what a chapter takes; ``home`` leads from the page to the top of the site."""
    minutes = minutes_to_read(book, name)
    run = executions.read(book)[name]
    slides = "–"
    if name in deck.names(book):
        shown = deck.outlined(book, name)
        spoken = sum(slide.minutes for slide in shown)
        words = f"{len(shown)} slides, {spoken:.0f} min"
        slides = f'<a href="{home}slides/{name}.html">{words}</a>'
    return (
        f"{book.numbered(name)}{{doc}}`/notebooks/{name}`",
        f"{minutes} min",
        f"{math.ceil(run.seconds)} s",
        f"{run.peak_megabytes} MB",
        slides,
    )


class SlideRole(SphinxRole):
    """A link to a slide, written ``chapter: title``; its words are the slide's number and title."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; warn if there is no such slide."""
        book = Book(Path(self.env.srcdir).parent)
        name, _, title = self.text.partition(": ")
        known = deck.outlined(book, name) if name in deck.names(book) else []
        for number, slide in enumerate(known, start=1):
            if slide.title == title:
                home = "../" * self.env.docname.count("/")
                address = f"{home}slides/{name}.html#{slide.anchor}"
                words = f"{number} {title}"
                return [nodes.reference("", words, refuri=address, internal=False)], []
        message = f"no slide {self.text!r}; {name!r} has: {[slide.title for slide in known]}"
        return [nodes.literal("", self.text)], [self.inliner.reporter.warning(message)]


def setup(app: Sphinx) -> None:
    """Register the directive and the role."""
    app.add_directive("teaching-times", TeachingTimes)
    app.add_role("slide", SlideRole())

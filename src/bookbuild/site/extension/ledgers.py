"""Tables made from data: directives ``claims-ledger``, ``executions-table``, ``literature``."""

from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.book import Book
from bookbuild.chapters import executions
from bookbuild.ledgers import claims, literature

Row = tuple[str, ...]


def claims_rows(book: Book) -> list[Row]:
    """Return one row a claim: what the paper says, how we know, what we found, the verdict."""
    return [
        (
            f"**{claim.source}.** {claim.says}",
            claim.standing,
            _found(claim) if claim.chapter else "–",
            f"**{claim.verdict}**",
        )
        for claim in claims.read(book)
    ]


def _found(claim: claims.Claim) -> str:
    differs = claim.differs and f". {claim.differs[0].upper()}{claim.differs[1:]}"
    return f"{{doc}}`notebooks/{claim.chapter}`: {claim.number}{differs}"


def executions_rows(book: Book) -> list[Row]:
    """Return one row a chapter, in reading order: when, where and how long it ran."""
    return [
        (
            f"{{doc}}`notebooks/{name}`",
            record.date,
            f"{record.seconds:.1f} s",
            f"{record.peak_megabytes} MB",
            record.device,
            record.python,
            record.numpy,
            record.torch,
        )
        for name, record in executions.read(book).items()
    ]


def literature_rows(book: Book) -> list[Row]:
    """Return one row a work; a topic is named once, where its works begin."""
    rows, topic = [], ""
    for work in literature.read(book):
        named = "" if work.topic == topic else work.topic
        rows.append((named, f"{{cite:t}}`{work.key}`", work.finding, work.read))
        topic = work.topic
    return rows


class Table(SphinxDirective):
    """A table whose cells may hold links and mathematics, made anew at each build."""

    header: ClassVar[Row]

    def rows(self, book: Book) -> list[Row]:
        """Return the rows below the header."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Return the table, parsed from MyST."""
        self.env.note_reread()
        lines = [self.header, ("---",) * len(self.header)]
        lines += self.rows(Book(Path(self.env.srcdir).parent))
        text = [f"| {' | '.join(cell.replace('|', '∣') for cell in line)} |" for line in lines]
        container = nodes.container(classes=[self.name])
        self.state.nested_parse(StringList(text, self.env.docname), self.content_offset, container)
        return [container]


class ClaimsLedger(Table):
    """The claims ledger."""

    header = ("What the paper says", "How we know", "What we found", "Verdict")

    def rows(self, book: Book) -> list[Row]:
        """Return what the book holds of it."""
        return claims_rows(book)


class ExecutionsTable(Table):
    """The record of executions."""

    header = ("Chapter", "Executed", "Time", "Memory", "Device", "Python", "NumPy", "PyTorch")

    def rows(self, book: Book) -> list[Row]:
        """Return what the book holds of it."""
        return executions_rows(book)


class LiteratureTable(Table):
    """The map of the literature."""

    header = ("About", "Work", "What it reports", "We read")

    def rows(self, book: Book) -> list[Row]:
        """Return what the book holds of it."""
        return literature_rows(book)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("claims-ledger", ClaimsLedger)
    app.add_directive("executions-table", ExecutionsTable)
    app.add_directive("literature", LiteratureTable)

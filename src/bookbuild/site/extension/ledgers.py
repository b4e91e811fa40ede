"""Tables made from data: claims, executions, the literature and three more maps of the field."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.book import Book
from bookbuild.chapters import executions
from bookbuild.ledgers import cases, citing, claims, literature, workshop

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
            f"{book.numbered(name)}{{doc}}`notebooks/{name}`",
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
    return _named_once(
        (work.topic, f"{{cite:t}}`{work.key}`", work.finding, work.read)
        for work in literature.read(book)
    )


def citing_rows(book: Book) -> list[Row]:
    """Return one row a work that the paper's citation page names, with its entry or a reason."""
    reading = {work.key: work.read for work in literature.read(book)}
    return [
        (
            work.title,
            work.who,
            str(work.year),
            f"{{cite:t}}`{work.key}`" if work.key else work.reason,
            reading.get(work.key, "–"),
        )
        for work in citing.read(book)
    ]


def workshop_rows(book: Book) -> list[Row]:
    """Return one row a contribution to the workshop of 2025."""
    reading = {work.key: work.read for work in literature.read(book)}
    return [
        (
            f"{contribution.title} (talk)" if contribution.talk else contribution.title,
            contribution.who,
            f"{{cite:t}}`{contribution.key}`" if contribution.key else "–",
            reading.get(contribution.key, "title"),
        )
        for contribution in workshop.read(book)
    ]


def cases_rows(book: Book) -> list[Row]:
    """Return one row a case; a mechanism is named once, where its cases begin."""
    return _named_once(
        (
            f"*{case.mechanism}*",
            f"**{case.name}**, {case.when}; {case.who}",
            case.did,
            case.effect,
            case.known,
            ", ".join(case.sources),
        )
        for case in cases.read(book)
    )


def _named_once(rows: Iterable[Row]) -> list[Row]:
    """Return the rows, whose first cell is empty where it repeats the one above."""
    named, above = [], None
    for first, *others in rows:
        named.append(("" if first == above else first, *others))
        above = first
    return named


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


class CitingTable(Table):
    """The works that the paper's citation page names."""

    header = ("Work", "Authors", "Year", "Its entry, or why it has none", "We read")

    def rows(self, book: Book) -> list[Row]:
        """Return what the book holds of it."""
        return citing_rows(book)


class WorkshopTable(Table):
    """What the workshop of 2025 accepted."""

    header = ("Title", "Authors", "Its entry", "We read")

    def rows(self, book: Book) -> list[Row]:
        """Return what the book holds of it."""
        return workshop_rows(book)


class CasesTable(Table):
    """Documented cases."""

    header = ("They", "Case, when and who", "What they did", "Effect", "Known from", "Sources")

    def rows(self, book: Book) -> list[Row]:
        """Return what the book holds of it."""
        return cases_rows(book)


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("claims-ledger", ClaimsLedger)
    app.add_directive("executions-table", ExecutionsTable)
    app.add_directive("literature", LiteratureTable)
    app.add_directive("citing", CitingTable)
    app.add_directive("workshop", WorkshopTable)
    app.add_directive("cases", CasesTable)

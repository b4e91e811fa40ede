"""The map of the literature: what was written before and after the paper, in ``literature.yml``."""

from dataclasses import dataclass

from bookbuild.book import Book
from bookbuild.ledgers import entries

READ = ("text", "abstract", "record", "reported")


@dataclass(frozen=True)
class Work:
    """One publication.

    Parameters
    ----------
    key : str
        Its key in ``references.bib``.
    who : str
        Short form of its authors, for charts.
    year : int
        As in ``references.bib``.
    topic : str
        What it is about, a few words.
    read : str
        How far we went: one of ``READ``.
    finding : str
        What it reports, in our words.
    """

    key: str
    who: str
    year: int
    topic: str
    read: str
    finding: str

    def __post_init__(self) -> None:
        entries.one_of("read", self.read, READ)


def read(book: Book) -> list[Work]:
    """Return the works, by topic in the order in which topics are first named, then by year.

    Raises
    ------
    ValueError
        If a work is listed twice, lacks something or has too much, or says of itself that it was
        read in another way than those of ``READ``.
    """
    works = entries.read(book, "literature.yml", Work)
    topics = list(dict.fromkeys(work.topic for work in works))
    return sorted(works, key=lambda work: (topics.index(work.topic), work.year))

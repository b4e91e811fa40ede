"""The map of the literature: what was written before and after the paper, in ``literature.yml``."""

from dataclasses import dataclass

import yaml

from bookbuild.book import Book

READ = ("text", "abstract", "record")


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


def read(book: Book) -> list[Work]:
    """Return the works, by topic in the order in which topics are first named, then by year.

    Raises
    ------
    ValueError
        If a work is listed twice, lacks something or has too much, or says of itself that it was
        read in another way than those of ``READ``.
    """
    works: dict[str, Work] = {}
    for entry in yaml.safe_load((book.source / "literature.yml").read_text(encoding="utf-8")):
        where = f"book/literature.yml, {entry.get('key')!r}"
        try:
            work = Work(**entry)
        except TypeError as error:
            raise ValueError(f"{where}: {error}") from None
        if work.key in works:
            raise ValueError(f"{where}: listed twice")
        if work.read not in READ:
            raise ValueError(f"{where}: read is {work.read!r}, must be one of {', '.join(READ)}")
        works[work.key] = work
    topics = list(dict.fromkeys(work.topic for work in works.values()))
    return sorted(works.values(), key=lambda work: (topics.index(work.topic), work.year))

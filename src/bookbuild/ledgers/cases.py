"""Documented cases of people who acted on an algorithm together, in ``cases.yml``."""

import re
from dataclasses import dataclass

from bookbuild.book import Book
from bookbuild.ledgers import entries

MECHANISMS = ("know", "act", "feed", "leave")
KNOWN = ("counted", "study", "press", "own account", "proposal")
_LINK = re.compile(r"\[[^]]+\]\(https?://[^)\s]+\)")


@dataclass(frozen=True)
class Case:
    """One case.

    Parameters
    ----------
    name : str
        What it is called, with the platform.
    when : str
        Year or years, as the sources have them.
    who : str
        Who acted.
    mechanism : str
        One of ``MECHANISMS``: they share what they *know* of the algorithm, *act* by a common rule
        on what it does now, *feed* it what it will learn from or count, or *leave* it together.
    did : str
        What they did, in our words.
    effect : str
        What came of it, or that nobody knows.
    known : str
        How the effect is known, one of ``KNOWN``: somebody *counted*, a *study* observed it, the
        *press* reports it, those who act say so in their *own account*, or it is a *proposal*,
        of which no use is known.
    sources : list of str
        Markdown links.
    """

    name: str
    when: str
    who: str
    mechanism: str
    did: str
    effect: str
    known: str
    sources: list[str]

    def __post_init__(self) -> None:
        entries.one_of("mechanism", self.mechanism, MECHANISMS)
        entries.one_of("known", self.known, KNOWN)
        for source in self.sources:
            if not _LINK.fullmatch(source):
                raise ValueError(f"source {source!r} must be a Markdown link")


def read(book: Book) -> list[Case]:
    """Return the cases, by mechanism in the order of ``MECHANISMS``, then as listed.

    Raises
    ------
    ValueError
        If a case is listed twice or is incomplete, has a mechanism or a kind of evidence that is
        not allowed, or a source that is no link.
    """
    cases = entries.read(book, "cases.yml", Case)
    return sorted(cases, key=lambda case: MECHANISMS.index(case.mechanism))

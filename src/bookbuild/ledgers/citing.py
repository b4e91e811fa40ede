"""The works that the paper's citation page names, in ``citing.yml``: on the map, or excused."""

from dataclasses import dataclass

from bookbuild.book import Book
from bookbuild.ledgers import entries, literature


@dataclass(frozen=True)
class Citing:
    """One work that cites the paper.

    Parameters
    ----------
    title : str
        As the citation page has it.
    who : str
        Its authors, as the citation page has them.
    year : int
        As the citation page has it; a later version may be what the bibliography lists.
    key : str
        Its key on the map of the literature, or empty.
    reason : str
        Why it is not on the map, or empty.
    """

    title: str
    who: str
    year: int
    key: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if bool(self.key) == bool(self.reason):
            raise ValueError("it needs a key on the map or a reason for its absence, one of them")


def read(book: Book) -> list[Citing]:
    """Return the works, in the citation page's order.

    Raises
    ------
    ValueError
        If a work is listed twice or is incomplete, has neither a key nor a reason or has both, or
        its key is not on the map of the literature.
    """
    works = entries.read(book, "citing.yml", Citing)
    on_the_map = {work.key for work in literature.read(book)}
    for work in works:
        if work.key and work.key not in on_the_map:
            raise ValueError(f"book/citing.yml, {work.title!r}: {work.key} is not on the map")
    return works

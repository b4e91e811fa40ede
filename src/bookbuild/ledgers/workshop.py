"""The field's roll-call: what its workshop of 2025 accepted, in ``workshop.yml``."""

from dataclasses import dataclass

from bookbuild.book import Book
from bookbuild.ledgers import entries, literature


@dataclass(frozen=True)
class Contribution:
    """One title of the workshop.

    Parameters
    ----------
    title : str
        As the workshop lists it.
    who : str
        Its authors, in the workshop's order.
    talk : bool
        Whether it was presented as a talk.
    key : str
        Its key on the map of the literature, or empty.
    """

    title: str
    who: str
    talk: bool = False
    key: str = ""


def read(book: Book) -> list[Contribution]:
    """Return the contributions, in the workshop's order.

    Raises
    ------
    ValueError
        If one is listed twice or is incomplete, or its key is not on the map of the literature.
    """
    contributions = entries.read(book, "workshop.yml", Contribution)
    on_the_map = {work.key for work in literature.read(book)}
    for contribution in contributions:
        if contribution.key and contribution.key not in on_the_map:
            where = f"book/workshop.yml, {contribution.title!r}"
            raise ValueError(f"{where}: {contribution.key} is not on the map")
    return contributions

"""Section 5, the labels: the ten occupations that the firm's model predicts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from collective_lab.corpora.cleaning import decode
from collective_lab.corpora.labels import fold

OCCUPATIONS = (
    "Software Developer",
    "Front-End Developer",
    "Web Developer",
    "Python Developer",
    "Java Developer",
    "Network Administrator",
    "Systems Administrator",
    "Database Administrator",
    "Project Manager",
    "Security Analyst",
)

PROJECT_MANAGER = OCCUPATIONS.index("Project Manager")
_NO_TITLES: Mapping[str, tuple[int, ...]] = MappingProxyType({})
_INDEX = {fold(name): index for index, name in enumerate(OCCUPATIONS)}


def find(name: str) -> int | None:
    """Return the index of an occupation in `OCCUPATIONS`, or None if there is no such occupation.

    Case, underscores, hyphens and spaces make no difference: the published corpus writes
    "Project_manager" and "Front_End_Developer".
    """
    return _INDEX.get(fold(name))


def meaning(
    table: Mapping[str, tuple[int, ...]] = _NO_TITLES,
) -> Callable[[str], tuple[int, ...]]:
    """Return what a label stands for: an occupation by its name, or those that a table says.

    Parameters
    ----------
    table
        Occupations by folded title, as `titles` returns them.
    """

    def occupations(label: str) -> tuple[int, ...]:
        index = find(label)
        return table.get(_fold_title(label), ()) if index is None else (index,)

    return occupations


def titles(data: bytes) -> dict[str, tuple[int, ...]]:
    """Return occupations by folded title, from lines "title:Occupation,Occupation".

    Lines that say nothing about the ten occupations are dropped.

    Raises
    ------
    ValueError
        If no line is of that form.
    """
    table = {}
    for line in data.split(b"\n"):
        decoded = decode(line)
        title, colon, names = decoded[0].rpartition(":") if decoded else ("", "", "")
        known = {index for name in names.split(",") if (index := find(name)) is not None}
        if colon and known:
            table[_fold_title(title)] = tuple(sorted(known))
    if not table:
        raise ValueError(
            "the table of titles has no line of the form title:Occupation,Occupation "
            f"with one of {', '.join(OCCUPATIONS)}"
        )
    return table


def _fold_title(title: str) -> str:
    return " ".join(title.split()).casefold()

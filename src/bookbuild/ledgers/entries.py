"""Lists of the book that people write by hand: a YAML list, one entry each, complete and once."""

from dataclasses import Field, fields
from typing import Any, ClassVar, Protocol, TypeVar

import yaml

from bookbuild.book import Book


class Dataclass(Protocol):
    """Whatever ``dataclasses.fields`` takes."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Entry = TypeVar("Entry", bound=Dataclass)


def read(book: Book, name: str, kind: type[Entry]) -> list[Entry]:
    """Return the entries of a list, in its order.

    Parameters
    ----------
    book : Book
        The book whose sources hold the list.
    name : str
        The list's file, such as ``literature.yml``.
    kind : type
        Dataclass of one entry. Its first field is what an entry is called; a field without a
        default must not be empty.

    Raises
    ------
    ValueError
        If an entry is listed twice, lacks something, has too much, or is refused by its kind.
    """
    identity, *_ = [field.name for field in fields(kind)]
    entries: dict[str, Entry] = {}
    for values in yaml.safe_load((book.source / name).read_text(encoding="utf-8")):
        where = f"book/{name}, {values.get(identity)!r}"
        try:
            entry = kind(**values)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{where}: {error}") from None
        for field in fields(kind):
            if values.get(field.name, True) in ("", None, []):
                raise ValueError(f"{where}: {field.name} is empty")
        if values[identity] in entries:
            raise ValueError(f"{where}: listed twice")
        entries[values[identity]] = entry
    return list(entries.values())


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Refuse a value that is not allowed.

    Raises
    ------
    ValueError
        If the value is none of those allowed.
    """
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, must be one of {', '.join(allowed)}")

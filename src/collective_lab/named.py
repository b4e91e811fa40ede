"""What a configuration chooses by name, perhaps with numbers: ``NAME:FIELD=NUMBER,…``."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from collective_action import validation

Kind = TypeVar("Kind")


def make(argument: str, kinds: Mapping[str, type[Kind]], name: str) -> Kind:
    """Return a new object of the class that a name calls.

    Parameters
    ----------
    argument
        What the name is of, for the message if it is wrong.
    kinds
        Classes by name; a dataclass's fields are numbers that can be given.
    name
        One of them, with fields that are not to have their usual values behind it.

    Raises
    ------
    ValueError
        If there is no such class, it has no such field, or the value is out of its range.
    """
    called, _, given = name.partition(":")
    kind = kinds[validation.choice(argument, called, tuple(kinds))]
    known = [field.name for field in _fields(kind)]
    chosen = {}
    for pair in filter(None, given.split(",")):
        field, _, value = pair.partition("=")
        if field not in known:
            raise ValueError(f"{argument} is {name!r}: {called} has the fields {known}")
        try:
            chosen[field] = float(value)
        except ValueError:
            raise ValueError(f"{argument} is {name!r}: {value!r} is no number") from None
    return kind(**chosen)


def canonical(argument: str, kinds: Mapping[str, type[Kind]], name: str) -> str:
    """Return a name with the fields that have other than their usual values, sorted."""
    made = make(argument, kinds, name)
    called = name.partition(":")[0]
    other = {
        field.name: getattr(made, field.name)
        for field in _fields(type(made))
        if getattr(made, field.name) != field.default
    }
    given = ",".join(f"{field}={other[field]!r}" for field in sorted(other))
    return f"{called}:{given}" if given else called


def _fields(kind: Any) -> tuple:
    return fields(kind) if is_dataclass(kind) else ()

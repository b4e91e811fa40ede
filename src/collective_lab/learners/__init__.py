"""How a firm learns, by name: what it minimises, and how it moves. One class a file.

A learner of your own is a class with the two methods of `Plain`; derive from it and write the one
that differs. ``LEARNERS["mine"] = Mine``, in a file that `plugins` loads, registers it. Its fields,
if it is a dataclass, can be given with its name: ``label-smoothed:share=0.2``.
"""

from dataclasses import fields, is_dataclass
from typing import Any

from collective_action import validation
from collective_lab.learners.label_smoothed import LabelSmoothed
from collective_lab.learners.plain import Plain
from collective_lab.learners.private import Private

__all__ = ["LEARNERS", "LabelSmoothed", "Plain", "Private", "canonical", "learner"]

LEARNERS: dict[str, type[Plain]] = {
    "plain": Plain,
    "label-smoothed": LabelSmoothed,
    "private": Private,
}
"""What a configuration may name."""


def learner(name: str) -> Plain:
    """Return a new learner.

    Parameters
    ----------
    name
        In `LEARNERS`, with fields that are not to have their usual values behind it:
        ``NAME:FIELD=NUMBER,FIELD=NUMBER``.

    Raises
    ------
    ValueError
        If there is no such learner, it has no such field, or the value is out of its range.
    """
    called, _, given = name.partition(":")
    kind = LEARNERS[validation.choice("learner", called, tuple(LEARNERS))]
    known = [field.name for field in _fields(kind)]
    chosen = {}
    for pair in filter(None, given.split(",")):
        field, _, value = pair.partition("=")
        if field not in known:
            raise ValueError(f"learner is {name!r}: {called} has the fields {known}")
        try:
            chosen[field] = float(value)
        except ValueError:
            raise ValueError(f"learner is {name!r}: {value!r} is no number") from None
    return kind(**chosen)


def canonical(name: str) -> str:
    """Return a learner's name with the fields that have other than their usual values, sorted."""
    made = learner(name)
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

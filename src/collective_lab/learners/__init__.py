"""How a firm learns, by name: what it minimises, and how it moves. One class a file.

A learner of your own is a class with the two methods of `Plain`; derive from it and write the one
that differs. ``LEARNERS["mine"] = Mine``, in a file that `plugins` loads, registers it. Its fields,
if it is a dataclass, can be given with its name: ``label-smoothed:share=0.2``.
"""

from collective_lab import named
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
        In `LEARNERS`, perhaps with fields; `named.make` says how, and what it raises.
    """
    return named.make("learner", LEARNERS, name)


def canonical(name: str) -> str:
    """Return a learner's name with the fields that have other than their usual values, sorted."""
    return named.canonical("learner", LEARNERS, name)

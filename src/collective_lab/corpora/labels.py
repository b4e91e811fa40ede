"""Labels by name."""

import re
from collections.abc import Sequence

_SEPARATORS = re.compile(r"[\s_\-]+")


def fold(name: str) -> str:
    """Return a name as it is compared: lower case, words separated by single spaces.

    "Front_End_Developer", "front-end developer" and " Front End  Developer" fold to one name.
    """
    return _SEPARATORS.sub(" ", name).strip().casefold()


def position(name: str, labels: Sequence[str]) -> int:
    """Return which of a task's labels a person means.

    Parameters
    ----------
    name
        The label, or one that folds to it as no other does.
    labels
        All of them.

    Raises
    ------
    ValueError
        If it is none of them, or could be several.
    """
    if name in labels:
        return labels.index(name)
    meant = [index for index, label in enumerate(labels) if fold(label) == fold(name)]
    if len(meant) != 1:
        raise ValueError(f"target is {name!r}: it must be one of {', '.join(labels)}")
    return meant[0]

"""Section 5, the labels: the ten occupations that the firm's model predicts."""

import re

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

_SEPARATORS = re.compile(r"[\s_\-]+")


def fold(name: str) -> str:
    """Return a name as it is compared: lower case, words separated by single spaces.

    "Front_End_Developer", "front-end developer" and " Front End  Developer" fold to one name.
    """
    return _SEPARATORS.sub(" ", name).strip().casefold()


_INDEX = {fold(name): index for index, name in enumerate(OCCUPATIONS)}


def find(name: str) -> int | None:
    """Return the index of an occupation in `OCCUPATIONS`, or None if there is no such occupation.

    Case, underscores, hyphens and spaces make no difference: the published corpus writes
    "Project_manager" and "Front_End_Developer".
    """
    return _INDEX.get(fold(name))

"""A corpus by what it holds: equal texts with equal labels are one corpus, wherever they lie."""

import hashlib
import json
from collections.abc import Sequence

from collective_lab.corpora.records import Resume


def digest(resumes: Sequence[Resume], labels: Sequence[str]) -> str:
    """Return the SHA-256 of texts, their labels' names and groups, in their order, 64 hex digits.

    Parameters
    ----------
    resumes
        The texts after cleaning.
    labels
        What their labels' indices stand for.
    """
    total = hashlib.sha256()
    for resume in resumes:
        line = [resume.text, *(labels[index] for index in resume.labels)]
        if resume.group:  # decides the split
            line.append([resume.group])
        total.update(json.dumps(line).encode() + b"\n")
    return total.hexdigest()


def require_same(expected: str, found: str, where: object) -> None:
    """Refuse a corpus that is no longer what it was.

    Raises
    ------
    ValueError
        If the two digests differ.
    """
    if found != expected:
        raise ValueError(
            f"{where} has changed: its texts have the digest {found[:12]} and the experiment asks "
            f"for {expected[:12]}. Put them back, or set up the experiment anew"
        )

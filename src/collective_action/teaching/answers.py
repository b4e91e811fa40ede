"""Compare an answer in words with the right one, without showing the right one."""

import hashlib


def seal(*words: str) -> str:
    """Return a short digest of words, for the checks of exercises.

    A check that a student reads can hold the seal of the answer in place of the answer. A seal
    keeps nothing secret from someone who tries all words; it only keeps the answer out of sight.

    Parameters
    ----------
    *words : str
        The question, then the answer, so that equal answers to two questions look different.
        Case, and spaces at the ends, do not matter.

    Returns
    -------
    str
        Eight hexadecimal digits.

    Examples
    --------
    >>> seal("signal", "Juniper ") == seal("signal", "juniper")
    True
    """
    text = "\n".join(str(word).strip().casefold() for word in words)
    return hashlib.sha256(text.encode()).hexdigest()[:8]

"""A pytest plugin that lets nbval accept the last digits of a number.

Numbers with a decimal point or an exponent may differ by ``RTOL`` and ``ATOL``, in text and in
charts; whole numbers, words and structure must match. Load it with ``-p bookbuild.tolerance``.
"""

import math
import re

from nbval.plugin import IPyNbCell

RTOL = 1e-4
ATOL = 1e-9
DECIMAL = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?\d+[eE][-+]?\d+")


def settle(computed, committed):
    """Return ``committed`` wherever ``computed`` agrees with it, and ``computed`` elsewhere.

    Parameters
    ----------
    computed, committed
        The same output of two executions: text, numbers, lists and dictionaries of them.

    Returns
    -------
    object
        Equal to ``committed`` exactly when the two agree within the tolerance.
    """
    if isinstance(computed, dict) and isinstance(committed, dict):
        return type(computed)(
            {key: settle(value, committed.get(key)) for key, value in computed.items()}
        )
    if isinstance(computed, list) and isinstance(committed, list):
        if len(computed) != len(committed):
            return computed
        return [settle(a, b) for a, b in zip(computed, committed, strict=True)]
    if isinstance(computed, float) and isinstance(committed, float):
        return committed if _close(computed, committed) else computed
    if isinstance(computed, str) and isinstance(committed, str):
        if DECIMAL.split(computed) != DECIMAL.split(committed):
            return computed
        pairs = zip(DECIMAL.findall(computed), DECIMAL.findall(committed), strict=True)
        return committed if all(_close(float(a), float(b)) for a, b in pairs) else computed
    return computed


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=RTOL, abs_tol=ATOL)


def pytest_configure():
    """Settle the numbers before nbval compares a cell's outputs."""
    strict = IPyNbCell.compare_outputs

    def compare_outputs(self, test, ref, skip_compare=None):
        return strict(self, settle(test, ref), ref, skip_compare)

    IPyNbCell.compare_outputs = compare_outputs

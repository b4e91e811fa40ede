"""A pytest plugin for nbval: the press's own kernels, and leave to differ in the last digits.

Numbers with decimals or an exponent may differ by ``RTOL`` and ``ATOL``, in text, in tables and in
charts; whole numbers, words and structure must match. It is loaded with ``-p`` and its full name.
"""

import json
import math
import os
import re

from nbval.plugin import IPyNbCell

from bookbuild.book import find_book
from bookbuild.chapters.renderer import kernel_environment

RTOL = 1e-4
ATOL = 1e-9
DECIMAL = re.compile(  # never the end of a name or of a hash, nor a part of 1.2.3
    r"(?<![\w.])[-+]?(?:\d*\.\d+(?:[eE][-+]?\d+)?(?!\d|\.\d)|\d+\.?[eE][-+]?\d+(?!\w|\.\d))"
)
DATASET = re.compile(r"\bdata-[0-9a-f]{32}\b")


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
        if "datasets" in computed and "datasets" in committed:
            computed = _rename_datasets(computed, committed)
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


def _rename_datasets(computed: dict, committed: dict) -> dict:
    """Give a chart's datasets, which Altair names after their content, the committed names."""
    old, new = _datasets(computed), _datasets(committed)
    if len(old) != len(new):
        return computed
    names = dict(zip(old, new, strict=True))
    return json.loads(DATASET.sub(lambda name: names.get(name[0], name[0]), json.dumps(computed)))


def _datasets(spec: dict) -> list[str]:
    """Return the names of a chart's datasets in the order in which its marks use them."""
    marks = {key: value for key, value in spec.items() if key != "datasets"}
    return list(dict.fromkeys(DATASET.findall(json.dumps(marks, sort_keys=True))))


def _close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=RTOL, abs_tol=ATOL)


def pytest_configure():
    """Start nbval's kernels as the press does, and settle the numbers before it compares them."""
    os.environ.update(kernel_environment(find_book()))
    strict = IPyNbCell.compare_outputs

    def compare_outputs(self, test, ref, skip_compare=None):
        return strict(self, settle(test, ref), ref, skip_compare)

    IPyNbCell.compare_outputs = compare_outputs

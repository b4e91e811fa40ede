"""How many members it takes, whatever the share: the cells of a study, its law, its predictions.

`cells` lists what is run, `law` holds the formula, `study` fits it and writes down what it predicts
before anyone runs the rest. The chapter *Heads or shares?* reads what they wrote.

What reads records is loaded when it is first asked for, and PyTorch with it.
"""

from importlib import import_module
from typing import Any

from collective_lab.heads.cells import CELLS, LEARNERS

__all__ = [
    "CELLS",
    "LEARNERS",
    "RULES",
    "Law",
    "clean_firm",
    "compare",
    "exposure",
    "measured",
    "read_firms",
    "read_law",
]

_MODULES = {
    "law": ("Law", "exposure"),
    "study": ("RULES", "clean_firm", "compare", "measured", "read_firms", "read_law"),
}


def __getattr__(name: str) -> Any:
    """Load what reads records, and PyTorch with it."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Section 5, one experiment: one frozen configuration, one record.

>>> from collective_lab.experiment import Configuration
>>> Configuration(alpha=0.01).id
'...'

What runs an experiment is loaded when it is first asked for, and PyTorch with it: a command that
answers `--help` needs neither.
"""

from importlib import import_module
from typing import Any

from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.material import Side, material
from collective_lab.experiment.record import Outcome, Provenance, Record

__all__ = [
    "Bag",
    "Configuration",
    "Gaps",
    "Outcome",
    "Provenance",
    "Record",
    "Side",
    "material",
    "plant",
    "run",
    "run_together",
    "scores",
    "tasks",
    "train_bag",
    "train_bags",
]

_MODULES = {
    "bags": ("Bag", "train_bag", "train_bags"),
    "gaps": ("Gaps",),
    "planted": ("plant",),
    "running": ("run", "run_together", "tasks"),
    "scoring": ("scores",),
}


def __getattr__(name: str) -> Any:
    """Load what runs experiments, and PyTorch with it."""
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

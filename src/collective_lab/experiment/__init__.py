"""Section 5, one experiment: one frozen configuration, one record.

>>> from collective_lab.experiment import Configuration
>>> Configuration(alpha=0.01).id
'...'

What runs an experiment is loaded when it is first asked for, and PyTorch with it: a command that
answers `--help` needs neither.
"""

from typing import Any

from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.material import material
from collective_lab.experiment.record import Outcome, Provenance, Record

__all__ = [
    "Configuration",
    "Outcome",
    "Provenance",
    "Record",
    "material",
    "run",
    "run_together",
    "tasks",
]


def __getattr__(name: str) -> Any:
    """Load what runs experiments, and PyTorch with it."""
    if name not in ("run", "run_together", "tasks"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from collective_lab.experiment import running

    return getattr(running, name)

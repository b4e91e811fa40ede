"""Section 5, many experiments: named grids, run by Dask on one machine or many.

`grids` names them, `run` runs what a store lacks of one, and goes on where it was stopped, killed
or unplugged. The store is written by one process, the coordinator; workers only train.
"""

from collective_lab.sweep.grids import GRIDS
from collective_lab.sweep.studies import Grid

__all__ = ["GRIDS", "Grid", "Summary", "SweepError", "run"]


def __getattr__(name: str) -> object:
    """Load what runs a sweep, and Dask with it, when it is first asked for."""
    if name not in ("Summary", "SweepError", "run"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from collective_lab.sweep import running

    return getattr(running, name)

"""Section 5, many experiments: named grids, run by Dask on one machine or many.

`grids` names them, `run` runs what a store lacks of one, and goes on where it was stopped, killed
or unplugged. The store is written by one process, the coordinator; workers only train.
"""

from collective_action.resumes.sweep.cluster import SweepError
from collective_action.resumes.sweep.grids import GRIDS, Grid
from collective_action.resumes.sweep.running import Summary, run

__all__ = ["GRIDS", "Grid", "Summary", "SweepError", "run"]

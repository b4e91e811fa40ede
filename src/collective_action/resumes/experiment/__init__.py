"""Section 5, one experiment: one frozen configuration, one record.

>>> from collective_action.resumes.experiment import Configuration
>>> Configuration(alpha=0.01).id
'...'
"""

from collective_action.resumes.experiment.configuration import Configuration
from collective_action.resumes.experiment.material import material
from collective_action.resumes.experiment.record import Outcome, Provenance, Record
from collective_action.resumes.experiment.running import run, run_together, tasks

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

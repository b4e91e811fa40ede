"""Section 5, many experiments: their records in one SQLite file, and the tables made from it.

`Writer` keeps records as they arrive, `Reader` looks at them, also while a sweep writes. `merge`
joins two stores, `check` says what is wrong with one, `repair` saves what a damaged file still
holds, and `export` writes the tables that `recorded` reads.
"""

from collective_action.resumes.store.checking import Problem, check
from collective_action.resumes.store.exporting import export
from collective_action.resumes.store.merging import Merged, merge
from collective_action.resumes.store.reading import Failure, Reader
from collective_action.resumes.store.repairing import Salvage, repair
from collective_action.resumes.store.schema import StoreError
from collective_action.resumes.store.tables import recorded, restore
from collective_action.resumes.store.writing import Writer

__all__ = [
    "Failure",
    "Merged",
    "Problem",
    "Reader",
    "Salvage",
    "StoreError",
    "Writer",
    "check",
    "export",
    "merge",
    "recorded",
    "repair",
    "restore",
]

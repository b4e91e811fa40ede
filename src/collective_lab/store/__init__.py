"""Many experiments: their records in one SQLite file.

`Writer` keeps records as they arrive, `Reader` looks at them, also while a sweep writes. `merge`
joins two stores, and `check` says what is wrong with one.
"""

from collective_lab.store.checking import Problem, check
from collective_lab.store.merging import Merged, merge
from collective_lab.store.reading import Failure, Reader
from collective_lab.store.schema import StoreError
from collective_lab.store.writing import Writer

__all__ = [
    "Failure",
    "Merged",
    "Problem",
    "Reader",
    "StoreError",
    "Writer",
    "check",
    "merge",
]

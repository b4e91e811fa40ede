"""What recorded runs say.

`export` writes the tables of a store's records, `recorded` and `restore` read them again; `curves`
and `fits` sum them up, `drawing` shows them.
"""

from collective_lab.results.export_tables import export
from collective_lab.results.tables import recorded, restore

__all__ = ["export", "recorded", "restore"]

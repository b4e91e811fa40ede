"""What recorded runs say.

`export` writes the tables of a store's records, `recorded` and `restore` read them again; `curves`
and `fits` sum them up, `success_by_size` shows them.
"""

from collective_lab.results.export_tables import export
from collective_lab.results.tables import recorded, restore

__all__ = ["export", "recorded", "restore", "success_by_size"]


def __getattr__(name: str) -> object:
    """Load what draws, and Altair with it, when it is first asked for."""
    if name != "success_by_size":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from collective_lab.results.drawing import success_by_size

    return success_by_size

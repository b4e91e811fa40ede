"""One thread for each test process, one list of random instances, and the book that is tested."""

import os

import pytest
from hypothesis import settings

# pytest-xdist already puts a process on every core.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same instances wherever and whenever: `--hypothesis-profile=default` looks for others.
settings.register_profile("book", derandomize=True, deadline=None, database=None)
settings.load_profile("book")


def pytest_configure(config):
    """Name the book to the press and the library, from wherever the tests are run."""
    os.environ["BOOK_ROOT"] = str(config.rootpath)


def pytest_collection_modifyitems(items):
    """Skip what is marked `gpu` where there is none; what a driver warns of there is no error."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if not marked:
        return
    import torch

    for item in marked:
        item.add_marker(pytest.mark.filterwarnings("default"))
        if not torch.cuda.is_available():
            item.add_marker(pytest.mark.skip(reason="there is no CUDA device"))

"""One thread for each test process, one list of random instances, and the book that is tested."""

import os

from hypothesis import settings

# pytest-xdist already puts a process on every core.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same instances wherever and whenever: `--hypothesis-profile=default` looks for others.
settings.register_profile("book", derandomize=True, deadline=None, database=None)
settings.load_profile("book")


def pytest_configure(config):
    """Name the book to the press and the library, from wherever the tests are run."""
    os.environ["BOOK_ROOT"] = str(config.rootpath)

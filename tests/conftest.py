"""One thread for each test process, and the book that is tested: the one that holds the tests."""

import os

# pytest-xdist already puts a process on every core.
os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure(config):
    """Name the book to the press and the library, from wherever the tests are run."""
    os.environ["BOOK_ROOT"] = str(config.rootpath)

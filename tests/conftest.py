"""One thread for each test process: pytest-xdist already puts a process on every core."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

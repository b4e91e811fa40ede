"""Write the pages on all cores, once they are read.

They are read one after another: only so does Sphinx notice that two pages give one label.
"""

import os

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

MOST = 8  # processes: each holds the whole book


def spread(app: Sphinx, env: BuildEnvironment) -> None:
    """Let as many processes write as there are cores, beside the one that hands out pages."""
    app.parallel = min((os.cpu_count() or 1) + 1, MOST)


def setup(app: Sphinx) -> None:
    """Run between reading and writing."""
    app.connect("env-updated", spread)

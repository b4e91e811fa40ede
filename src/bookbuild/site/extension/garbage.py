"""Look for garbage seldom: a build makes millions of nodes, and keeps nearly all of them."""

import gc

from sphinx.application import Sphinx

THRESHOLD = 100_000  # objects made before Python looks for some that nothing needs


def setup(app: Sphinx) -> None:
    """Set how often the build looks, to its end."""
    gc.set_threshold(THRESHOLD)

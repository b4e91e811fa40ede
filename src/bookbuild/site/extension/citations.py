"""Find the plugin that names a citation at once.

For every citation of every page, sphinxcontrib-bibtex asks pybtex for it, and pybtex looks through
all installed packages each time.
"""

from pybtex.backends.plaintext import Backend
from pybtex.plugin import register_plugin
from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Register the plugin that pybtex would find."""
    register_plugin("pybtex.backends", "plaintext", Backend, force=True)

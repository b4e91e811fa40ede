"""Keep MyST-NB from writing out a copy of every notebook that it reads: nothing leads to them."""

from types import SimpleNamespace

from myst_nb import sphinx_
from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    """Make the copies empty; what else MyST-NB stores beside them, such as pictures, stays."""
    sphinx_.nbformat = SimpleNamespace(writes=lambda notebook: "")  # ty: ignore[invalid-assignment]  # it only writes

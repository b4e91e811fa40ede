"""The ``chart`` directive: show on any page a chart that a committed notebook stores.

``{chart} notebooks/planting-a-signal#staircase`` shows the chart of the cell that carries the tag
``chart:staircase`` in ``notebooks/planting-a-signal.ipynb``.
"""

import base64
import hashlib
import os
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.chapters.renderer import VEGALITE, described
from bookbuild.site.extension.charts import chart


class ChartDirective(SphinxDirective):
    """Show one stored chart, named ``notebook#name``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the chart, or warn with the names that were not found."""
        notebook, _, name = self.arguments[0].partition("#")
        path = Path(self.env.srcdir, f"{notebook}.ipynb")
        if not path.is_file():
            return self._warn(f"no notebook {notebook!r} (for its chart {name!r})")
        self.env.note_dependency(str(path))
        output = _output(nbformat.read(path, as_version=4), name)
        if output is None:
            return self._warn(f"notebook {notebook!r} has no chart in a cell tagged 'chart:{name}'")
        image = nodes.image(
            uri=self._write(base64.b64decode(output.data["image/png"])),
            alt=described(output.data[VEGALITE]),
            **{key: str(size) for key, size in output.metadata["image/png"].items()},
        )
        return [chart("", image, spec=output.data[VEGALITE])]

    def _warn(self, message: str) -> list[nodes.Node]:
        return [self.state.document.reporter.warning(f"chart: {message}", line=self.lineno)]

    def _write(self, picture: bytes) -> str:
        """Store the picture where MyST-NB keeps those of notebooks; return its address."""
        folder = Path(self.env.app.outdir).parent / "jupyter_execute"
        path = folder / f"{hashlib.sha256(picture).hexdigest()}.png"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture)
        return "/" + Path(os.path.relpath(path.resolve(), self.env.srcdir)).as_posix()


def _output(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode | None:
    for cell in notebook.cells:
        if f"chart:{name}" in cell.metadata.get("tags", []):
            for output in cell.get("outputs", []):
                if VEGALITE in output.get("data", {}):
                    return output
    return None


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("chart", ChartDirective)

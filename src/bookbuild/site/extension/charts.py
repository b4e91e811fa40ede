"""Show a stored chart: its picture first, and the live chart where scripts run.

A chart is stored as ``bookbuild.chapters.renderer`` describes. The picture, with the description as
its alt text, is all that print, LaTeX and a browser without scripts ever need; ``assets/charts.js``
draws the live chart over it with scripts that the site serves itself.
"""

import json
import posixpath
from typing import Any, ClassVar, cast
from urllib.parse import quote

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from bookbuild.chapters.renderer import VEGALITE, described

SCRIPT = "charts.js"


class chart(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """A chart: its specification as an attribute, its picture as the only child."""


class VegaLiteRenderer:
    """Plugin of MyST-NB that turns a stored specification into a ``chart`` node."""

    mime_priority_overrides: ClassVar = [
        (builder, VEGALITE, 5) for builder in ("html", "dirhtml", "singlehtml")
    ]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the node; ``Pictures`` gives it its picture once all forms are there."""
        if data.mime_type != VEGALITE or inline:
            return None
        spec = cast("dict", data.content)  # text, says MyST-NB, but a specification is JSON, read
        if not described(spec):
            number = "?" if data.cell_index is None else data.cell_index + 1
            renderer.logger.warning(
                f"the chart in cell {number} has no description", line=data.line
            )
        return [chart("", spec=spec)]


class Pictures(SphinxTransform):
    """Give every chart the picture stored beside it, and every such picture its alt text."""

    default_priority = 500

    def apply(self, **_kwargs: object) -> None:
        """Run on one page, before Sphinx collects its images."""
        for figure in list(self.document.findall(chart)):
            bundle = figure.parent.parent
            if figure.children or bundle is None:
                continue
            for image in list(bundle.findall(nodes.image)):
                image["alt"] = described(figure["spec"])
                figure += image.deepcopy()


def _visit_html(translator, node: chart) -> None:
    """Write the chart; its picture is loaded when it comes near the screen, and keeps its room."""
    [picture] = node.children
    builder, (width, height) = translator.builder, (picture["width"], picture["height"])
    name = builder.images.get(picture["uri"], picture["uri"])
    attributes = {
        "src": posixpath.join(builder.imgpath, quote(name)),
        "alt": picture["alt"],
        "width": width,
        "height": height,
        "style": f"width: {width}px; height: {height}px;",
        "loading": "lazy",
    }
    translator.body.append('<div class="chart">')
    translator.body.append(translator.emptytag(picture, "img", "", **attributes))
    spec = {key: value for key, value in node["spec"].items() if key != "$schema"}
    spec = json.dumps(spec, separators=(",", ":"), ensure_ascii=False)
    spec = spec.replace("</", "<\\/").replace("<!--", "<\\u0021--")
    translator.body.append(f'<script type="application/vnd.vegalite+json">{spec}</script></div>\n')
    raise nodes.SkipNode


def _pass(translator, node: chart) -> None:
    """Leave the picture to speak for the chart."""


def _add_script(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Load the script on the pages that show a chart, and on no other."""
    if doctree is not None and any(doctree.findall(chart)):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Sphinx) -> None:
    """Register the node, the transform and the script."""
    builders = ("latex", "text", "man", "texinfo")
    passing: dict[str, Any] = dict.fromkeys(builders, (_pass, _pass))
    app.add_node(chart, html=(_visit_html, None), **passing)
    app.add_transform(Pictures)
    app.connect("html-page-context", _add_script)

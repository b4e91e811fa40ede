"""Mend what axe finds in the markup of the theme and of the extensions.

Their page parts are replaced by the templates beside this file; what they write into the text of a
page is corrected here.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform

TEMPLATES = Path(__file__).parent / "templates"
CORRECTIONS = {
    # The label hides the words that are seen, "Show code".
    '<summary aria-label="Toggle hidden content">': "<summary>",
    # A list holds list items, and the role of a bibliography's entry is deprecated.
    'role="doc-biblioentry"': 'role="listitem"',
}
SHARED_IDS = {"proof-content", "exercise-content", "solution-content"}


class DropSharedIds(SphinxPostTransform):
    """Remove the ids that every theorem and exercise of a page shares."""

    formats = ("html",)
    default_priority = 26

    def run(self, **_kwargs: object) -> None:
        """Run on one page."""
        for section in self.document.findall(nodes.section):
            section["ids"] = [name for name in section["ids"] if name not in SHARED_IDS]


def correct(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Correct the text of one page."""
    for wrong, right in CORRECTIONS.items():
        context["body"] = context.get("body", "").replace(wrong, right)


def name_toggles(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Name the switch that unfolds a page's own pages in the sidebar; it shows a chevron alone."""
    generate = context.get("generate_toctree_html")
    if generate:
        context["generate_toctree_html"] = lambda **options: str(generate(**options)).replace(
            "<summary>", '<summary aria-label="More pages of this">'
        )


def use_templates(app: Sphinx, config: Config) -> None:
    """Put our templates before the theme's."""
    config.templates_path.insert(0, str(TEMPLATES))


def setup(app: Sphinx) -> None:
    """Connect the corrections."""
    app.add_post_transform(DropSharedIds)
    app.connect("config-inited", use_templates, priority=900)
    app.connect("html-page-context", correct)
    app.connect("html-page-context", name_toggles, priority=502)  # after the theme has made it

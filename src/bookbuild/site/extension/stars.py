"""Stars behind an exercise's grade say, when pointed at, how hard it is."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import exercise_enumerable_node, exercise_node

MEANING = {"★": "one star: minutes", "★★": "two stars: some work", "★★★": "three stars: hard"}
STARS = re.compile("(★+)")


def explain(app: Sphinx, doctree: nodes.document) -> None:
    """Explain the stars of each exercise of a page."""
    for exercise in doctree.findall(nodes.Element):
        if not isinstance(exercise, exercise_node | exercise_enumerable_node):
            continue
        starred = [text for text in exercise.findall(nodes.Text) if STARS.search(text)]
        for text in starred[:1]:
            before, stars, after = STARS.split(text.astext(), maxsplit=1)
            named = nodes.abbreviation(
                "", stars, explanation=MEANING.get(stars, ""), classes=["stars"]
            )
            text.parent.replace(text, [nodes.Text(before), named, nodes.Text(after)])


def setup(app: Sphinx) -> None:
    """Run on each page that was read."""
    app.connect("doctree-read", explain)

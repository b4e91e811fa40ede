"""Fold proofs, solutions and boxes that carry ``:class: dropdown`` into ``<details>``.

The browser then folds them itself: by keyboard, without scripts, and found by a search in the page.
The toggle script that the theme brings fails on a proof, which has no title of its own.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node
from sphinx_proof.nodes import proof_node

FOLD = "dropdown"
PROOF = "Proof. "


class folded(nodes.General, nodes.Element):  # noqa: N801 - docutils names nodes in lower case
    """A folded box; its first child is a ``folded_title``."""


class folded_title(nodes.TextElement):  # noqa: N801
    """What is seen of a folded box, and clicked to open it."""


class FoldBoxes(SphinxPostTransform):
    """Replace folded boxes once their titles and numbers are known."""

    formats = ("html",)
    default_priority = 25

    def run(self, **_kwargs: object) -> None:
        """Run on one page."""
        for proof in list(self.document.findall(proof_node)):
            self._proof(proof)
            proof.replace_self(proof.children)
        for node in list(self.document.findall(nodes.Admonition)):
            if isinstance(node, nodes.admonition | solution_node) and FOLD in node["classes"]:
                self._fold(node, *_taken_title(node))

    def _proof(self, node: proof_node) -> None:
        box = node.children[0]
        box["ids"] = []  # all proofs of a page share one
        first = next(box.findall(nodes.Text))
        if FOLD in box["classes"]:
            first.parent.replace(first, nodes.Text(first.astext().removeprefix(PROOF)))
            self._fold(box, nodes.Text("Proof"))
        else:
            rest = nodes.Text(first.astext().removeprefix(PROOF))
            first.parent.replace(first, [nodes.emphasis("", PROOF.strip()), nodes.Text(" "), rest])

    def _fold(self, node: nodes.Element, *title: nodes.Node) -> None:
        node["classes"].remove(FOLD)  # which the toggle script looks for
        node.replace_self(folded("", folded_title("", "", *title), *node.children))


def _taken_title(node: nodes.Element) -> list[nodes.Node]:
    """Take the title out of a box; return it without links, which a folding title cannot hold."""
    title = node.pop(0)
    for reference in list(title.findall(nodes.reference)):
        reference.replace_self(reference.children)
    return title.children


def _visit_folded(translator, node: folded) -> None:
    translator.body.append(translator.starttag(node, "details", CLASS="admonition folded"))


def _depart_folded(translator, node: folded) -> None:
    translator.body.append("</details>\n")


def _visit_title(translator, node: folded_title) -> None:
    translator.body.append('<summary class="admonition-title"><span>')


def _depart_title(translator, node: folded_title) -> None:
    translator.body.append("</span></summary>\n")


def setup(app: Sphinx) -> None:
    """Register the nodes and the transform."""
    app.add_node(folded, html=(_visit_folded, _depart_folded))
    app.add_node(folded_title, html=(_visit_title, _depart_title))
    app.add_post_transform(FoldBoxes)

"""Lead the first mention of a glossary's term on each page to its meaning.

Only terms of several words are looked for, such as *critical mass*: a single word may stand for
itself, such as *window*. A page that sets a term in bold defines it, and needs no link.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

NOT_PROSE = (
    nodes.Titular, nodes.reference, nodes.literal, nodes.strong, nodes.math, nodes.caption,
    nodes.legend, nodes.table, nodes.definition_list, nodes.citation,
)  # fmt: skip


class LinkTerms(SphinxPostTransform):
    """Turn the first mention of each term into a link."""

    formats = ("html",)
    default_priority = 20  # after references are resolved, before boxes are folded

    def run(self, **_kwargs: object) -> None:
        """Run on one page."""
        defined = {strong.astext().lower() for strong in self.document.findall(nodes.strong)}
        prose = [text for text in self.document.findall(nodes.Text) if _is_prose(text)]
        prose_text = "\n".join(prose).lower()
        for (kind, term), (docname, place) in self.env.domains["std"].objects.items():
            several = kind == "term" and re.search(r"[ -]", term)
            mentioned = term.lower() in prose_text and term.lower() not in defined
            if several and mentioned and docname != self.env.docname:
                self._link(term, docname, place, prose)

    def _link(self, term: str, docname: str, place: str, prose: list[nodes.Text]) -> None:
        """Link the first mention of a term, if there is one; its text falls into two."""
        mention = re.compile(rf"\b{re.escape(term)}\b", re.IGNORECASE)
        for number, text in enumerate(prose):
            match = mention.search(text)
            if not match or text.parent is None:
                continue
            link = make_refnode(
                self.app.builder, self.env.docname, docname, place, nodes.Text(match[0])
            )
            link["classes"].append("term")
            before, after = nodes.Text(text[: match.start()]), nodes.Text(text[match.end() :])
            text.parent.replace(text, [part for part in (before, link, after) if part.astext()])
            prose[number : number + 1] = [part for part in (before, after) if part]
            return


def _is_prose(text: nodes.Text) -> bool:
    """Return whether a text stands in a paragraph, and in nothing that is not to hold a link."""
    above = [text.parent]
    while above[-1].parent is not None:
        above.append(above[-1].parent)
    return any(isinstance(ancestor, nodes.paragraph) for ancestor in above) and not any(
        isinstance(ancestor, NOT_PROSE) or "objectives" in ancestor.get("classes", [])
        for ancestor in above
    )


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(LinkTerms)

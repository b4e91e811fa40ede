"""Where a reader of the page works on an exercise, and where an answer is checked."""

from docutils import nodes
from sphinx.application import Sphinx

from bookbuild.editions import student

HEADING = "Exercises"
CHECKED = "tag_check"  # the class of a cell that checks an answer


def say_where(app: Sphinx, doctree: nodes.document) -> None:
    """Say below the heading of exercises where they are worked on, if some are checked."""
    folder, _, chapter = app.env.docname.rpartition("/")
    if not any(CHECKED in node["classes"] for node in doctree.findall(nodes.container)):
        return
    address = f"{'../' * bool(folder)}{student.FOLDER}/{chapter}.ipynb"
    for section in doctree.findall(nodes.section):
        if section[0].astext() == HEADING:
            section.insert(1, _note(address))


def _note(address: str) -> nodes.paragraph:
    notebook = nodes.reference("", "the notebook without solutions", refuri=address, internal=False)
    return nodes.paragraph(
        "", "",
        nodes.Text("Here, work on paper, then unfold the solution. Where an exercise says to put "
                   "something into a name, "),
        notebook,
        nodes.Text(" has a place for your answer, and a check that says whether it is right."),
        classes=["working"],
    )  # fmt: skip


def setup(app: Sphinx) -> None:
    """Run on each page that was read."""
    app.connect("doctree-read", say_where)

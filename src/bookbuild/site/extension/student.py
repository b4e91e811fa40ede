"""The ``student-edition`` role: a link to the archive of notebooks without solutions."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from bookbuild.editions import student


class StudentEdition(SphinxRole):
    """Link the words of the role to the archive that the build puts beside the pages."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        up = "../" * self.env.docname.count("/")
        address = f"{up}{student.FOLDER}/{student.ARCHIVE}"
        return [nodes.reference("", self.text, refuri=address, internal=False)], []


def setup(app: Sphinx) -> None:
    """Register the role."""
    app.add_role("student-edition", StudentEdition())

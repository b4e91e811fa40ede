"""The book's Sphinx extension: charts, chapter cards, ledgers, links that follow one setting."""

from sphinx.application import Sphinx

from bookbuild.sphinx import card, charts, embed, ledgers, links


def setup(app: Sphinx) -> dict[str, bool]:
    """Load every part."""
    for part in (card, charts, embed, ledgers, links):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The book's Sphinx extension: charts, links that follow one setting, and mended markup."""

from sphinx.application import Sphinx

from bookbuild.site.extension import (
    accessibility,
    card,
    charts,
    citations,
    copies,
    doctrees,
    embed,
    folding,
    garbage,
    head,
    interface,
    ledgers,
    links,
    needed,
    parallel,
    paths,
    previews,
    quiz,
    search,
    stars,
    student,
    styles,
    teaching,
    terms,
    without_thebe,
    working,
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Load every part."""
    for part in (
        *(card, charts, citations, embed, ledgers, links, folding, paths, quiz, student, teaching),
        *(terms, accessibility, without_thebe, parallel, head, search, needed, previews, styles),
        *(garbage, copies, doctrees, interface, stars, working),
    ):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

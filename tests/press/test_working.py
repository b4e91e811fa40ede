"""A page says where its exercises are worked on and where an answer is checked."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.utils import new_document

from bookbuild.site.extension import working


def page(*classes: str) -> nodes.document:
    """Return a page with a section of exercises, which holds a cell of these classes."""
    document = new_document("page")
    for title in ("Before", "Exercises"):
        section = nodes.section("", nodes.title("", title))
        section += nodes.container("", classes=[*classes])
        document += section
    return document


@pytest.mark.parametrize(
    ("name", "address"),
    [("notebooks/one", "../student/one.ipynb"), ("one", "student/one.ipynb")],
)
def test_exercises_that_check_themselves_lead_to_the_notebook(name, address):
    document = page("cell", "tag_check")
    working.say_where(SimpleNamespace(env=SimpleNamespace(docname=name)), document)
    before, exercises = document.findall(nodes.section)
    assert [type(child) for child in before] == [nodes.title, nodes.container]
    title, note, _cell = exercises
    assert title.astext() == "Exercises"
    assert [link["refuri"] for link in note.findall(nodes.reference)] == [address]


def test_nothing_is_said_where_nothing_is_checked():
    document = page("cell")
    working.say_where(SimpleNamespace(env=SimpleNamespace(docname="one")), document)
    assert list(document.findall(nodes.paragraph)) == []

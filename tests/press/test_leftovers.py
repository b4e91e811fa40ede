"""What editors and systems leave beside the sources of a book is never one of them."""

import zipfile

import pytest

from bookbuild.chapters import compare
from bookbuild.editions import instructors, student
from bookbuild.editions.slides import deck
from bookbuild.site import check
from support.books import chapter, execute, make_book
from support.leftovers import strew, strew_book
from support.tiny_book import build


@pytest.fixture
def book(tmp_path):
    """Return a book with a chapter and a private solution, strewn with leftovers."""
    book = make_book(tmp_path, one=chapter("# One"))
    execute(book, "one", {})
    strew_book(book.source)
    solutions = book.root / instructors.FOLDER
    solutions.mkdir(parents=True)
    (solutions / "ex-one.md").write_text("Because.", encoding="utf-8")
    strew(solutions)
    return book


def test_leftovers_are_no_chapters(book):
    assert compare.problems(book, ["one"]) == []


def test_leftovers_are_no_pages(book):
    book.site.mkdir(parents=True)
    assert not [problem for problem in check.problems(book) if "written" in problem]


def test_leftovers_are_no_decks(book):
    (book.slides / "one.md").touch()
    assert deck.names(book) == ["one"]


def test_leftovers_are_no_solutions(book):
    assert instructors.read(book) == {"ex-one": "Because."}


def test_leftovers_are_not_handed_out(book):
    (book.results / "kept.csv").touch()
    folder = student.write(book)
    with zipfile.ZipFile(folder / student.ARCHIVE) as archive:
        names = [name for name in archive.namelist() if "/book/results/" in name]
    assert [name.rpartition("/")[2] for name in names] == ["kept.csv"]


@pytest.mark.slow
def test_leftovers_are_not_in_the_site(tmp_path):
    strew_book(tmp_path / "book")
    built = build(tmp_path)
    assert built.code == 0, built.messages
    names = {path.name for path in built.site.rglob("*") if "one" in path.name}
    assert names == {"one.html", "one.ipynb", "one.md"}

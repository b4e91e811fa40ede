"""Building the site: what a warning looks like, and what becomes of an earlier build."""

import subprocess
from pathlib import Path

import pytest

from bookbuild.site import build as site
from support.books import chapter, make_book


@pytest.fixture
def sphinx(monkeypatch):
    """Return a stand-in for Sphinx, which writes a page and ends as it is told."""
    told = {"code": 0, "stopped": False}

    def run(command, **_options):
        page = Path(command[command.index("--path-output") + 1], "_build", "html", "index.html")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("new", encoding="utf-8")
        if told["stopped"]:
            raise KeyboardInterrupt
        return subprocess.CompletedProcess(command, told["code"], "", "index.md:1: WARNING: odd")

    monkeypatch.setattr(site.subprocess, "run", run)
    return told


@pytest.fixture
def book(tmp_path):
    """Return a book with a site that was built earlier, slides and a PDF in it."""
    book = make_book(tmp_path, one=chapter("# One"))
    for name in ("index.html", "gone.html", "slides/one.html", "book.pdf", "student/one.ipynb"):
        (book.site / name).parent.mkdir(parents=True, exist_ok=True)
        (book.site / name).write_text("earlier", encoding="utf-8")
    return book


def built(book) -> dict[str, str]:
    """Return the files below ``_build``, without the student edition's archive."""
    return {
        path.relative_to(book.build).as_posix(): path.read_text(encoding="utf-8")
        for path in book.build.rglob("*")
        if path.is_file() and path.suffix != ".zip"
    }


def test_a_site_takes_the_place_of_the_earlier_one(book, sphinx):
    assert site.build(book) == 0
    pages = built(book)
    assert pages.keys() == {"html/index.html", "html/student/one.ipynb"}
    assert "earlier" not in pages.values()


def test_a_warning_leaves_the_earlier_site(book, sphinx, capsys):
    before, sphinx["code"] = built(book), 1
    assert site.build(book) == 1
    assert built(book) == before
    assert "WARNING: odd" in capsys.readouterr().err


def test_slides_that_cannot_be_drawn_leave_the_earlier_site(book, sphinx):
    before = built(book)
    book.slides.mkdir()
    (book.slides / "no-chapter.md").touch()
    with pytest.raises(ValueError, match="no-chapter"):
        site.build(book)
    assert built(book) == before


def test_a_build_that_is_stopped_leaves_the_earlier_site(book, sphinx):
    before, sphinx["stopped"] = built(book), True
    with pytest.raises(KeyboardInterrupt):
        site.build(book)
    assert built(book) == before


def test_a_book_that_cannot_be_written_is_named(tmp_path, sphinx):
    book = make_book(tmp_path)
    book.build.touch()
    with pytest.raises(ValueError, match=f"nothing can be built in {book.build}: "):
        site.build(book)


def test_a_warning_names_the_cell():
    warned = "book/notebooks/the-model.ipynb:80057: WARNING: target not found: cor-plantng"
    assert site._name_cells(warned) == (
        "book/notebooks/the-model.ipynb (cell 8, line 57): WARNING: target not found: cor-plantng"
    )


def test_a_page_keeps_its_line_number():
    warned = "book/notation.md:38: WARNING: target not found"
    assert site._name_cells(warned) == warned

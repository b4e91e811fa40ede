"""The press finds a book from where it is run, or where it is told."""

import subprocess
import sys

import pytest

from bookbuild.book import find_book
from support.books import THIS_BOOK, chapter, make_book, set_pages


@pytest.fixture(autouse=True)
def nowhere(tmp_path, monkeypatch):
    """Start in an empty folder, with no book named."""
    monkeypatch.delenv("BOOK_ROOT")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")


def test_a_named_book_wins_over_the_variable_and_that_over_the_directory(tmp_path, monkeypatch):
    books = {name: make_book(tmp_path / name) for name in ("directory", "variable", "named é")}
    monkeypatch.chdir(books["directory"].notebooks)
    assert find_book() == books["directory"]
    monkeypatch.setenv("BOOK_ROOT", str(tmp_path / "variable"))
    assert find_book() == books["variable"]
    assert find_book(tmp_path / "named é") == books["named é"]
    assert find_book("../../../named é") == books["named é"]


def test_where_there_is_no_book_the_press_says_so(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"at or above .*empty holds .*_config\.yml .*BOOK_ROOT"):
        find_book()
    with pytest.raises(ValueError, match=r"^--book is '\.\./gone', .*_toc\.yml"):
        find_book("../gone")
    monkeypatch.setenv("BOOK_ROOT", str(tmp_path))
    with pytest.raises(ValueError, match=r"^the environment variable BOOK_ROOT is "):
        find_book()


@pytest.mark.slow
@pytest.mark.parametrize("named", [("--book", "{}", "compare"), ("compare", "--book", "{}")])
def test_a_command_takes_a_book_from_anywhere(tmp_path, named):
    book = make_book(tmp_path / "my book", one=chapter("# One\n"))
    words = [word.format(book.root) for word in named]
    run = subprocess.run(
        [sys.executable, "-m", "bookbuild", *words], capture_output=True, text=True, check=False
    )
    assert "one" in run.stderr  # it was never executed, so it does not agree with its notebook
    assert run.returncode == 1
    bare = [sys.executable, "-m", "bookbuild", "compare"]
    run = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith("bookbuild: no folder at or above ")


def test_chapters_are_numbered_through_the_parts_that_say_so(tmp_path):
    book = make_book(tmp_path)
    (book.root / "_toc.yml").write_text(
        "root: index\nparts:\n"
        "- numbered: 1\n  chapters: [{file: notebooks/one, sections: [{file: notebooks/deep}]}]\n"
        "- numbered: 1\n  chapters: [{file: notebooks/two}]\n- chapters: [{file: about}]\n"
    )
    assert book.numbers() == {"one": 1, "two": 2}
    assert [book.numbered(name) for name in ("two", "deep", "about")] == ["2. ", "", ""]


def test_every_chapter_of_this_book_has_a_number_and_every_part_of_them_too():
    assert list(THIS_BOOK.numbers()) == THIS_BOOK.chapter_names()
    captions = [
        caption
        for caption, pages in THIS_BOOK.parts()
        if any(page.startswith("notebooks/") for page in pages)
    ]
    numerals = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
    for caption, numeral in zip(captions, numerals, strict=False):
        assert caption.startswith(f"Part {numeral}. ")


def test_the_contents_are_those_of_the_file_whatever_was_read_before(tmp_path):
    book = make_book(tmp_path, one=chapter("# One\n"))
    book.pages().append("notebooks/mine")
    book.parts()[0][1].append("notebooks/mine")
    assert book.pages() == ["index", "notebooks/one"]
    set_pages(book, ["notebooks/two", "notebooks/one"])
    assert book.chapter_names() == ["two", "one"]

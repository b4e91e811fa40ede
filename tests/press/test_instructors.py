"""Private solutions are in the instructors' site, and in nothing that is published."""

import shutil

import nbformat
import pytest

from bookbuild.book import Book
from bookbuild.editions import instructors, student
from bookbuild.site.build import build
from support.books import chapter, code, execute, make_book
from support.tiny_book import ROOT

TEXT = chapter(
    "# One\n",
    code('scale = "ci"\nseed = 1', "parameters"),
    "```{exercise}\n:label: ex-open\n\n(*Open.*) Why?\n```\n",
    "```{exercise}\n:label: ex-kept\n:class: instructors\n\n(*Code.*) Find `x`.\n```\n",
    "The end.\n",
)
ANSWER = code("x = seed + 1", "answer").replace("]\n", "]\n:wrong: [x = seed]\n")
PRIVATE = (
    "Count it.\n\n" + ANSWER + "\n" + code("assert x > seed, 'More.'\nprint('Right.')", "check")
)


@pytest.fixture
def book(tmp_path) -> Book:
    """Return a book whose chapter reserves one solution, which a teacher has."""
    book = make_book(tmp_path, one=TEXT)
    execute(book, "one", {})
    shutil.copy(ROOT / "_config.yml", book.root)
    shutil.copytree(ROOT / "book" / "assets", book.source / "assets", ignore=_without_fonts)
    (book.source / "references.bib").touch()
    keep(book, "ex-kept", PRIVATE)
    return book


def _without_fonts(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "fonts"]


def keep(book: Book, label: str, text: str) -> None:
    """Put a private solution where a teacher puts it."""
    path = book.root / "private" / "solutions" / f"{label}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_only_the_instructors_site_has_the_private_solution(book, capsys):
    before = {path: path.read_bytes() for path in book.source.rglob("*") if path.is_file()}
    assert build(instructors.prepare(book)) == 0, capsys.readouterr().err
    assert before == {path: path.read_bytes() for path in book.source.rglob("*") if path.is_file()}
    copy = Book(book.build / "instructors")
    page = (copy.site / "notebooks" / "one.html").read_text(encoding="utf-8")
    assert "Count it." in page
    assert "Right." in page  # the check was executed
    handed_out = nbformat.read(copy.site / "student" / "one.ipynb", as_version=4)
    assert "x = ...  # your answer" in [cell.source for cell in handed_out.cells]

    assert build(book) == 0, capsys.readouterr().err
    published = [path for path in book.site.rglob("*") if path.is_file()]
    assert any(path.name == student.ARCHIVE for path in published)
    for path in published:
        assert b"Count it." not in path.read_bytes(), path
        assert b"seed + 1" not in path.read_bytes(), path


def test_a_solution_that_belongs_nowhere_is_named(book):
    keep(book, "ex-open", "It is open, and not reserved.")
    (book.root / "private" / "solutions" / "ex-kept.md").unlink()
    with pytest.raises(ValueError, match=r"private/solutions/ has ex-open, and no chapter has"):
        instructors.prepare(book)


def test_without_private_solutions_it_says_where_they_go(book):
    shutil.rmtree(book.root / "private")
    with pytest.raises(ValueError, match=r"write one to private/solutions/LABEL\.md"):
        instructors.prepare(book)


def test_git_ignores_the_private_folder():
    assert "private/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()

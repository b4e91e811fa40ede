"""A chapter's file becomes a notebook with stable ids, and messages say where a cell stands."""

import pytest

from bookbuild.chapters.source import locate, parameters, read_chapter, refuse_unknown
from support.books import chapter, code, make_book, write


def test_adding_a_cell_changes_no_other_id(tmp_path):
    cells = ["# Title\n", code("a = 1"), "Some words.\n", code("a = 1"), code("print(a)")]
    book = make_book(tmp_path, one=chapter(*cells))
    before = [cell.id for cell in read_chapter(book, "one").cells]
    write(book, "one", chapter(*cells[:2], code("b = 2"), *cells[2:]))
    after = [cell.id for cell in read_chapter(book, "one").cells]
    assert len(set(before)) == len(before) == 5
    assert after[:2] + after[3:] == before
    assert after[2] not in before


def test_two_readings_are_equal(tmp_path):
    book = make_book(tmp_path, one=chapter("# Title\n", code("a = 1", "hide-input")))
    assert read_chapter(book, "one") == read_chapter(book, "one")


def test_only_the_front_matter_of_the_book_is_kept(tmp_path):
    text = chapter("# Title\n").replace("kernelspec:", "chapter:\n  level: easy\nkernelspec:")
    notebook = read_chapter(make_book(tmp_path, one=text), "one")
    assert set(notebook.metadata) == {"kernelspec", "language_info", "chapter"}
    assert notebook.metadata.chapter == {"level": "easy"}


def test_refuses_a_chapter_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"book/chapters/two\.md does not exist"):
        read_chapter(make_book(tmp_path), "two")


def test_refuses_a_page_without_a_header(tmp_path):
    book = make_book(tmp_path, one="# Only words\n")
    with pytest.raises(ValueError, match=r"book/chapters/one\.md has no jupytext header"):
        read_chapter(book, "one")


@pytest.mark.parametrize(
    "text",
    [chapter("```{code-cell} ipython3\n:tags: [a\n\nx = 1\n```"), "---\njupytext: [\n---\n# One\n"],
)
def test_refuses_what_cannot_be_read(tmp_path, text):
    book = make_book(tmp_path, one=text)
    with pytest.raises(ValueError, match=r"book/chapters/one\.md cannot be read: "):
        read_chapter(book, "one")


def test_select_names_the_chapters_that_there_are(tmp_path):
    book = make_book(tmp_path, one=chapter("# One\n"), two=chapter("# Two\n"))
    assert book.select([]) == ["one", "two"]
    assert book.select(["two"]) == ["two"]
    with pytest.raises(ValueError, match=r"no chapter 'tow'; _toc\.yml has: one, two"):
        book.select(["tow"])


def test_parameters_are_the_literals_of_the_tagged_cell(tmp_path):
    text = chapter(code("x = 1"), code('scale = "ci"\nseed = 2023', "parameters"), code("y = 2"))
    notebook = read_chapter(make_book(tmp_path, one=text), "one")
    assert parameters(notebook) == {"scale": "ci", "seed": 2023}


def test_a_parameter_must_be_a_literal(tmp_path):
    text = chapter(code("seed = hash('x')", "parameters"))
    notebook = read_chapter(make_book(tmp_path, one=text), "one")
    with pytest.raises(ValueError, match="'seed' is not a literal"):
        parameters(notebook)


def test_refuses_unknown_parameters_and_scales():
    known = {"scale": "ci", "seed": 1}
    refuse_unknown("one", known, {"scale": "paper", "seed": 7})
    with pytest.raises(ValueError, match="'one' has no parameter 'sacle'; it has: scale, seed"):
        refuse_unknown("one", known, {"sacle": "ci"})
    with pytest.raises(ValueError, match="no scale 'labtop'; there are: ci, laptop, paper"):
        refuse_unknown("one", known, {"scale": "labtop"})


def test_locates_each_cell_even_if_its_text_occurs_elsewhere(tmp_path):
    text = chapter("# x = 1 and more\n", code("x = 10"), "Again.\n", code("x = 1"), code("x = 1"))
    book = make_book(tmp_path, one=text)
    notebook = read_chapter(book, "one")
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line == "x = 1"]
    assert locate(book, "one", notebook, 3) == f"book/chapters/one.md:{starts[0]} (cell 4)"
    assert locate(book, "one", notebook, 4) == f"book/chapters/one.md:{starts[1]} (cell 5)"


def test_locates_a_cell_without_a_source_by_its_number(tmp_path):
    book = make_book(tmp_path, one=chapter(code("x = 1")))
    notebook = read_chapter(book, "one")
    write(book, "one", chapter(code("y = 1")))
    assert locate(book, "one", notebook, 0) == "book/chapters/one.md (cell 1)"
